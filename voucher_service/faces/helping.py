"""Claiming for a relative who cannot do it alone (亲情代办): who they are, the code on their phone, the claim."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from voucher_service.calendar import local_date
from voucher_service.errors import InvalidInput, Refusal
from voucher_service.faces import claiming, forms
from voucher_service.faces.claiming import Claiming
from voucher_service.faces.particulars import FIELD_OF, told_in_form
from voucher_service.holders import service as holders
from voucher_service.identifiers import to_hex
from voucher_service.programmes import service as programmes
from voucher_service.vouchers import service as vouchers
from voucher_service.web.access import HOLDER, allow, caller

blueprint = Blueprint("helping", __name__, url_prefix="/help")


@blueprint.get("")
@allow(HOLDER)
def show() -> str:
    return _form()


@blueprint.post("")
@allow(HOLDER)
def ask() -> ResponseReturnValue:
    """Send a code to the relative's phone; a trial service shows it on the next page instead."""
    relation = request.form.get("relation", "")
    if relation not in holders.RELATIONS:
        return _form(InvalidInput({"relation": list(holders.RELATIONS)})), 422
    try:
        challenge = holders.ask_to_help(caller(), told_in_form(), relation, current_app.extensions["region_ids"]())
    except Refusal as refusal:
        return _form(refusal), refusal.status
    session["trial_code"] = challenge.trial_code
    return redirect(url_for("worker.helping.show_code", challenge=to_hex(challenge.challenge_id)), forms.SEE_OTHER)


@blueprint.get("/code/<string(length=16):challenge>")
@allow(HOLDER)
def show_code(challenge: str) -> str:
    return _code_form(challenge)


@blueprint.post("/code/<string(length=16):challenge>")
@allow(HOLDER)
def begin(challenge: str) -> ResponseReturnValue:
    """Act for the relative whose phone the code came from."""
    try:
        assistance_id = holders.begin_with_code(caller(), forms.identifier(challenge), forms.typed_code())
    except Refusal as refusal:
        return _code_form(challenge, refusal), refusal.status
    session.pop("trial_code", None)
    return redirect(url_for("worker.helping.show_helped", assistance=to_hex(assistance_id)), forms.SEE_OTHER)


@blueprint.get("/<string(length=16):assistance>")
@allow(HOLDER)
def show_helped(assistance: str) -> str:
    """Show what the relative has and what is open in their region."""
    now = forms.now()
    person = vouchers.person_helped(caller(), forms.identifier(assistance), now)
    held = vouchers.of_holder(person.region_id, person.subject_id)
    return render_template(
        "worker/helped.html",
        holder=holders.masked(person.subject_id),
        region_id=person.region_id,
        vouchers=[(found, vouchers.state_at(found, now)) for found in held],
        programmes=programmes.open_programmes(person.region_id, local_date(now)),
        address=url_for("worker.helping.show_helped", assistance=assistance),
    )


@blueprint.get("/<string(length=16):assistance>/claim/<int(max=2147483647):programme_id>")
@allow(HOLDER)
def show_questionnaire(assistance: str, programme_id: int) -> str:
    return claiming.questionnaire(_for_relative(assistance, programme_id), programme_id)


@blueprint.post("/<string(length=16):assistance>/claim/<int(max=2147483647):programme_id>/review")
@allow(HOLDER)
def review(assistance: str, programme_id: int) -> ResponseReturnValue:
    return claiming.review(_for_relative(assistance, programme_id), programme_id)


@blueprint.post("/<string(length=16):assistance>/claim/<int(max=2147483647):programme_id>")
@allow(HOLDER)
def claim(assistance: str, programme_id: int) -> Response:
    return claiming.claim(_for_relative(assistance, programme_id), programme_id)


def _for_relative(assistance: str, programme_id: int) -> Claiming:
    who, assistance_id, now = caller(), forms.identifier(assistance), forms.now()
    return Claiming(
        person=vouchers.person_helped(who, assistance_id, now),
        address=url_for("worker.helping.show_questionnaire", assistance=assistance, programme_id=programme_id),
        back=url_for("worker.helping.show_helped", assistance=assistance),
        claim=lambda wanted: vouchers.claim_with_help(wanted, who, assistance_id, now),
        voucher_page=lambda _: url_for("worker.helping.show_helped", assistance=assistance),
        is_helped=True,
    )


def _form(refusal: Refusal | None = None) -> str:
    choices: dict[str, Any] = {
        "regions": sorted(current_app.extensions["region_ids"]()),
        "categories": holders.categories(),
        "relations": holders.RELATIONS,
    }
    fault = FIELD_OF.get(refusal.code, "") if refusal else ""
    return render_template("worker/help.html", refusal=refusal, fault=fault, given=request.form, **choices)


def _code_form(challenge: str, refusal: Refusal | None = None) -> str:
    return render_template(
        "worker/help_code.html", challenge=challenge, refusal=refusal, trial_code=session.get("trial_code")
    )
