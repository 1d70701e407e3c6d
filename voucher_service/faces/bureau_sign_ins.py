"""The bureau's pages of sign-ins: those that wait for a person, one with what was decided of it, a class's trainees."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from voucher_service.attendance import service as attendance
from voucher_service.classes import service as classes
from voucher_service.database import db, unit_of_work
from voucher_service.errors import Refusal
from voucher_service.faces import forms
from voucher_service.faces.named import class_named
from voucher_service.faces.wording import FLAGS, STANDINGS
from voucher_service.holders import service as holders
from voucher_service.identifiers import to_hex
from voucher_service.institutions import service as institutions
from voucher_service.programmes import service as programmes
from voucher_service.roll_calls import service as roll_calls
from voucher_service.sign_ins import service as sign_ins
from voucher_service.web.access import BUREAU, allow, caller

blueprint = Blueprint("bureau_sign_ins", __name__)

LISTED_MAX: Final = 200
REASON_MAX: Final = 200


@blueprint.get("/sign-ins")
@allow(*BUREAU)
def list_sign_ins() -> str:
    """List the flagged sign-ins that wait for a person, and the voids that wait for a second one, oldest first."""
    flagged = db.session.scalars(sign_ins.waiting(caller()).order_by(sign_ins.SignIn.recorded_at).limit(LISTED_MAX))
    voids = db.session.scalars(
        attendance.waiting_voids(caller()).order_by(attendance.SignInDecision.asked_at).limit(LISTED_MAX)
    )
    names = db.session.scalars(institutions.visible_to(caller()))
    return render_template(
        "bureau/sign_ins.html",
        sign_ins=flagged.all(),
        voids=voids.all(),
        classes={found.class_id: found for found in db.session.scalars(classes.visible_to(caller()))},
        names={found.institution_id: found.name for found in names},
        occupations=programmes.occupations(),
    )


@blueprint.get("/sign-ins/<string(length=16):sign_in>")
@allow(*BUREAU)
def show_sign_in(sign_in: str) -> str:
    """Show one sign-in with what speaks against it, what was decided, and what the caller may decide."""
    return _sign_in(sign_in)


def _sign_in(sign_in: str, refusal: Refusal | None = None) -> str:
    found = _found(sign_in)
    training_class = classes.get(found.region_id, found.class_id)
    held_at = roll_calls.sittings(training_class)
    return render_template(
        "bureau/sign_in.html",
        found=found,
        training_class=training_class,
        institution=institutions.get(found.region_id, training_class.institution_id),
        holder=None if found.holder_id is None else holders.masked(found.holder_id),
        sitting=next((held for held in held_at if held.session_no == found.session_no), None),
        decisions=attendance.decisions_of(found),
        is_own=lambda decision: decision.asked_by == caller().person_id,
        occupations=programmes.occupations(),
        refusal=refusal,
        given=request.form,
    )


@blueprint.post("/sign-ins/<string(length=16):sign_in>")
@allow(*BUREAU)
def decide(sign_in: str) -> ResponseReturnValue:
    """Confirm or reject a flagged sign-in, or void one that stands, with the reason."""
    try:
        verdict, reason = forms.one_of("verdict", ("confirm", "reject", "void")), forms.line("reason", REASON_MAX)
        with unit_of_work():
            found = _found(sign_in)
            if verdict == "void":
                attendance.void(found, reason, caller(), forms.now())
            else:
                genuine = verdict == "confirm"
                attendance.decide_flagged(found, genuine=genuine, reason=reason, caller=caller(), now=forms.now())
    except Refusal as refusal:
        return _sign_in(sign_in, refusal), refusal.status
    return redirect(url_for(".show_sign_in", sign_in=sign_in), forms.SEE_OTHER)


@blueprint.post("/sign-ins/voids/<string(length=16):decision>")
@allow(*BUREAU)
def settle_void(decision: str) -> ResponseReturnValue:
    """Confirm or decline, as another person, that a sign-in be voided."""
    asked = attendance.find_decision(forms.identifier(decision), caller())
    sign_in = to_hex(asked.sign_in_id)
    try:
        confirmed = forms.one_of("confirmed", ("yes", "no")) == "yes"
        with unit_of_work():
            attendance.settle_void(asked, caller(), forms.now(), confirmed=confirmed)
    except Refusal as refusal:
        return _sign_in(sign_in, refusal), refusal.status
    return redirect(url_for(".show_sign_in", sign_in=sign_in), forms.SEE_OTHER)


@blueprint.get("/classes/<string(length=16):training_class>/sign-ins")
@allow(*BUREAU)
def show_sign_ins(training_class: str) -> str:
    """Show each trainee of a class, session by session, with what is missing; each mark leads to its sign-in."""
    found, now = class_named(training_class), forms.now()
    seated = attendance.of_class(found, now)
    masked = holders.masked_all([one.holder_id for one in seated])
    return render_template(
        "bureau/class_sign_ins.html",
        training_class=found,
        institution=institutions.get(found.region_id, found.institution_id),
        occupations=programmes.occupations(),
        trainees=[(one, masked[one.holder_id]) for one in seated],
        scheduled=[held for held in roll_calls.sittings(found) if held.makes_up is None],
        numbers=roll_calls.numbers_of(found),
        standings=STANDINGS,
        flag_names=FLAGS,
        now=now,
    )


def _found(text: str) -> Any:
    return sign_ins.find(forms.identifier(text), caller())
