"""The departments' pages of supervision: which classes to look at, a visit written down on a phone, what films show."""

from __future__ import annotations

import secrets
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from voucher_service.classes import service as classes
from voucher_service.database import db, unit_of_work
from voucher_service.errors import InvalidInput, Refusal
from voucher_service.faces import forms
from voucher_service.faces.named import class_named
from voucher_service.faces.wording import FAULTS, INSPECTION_KINDS
from voucher_service.identifiers import to_hex
from voucher_service.institutions import service as institutions
from voucher_service.programmes import service as programmes
from voucher_service.supervision import service as supervision
from voucher_service.web.access import BUREAU, FIELD_INSPECTOR, INSPECTORS, allow, caller
from voucher_service.web.idempotency import keep, kept_answer

blueprint = Blueprint("inspecting", __name__)

CLASSES_MAX = 200
TO_LOOK_AT: Final = ("in_session", "approved", "ended", "suspended", "exam_filed", "examined", "disqualified")
"""Classes that are supervised, those that are taught now first."""


@blueprint.get("/supervision")
@allow(*INSPECTORS)
def list_classes() -> str:
    """List the classes that can be looked at, those that are taught now first."""
    query = classes.visible_to(caller())
    query = query.where(query.selected_columns["state"].in_(TO_LOOK_AT)).limit(CLASSES_MAX)
    found = sorted(db.session.scalars(query), key=lambda held: (TO_LOOK_AT.index(held.state), held.starts_on))
    return render_template(
        "bureau/supervision.html",
        classes=found,
        names={held.institution_id: held.name for held in db.session.scalars(institutions.visible_to(caller()))},
        occupations=programmes.occupations(),
    )


@blueprint.get("/classes/<string(length=16):training_class>/supervision")
@allow(*INSPECTORS)
def show_class(training_class: str) -> str:
    """Show what was inspected, filmed and answered of a class, and how many certificates can have a value."""
    return _page(class_named(training_class))


@blueprint.get("/classes/<string(length=16):training_class>/inspection")
@allow(*INSPECTORS)
def show_form(training_class: str) -> str:
    """Ask for a visit on one small page; with ?corrects=… for the correction of one."""
    return _form(class_named(training_class))


@blueprint.post("/classes/<string(length=16):training_class>/inspection")
@allow(*INSPECTORS)
def record_inspection(training_class: str) -> ResponseReturnValue:
    """Write a visit down once, however often the form is sent."""
    key, digest = forms.nonce(), forms.digest()
    found = class_named(training_class)
    try:
        with unit_of_work():
            if kept_answer(key, digest) is None:
                supervision.record_inspection(found, _visit(), caller(), forms.now())
                keep(key, digest, 201, "{}")
    except Refusal as refusal:
        return _form(class_named(training_class), refusal), refusal.status
    return _back(training_class)


@blueprint.post("/classes/<string(length=16):training_class>/recordings/<string(length=16):recording>")
@allow(*BUREAU)
def judge(training_class: str, recording: str) -> ResponseReturnValue:
    """Say what a recording shows."""
    found = class_named(training_class)
    try:
        seen = supervision.Seen(
            shows_everyone=_yes("shows_everyone"),
            effective=_yes("effective"),
            present=forms.whole("present"),
            note=forms.line("note", 500, least=0),
        )
        with unit_of_work():
            supervision.judge(found, forms.identifier(recording), seen, caller(), forms.now())
    except Refusal as refusal:
        return _page(class_named(training_class), refusal), refusal.status
    return _back(training_class)


@blueprint.post("/classes/<string(length=16):training_class>/faults")
@allow(*INSPECTORS)
def record_faults(training_class: str) -> ResponseReturnValue:
    """Write down what was found at one online session."""
    found = class_named(training_class)
    try:
        faults = [fault for fault in FAULTS if fault in request.form.getlist("faults")]
        told = supervision.Found(forms.whole("session_no"), faults, forms.line("note", 500, least=0))
        with unit_of_work():
            supervision.record_faults(found, told, caller(), forms.now())
    except Refusal as refusal:
        return _page(class_named(training_class), refusal), refusal.status
    return _back(training_class)


def _visit() -> supervision.Visit:
    kind = request.form.get("kind", "")
    if kind not in INSPECTION_KINDS:
        raise InvalidInput({"kind": list(INSPECTION_KINDS)})
    photo, digest = forms.line("photo", 200, least=0), request.form.get("photo_sha256", "").strip().lower()
    if bool(photo) != bool(digest) or (digest and not forms.is_digest(digest)):
        raise InvalidInput({"photo_sha256": ["SHA-256"]})
    corrects = request.form.get("corrects", "")
    return supervision.Visit(
        kind=kind,
        inspected_at=forms.moment("inspected_at"),
        place=forms.line("place", 100),
        teachers=forms.whole("teachers"),
        present=forms.whole("present"),
        photo=photo,
        photo_sha256=digest,
        note=forms.line("note", 500, least=0),
        corrects=forms.identifier(corrects) if corrects else None,
        reason=forms.line("reason", 200, least=0),
    )


def _yes(name: str) -> bool:
    if (chosen := request.form.get(name, "")) not in {"yes", "no"}:
        raise InvalidInput({name: ["yes, no"]})
    return chosen == "yes"


def _form(found: Any, refusal: Refusal | None = None) -> str:
    return render_template(
        "bureau/inspection.html",
        training_class=found,
        institution=institutions.get(found.region_id, found.institution_id),
        occupations=programmes.occupations(),
        kinds=INSPECTION_KINDS,
        given=request.form,
        corrects=request.values.get("corrects", ""),
        nonce=secrets.token_hex(16),
        now=forms.now(),
        refusal=refusal,
    )


def _page(found: Any, refusal: Refusal | None = None) -> str:
    return render_template(
        "bureau/class_supervision.html",
        training_class=found,
        institution=institutions.get(found.region_id, found.institution_id),
        occupations=programmes.occupations(),
        seen=supervision.overview(found, caller(), forms.now()),
        sessions=classes.sessions(found),
        judges=caller().role in BUREAU,
        reviews=caller().role != FIELD_INSPECTOR,
        refusal=refusal,
        given=request.form,
        sent_to=request.path if refusal else "",
    )


def _back(training_class: str) -> Response:
    address = url_for("bureau.inspecting.show_class", training_class=to_hex(forms.identifier(training_class)))
    return redirect(address, forms.SEE_OTHER)
