"""An institution's pages: its classes, and planning one and handing it in."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from voucher_service.calendar import end_of_day, local_date, start_of_day
from voucher_service.classes import service as classes
from voucher_service.database import db, unit_of_work
from voucher_service.errors import InvalidInput, Refusal
from voucher_service.faces import examining, forms, sheets, training
from voucher_service.identifiers import to_hex
from voucher_service.institutions import service as institutions
from voucher_service.programmes import service as programmes
from voucher_service.web.access import INSTITUTION, INSTITUTION_ADMIN, allow, caller, own_institution_id
from voucher_service.web.idempotency import keep, kept_answer

blueprint = Blueprint("institution", __name__, url_prefix="/institution")
blueprint.register_blueprint(training.blueprint)
blueprint.register_blueprint(examining.blueprint)
blueprint.register_blueprint(sheets.blueprint)

CLASSES_MAX = 200
KINDS = {"理论": "theory", "实操": "practical", "线上": "online"}
_SESSION = re.compile(r"(\d{4}-\d\d-\d\d) +(\d\d):([0-5]\d)-(\d\d):([0-5]\d) +(\S+)", re.ASCII)


@blueprint.get("/")
@allow(*INSTITUTION)
def list_classes() -> str:
    """List the institution's classes, the latest first."""
    found = db.session.scalars(classes.visible_to(caller()).limit(CLASSES_MAX))
    return render_template(
        "institution/classes.html",
        institution=institutions.get(caller().region_id, own_institution_id()),
        classes=sorted(found, key=lambda found: found.starts_on, reverse=True),
        occupations=programmes.occupations(),
    )


@blueprint.get("/plan")
@allow(INSTITUTION_ADMIN)
def show_plan_form() -> str:
    return _plan_form()


@blueprint.post("/plan")
@allow(INSTITUTION_ADMIN)
def plan_class() -> ResponseReturnValue:
    """Draft a class once, however often the form is sent; what its rules say is on the page that follows."""
    key, digest = forms.nonce(), forms.digest()
    try:
        with unit_of_work():
            if earlier := kept_answer(key, digest):
                planned = json.loads(earlier.get_data())["class_id"]
            else:
                planned = to_hex(_plan().class_id)
                keep(key, digest, 201, json.dumps({"class_id": planned}))
    except Refusal as refusal:
        return _plan_form(refusal), refusal.status
    return redirect(url_for("institution.training.show_class", training_class=planned), forms.SEE_OTHER)


@blueprint.post("/classes/<string(length=16):training_class>/submit")
@allow(INSTITUTION_ADMIN)
def submit_class(training_class: str) -> Response:
    """Hand a draft in; a refusal's page names every rule that it breaks."""
    with unit_of_work():
        found = training.own_class(training_class)
        classes.submit(found.region_id, found.class_id, forms.now())
    return training.back_to(training_class)


def _plan() -> Any:
    occupation_code, _, level = forms.line("offer", 80).partition("|")
    proposal = classes.Proposal(
        programme_id=forms.whole("programme_id"),
        occupation_code=occupation_code,
        level=level,
        certificate_type=forms.line("certificate_type", 40),
        capacity=forms.whole("capacity"),
        enrols_until=end_of_day(forms.day("enrols_until")),
        starts_on=forms.day("starts_on"),
        ends_on=forms.day("ends_on"),
        lessons=classes.Lessons(
            teachers=forms.whole("teachers"),
            workstations=forms.whole("workstations"),
            lesson_minutes=forms.whole("lesson_minutes"),
            theory_lessons=forms.whole("theory_lessons"),
            practical_lessons=forms.whole("practical_lessons"),
        ),
        sessions=list(_timetable(request.form.get("sessions", ""))),
    )
    return classes.plan_class(caller().region_id, own_institution_id(), proposal, forms.now())


def _timetable(text: str) -> Iterator[classes.Meeting]:
    """Read one session a line, for example `2026-03-09 09:00-15:00 理论`; refuses with InvalidInput."""
    for number, written in enumerate(text.strip().splitlines(), start=1):
        read = _SESSION.fullmatch(written.strip())
        if read is None or read[6] not in KINDS:
            raise InvalidInput({"sessions": [f"第 {number} 行"]}, line=number)
        first, last = (timedelta(hours=int(read[at]), minutes=int(read[at + 1])) for at in (2, 4))
        opening = start_of_day(_day(read[1], number))
        yield classes.Meeting(opening + first, opening + last, KINDS[read[6]])


def _day(text: str, number: int) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput({"sessions": [f"第 {number} 行"]}, line=number) from None


def _plan_form(refusal: Refusal | None = None) -> str:
    who, today = caller(), local_date(forms.now())
    return render_template(
        "institution/plan.html",
        refusal=refusal,
        given=request.form,
        nonce=secrets.token_hex(16),
        programmes=[opened.programme for opened in programmes.open_programmes(who.region_id, today)],
        licences=institutions.licences(who.region_id, own_institution_id()),
        occupations=programmes.occupations(),
    )
