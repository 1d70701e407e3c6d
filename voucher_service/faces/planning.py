"""Planning a class: who and what teaches, where and when; every rule's answer before anything is kept, or a draft."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from voucher_service.calendar import end_of_day, local_date, start_of_day
from voucher_service.classes import service as classes
from voucher_service.database import unit_of_work
from voucher_service.errors import InvalidInput, Refusal
from voucher_service.faces import forms
from voucher_service.faces.wording import REGIONS
from voucher_service.identifiers import to_hex
from voucher_service.institutions import service as institutions
from voucher_service.programmes import service as programmes
from voucher_service.web.access import INSTITUTION_ADMIN, allow, caller, own_institution_id
from voucher_service.web.idempotency import keep, kept_answer

blueprint = Blueprint("planning", __name__)

KINDS: Final = {"理论": "theory", "实操": "practical", "线上": "online"}
NAMED_MAX: Final = 40
SESSIONS_MAX: Final = 400
_SESSION = re.compile(r"(\d{4}-\d\d-\d\d) +(\d\d):([0-5]\d)-(\d\d):([0-5]\d) +(\S+)", re.ASCII)
_ENTERPRISE = re.compile(r"[0-9A-HJ-NP-RT-UW-Y]{18}")


@blueprint.get("/plan")
@allow(INSTITUTION_ADMIN)
def show_plan_form() -> str:
    return _form()


@blueprint.post("/plan")
@allow(INSTITUTION_ADMIN)
def plan_class() -> ResponseReturnValue:
    """Answer a plan with every rule's light, or draft the class once, however often the form is sent."""
    try:
        proposal = _proposal()
        if request.form.get("act") == "check":
            return _form(findings=_findings(proposal))
        planned = _drafted_once(proposal)
    except Refusal as refusal:
        return _form(refusal), refusal.status
    return redirect(url_for("institution.training.show_class", training_class=planned), forms.SEE_OTHER)


def _findings(proposal: classes.Proposal) -> list[dict[str, Any]]:
    """Ask every rule about a plan of which nothing is kept."""
    found = classes.findings_of_proposal(caller().region_id, own_institution_id(), proposal, local_date(forms.now()))
    return [classes.explained(finding) for finding in found]


def _drafted_once(proposal: classes.Proposal) -> str:
    key, digest = forms.nonce(), forms.digest()
    with unit_of_work():
        if earlier := kept_answer(key, digest):
            return str(json.loads(earlier.get_data())["class_id"])
        drafted = classes.plan_class(caller().region_id, own_institution_id(), proposal, forms.now())
        planned = to_hex(drafted.class_id)
        keep(key, digest, 201, json.dumps({"class_id": planned}))
        return planned


def _proposal() -> classes.Proposal:
    occupation_code, _, level = forms.line("offer", 80).partition("|")
    return classes.Proposal(
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
            online_lessons=forms.whole("online_lessons") if request.form.get("online_lessons") else 0,
            online_platform=forms.line("online_platform", 100, least=0),
            teacher_ids=_chosen("teacher"),
            venue_ids=_chosen("venue"),
        ),
        sessions=list(_timetable(request.form.get("sessions", ""))),
        held_in_region_id=_held_in(),
        apprentices_of=_enterprise(),
    )


def _chosen(name: str) -> Sequence[int]:
    """Read the ids of the teachers or rooms that were ticked. Refuses with NotFound, InvalidInput."""
    chosen = request.form.getlist(name)
    if len(chosen) > NAMED_MAX:
        raise InvalidInput({name: [f"0-{NAMED_MAX}"]})
    return [forms.identifier(text) for text in chosen]


def _held_in() -> int | None:
    """Read the region that a class is held in, None for the institution's own. Refuses with InvalidInput."""
    if not (chosen := request.form.get("held_in", "")):
        return None
    region_id = next((region for region in REGIONS if str(region) == chosen), None)
    if region_id is None:
        raise InvalidInput({"held_in": sorted(map(str, REGIONS))})
    return None if region_id == caller().region_id else region_id


def _enterprise() -> str | None:
    """Read an enterprise's unified social credit code. Refuses with InvalidInput."""
    code = request.form.get("apprentices_of", "").strip().upper()
    if code and not _ENTERPRISE.fullmatch(code):
        raise InvalidInput({"apprentices_of": ["18"]})
    return code or None


def _timetable(text: str) -> Iterator[classes.Meeting]:
    """Read one session a line, for example `2026-03-09 09:00-15:00 理论`; refuses with InvalidInput."""
    lines = text.strip().splitlines()
    if len(lines) > SESSIONS_MAX:
        raise InvalidInput({"sessions": [f"0-{SESSIONS_MAX}"]})
    for number, written in enumerate(lines, start=1):
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


def _form(refusal: Refusal | None = None, findings: list[dict[str, Any]] | None = None) -> str:
    who, today = caller(), local_date(forms.now())
    institution = institutions.get(who.region_id, own_institution_id())
    opened = [found.programme for found in programmes.open_programmes(who.region_id, today)]
    return render_template(
        "institution/plan.html",
        refusal=refusal,
        findings=findings,
        given=request.form,
        nonce=secrets.token_hex(16),
        programmes=opened,
        platforms=sorted({name for each in opened for name in each.settings.get("online_platforms", ())}),
        licences=institutions.licences(who.region_id, own_institution_id()),
        teachers=institutions.known_teachers(institution),
        venues=institutions.known_venues(institution),
        consents=institutions.consents(institution),
        occupations=programmes.occupations(),
        today=today,
    )
