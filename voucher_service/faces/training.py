"""An institution's pages of one class: how it stands, who was there, its close, and the certificates it earned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from voucher_service.attendance import service as attendance
from voucher_service.certificates import service as certificates
from voucher_service.classes import service as classes
from voucher_service.database import unit_of_work
from voucher_service.errors import NotFound, Refusal
from voucher_service.faces import forms
from voucher_service.faces.named import class_named
from voucher_service.holders import service as holders
from voucher_service.identifiers import to_hex
from voucher_service.programmes import service as programmes
from voucher_service.redemptions import service as redemptions
from voucher_service.reports import service as reports
from voucher_service.roll_calls import service as roll_calls
from voucher_service.supervision import service as supervision
from voucher_service.web.access import INSTITUTION, allow, caller

blueprint = Blueprint("training", __name__)

NEXT_STEPS: Final = {
    "draft": "等本机构：改到没有不通过的规则后提交；草稿不能改，只能另作计划。",
    "submitted": "等行业主管部门：受理起 10 个工作日内由两人审核（附件3）。",
    "industry_approved": "等人社部门：由两人先后审核。",
    "approved": "等本机构：学员到班扫码用券；第一次课开始后记录到课。",
    "in_session": "等本机构：每次课记录到课，全部课次结束后结班。",
    "ended": "等本机构：提前报备考核（附件3），没有报备的不能登记证书。",
    "exam_filed": "等本机构：考核次日起登记成绩。",
    "examined": "等本机构：为考核合格的人录入证书，由人社部门核验。",
    "closed": "已办结：每个人都已取证或结束。",
    "suspended": "已暂停，等人社部门处理。",
    "refused": "没有批准，请按意见另作计划。",
    "cancelled": "已取消。",
    "disqualified": "已取消资格，不予补贴。",
}
DAY_MINUTES: Final = 1440
UNDER_REVIEW: Final = ("draft", "submitted", "industry_approved")
"""The states in which somebody decides by what the rules say; later it stands on a page of its own."""


@blueprint.get("/classes/<string(length=16):training_class>")
@allow(*INSTITUTION)
def show_class(training_class: str) -> str:
    """Show a class with what each rule says of it, its opinions, its sessions and its trainees."""
    found = class_named(training_class)
    seated, sessions = reports.roster(found.region_id, found.class_id, forms.now()), classes.sessions(found)
    attendance_min = programmes.rule_numbers(found.rule_pack_id)["attendance_permille_min"]
    return render_template(
        "institution/class.html",
        training_class=found,
        next_step=NEXT_STEPS.get(found.state, ""),
        findings=explained_findings(found) if found.state in UNDER_REVIEW else None,
        opinions=classes.opinions(found),
        occupations=programmes.occupations(),
        sessions=sessions,
        supervised=found.state in supervision.SUPERVISED,
        payable=supervision.payable(found),
        trainees=_shown(seated),
        outlooks={one.redemption_id: one for one in reports.outlooks(found, forms.now(), seated)},
        present=Counter(session_no for trainee in seated for session_no in trainee.sessions),
        attendance_min=attendance_min,
        would_complete=reports.would_complete(seated, attendance_min),
        now=forms.now(),
    )


@blueprint.get("/classes/<string(length=16):training_class>/findings")
@allow(*INSTITUTION)
def show_findings(training_class: str) -> str:
    """Show what each rule says of a class."""
    found = class_named(training_class)
    return render_template(
        "findings.html",
        training_class=found,
        findings=explained_findings(found),
        occupations=programmes.occupations(),
        back=url_for("institution.training.show_class", training_class=training_class),
    )


@blueprint.get("/classes/<string(length=16):training_class>/attendance/<int(max=9999):session_no>")
@allow(*INSTITUTION)
def show_attendance(training_class: str, session_no: int) -> str:
    """Show who is recorded at one session, and ask for the others."""
    return _attendance_form(training_class, session_no)


def _attendance_form(training_class: str, session_no: int, refusal: Refusal | None = None) -> str:
    found = class_named(training_class)
    session = next((held for held in roll_calls.sittings(found) if held.session_no == session_no), None)
    if session is None:
        raise NotFound
    seated = reports.roster(found.region_id, found.class_id, forms.now())
    return render_template(
        "institution/attendance.html",
        training_class=found,
        session=session,
        occupations=programmes.occupations(),
        trainees=_shown(seated),
        present={trainee.redemption_id for trainee in seated if trainee.attendance.is_recorded(session_no)},
        refusal=refusal,
        given=request.form,
    )


@blueprint.post("/classes/<string(length=16):training_class>/attendance/<int(max=9999):session_no>")
@allow(*INSTITUTION)
def record_attendance(training_class: str, session_no: int) -> ResponseReturnValue:
    """Record who is present; someone recorded before stays so."""
    try:
        present = [forms.identifier(text) for text in request.form.getlist("present")]
        late = min(forms.whole("late_minutes"), DAY_MINUTES) if "late_minutes" in request.form else 0
        with unit_of_work():
            found, by = class_named(training_class), caller().subject_id
            attendance.record_attendance(found, session_no, present, by, forms.now(), late_minutes=late)
    except Refusal as refusal:
        return _attendance_form(training_class, session_no, refusal), refusal.status
    return redirect(
        url_for("institution.training.show_attendance", training_class=training_class, session_no=session_no),
        forms.SEE_OTHER,
    )


@blueprint.post("/classes/<string(length=16):training_class>/close")
@allow(*INSTITUTION)
def close_class(training_class: str) -> Response:
    """Close a class after its last session: attendance decides who completed."""
    with unit_of_work():
        attendance.close_class(class_named(training_class), forms.now())
    return back_to(training_class)


@blueprint.get("/certificates/<int(max=999999):region_id>/<string(length=16):redemption>")
@allow(*INSTITUTION)
def show_certificate_form(region_id: int, redemption: str) -> str:
    return _certificate_form(_own_redemption(region_id, redemption))


@blueprint.post("/certificates/<int(max=999999):region_id>/<string(length=16):redemption>")
@allow(*INSTITUTION)
def enter_certificate(region_id: int, redemption: str) -> ResponseReturnValue:
    """Enter a trainee's certificate; occupation, level and kind are those of the class."""
    found = _own_redemption(region_id, redemption)
    training_class = classes.get(found.class_region_id, found.class_id)
    kind = {name: getattr(training_class, name) for name in ("occupation_code", "level", "certificate_type")}
    try:
        stated = {"issuer": forms.line("issuer", 100), "number": forms.line("number", 60)}
        days = {name: forms.day(name) for name in ("examined_on", "issued_on")}
        with unit_of_work():
            certificates.enter(found, {**kind, **stated, **days}, caller(), forms.now())
    except Refusal as refusal:
        return _certificate_form(found, refusal), refusal.status
    return back_to(to_hex(training_class.class_id))


def explained_findings(training_class: Any) -> list[dict[str, Any]]:
    """Ask every rule about a class; this reads most of the registers, so only pages that need it do."""
    return [classes.explained(finding) for finding in classes.findings(training_class)]


def back_to(training_class: str) -> Response:
    return redirect(url_for("institution.training.show_class", training_class=training_class), forms.SEE_OTHER)


def _certificate_form(redemption: Any, refusal: Refusal | None = None) -> str:
    return render_template(
        "institution/certificate.html",
        refusal=refusal,
        given=request.form,
        holder=holders.masked(redemption.holder_id),
        occupations=programmes.occupations(),
        training_class=classes.get(redemption.class_region_id, redemption.class_id),
    )


def _shown(seated: Sequence[reports.Trainee]) -> list[dict[str, Any]]:
    """Each trainee masked."""
    masked = holders.masked_all([seat.holder_id for seat in seated])
    return [
        {
            "seat": seat,
            "holder": masked[seat.holder_id],
            "enterable": seat.state == "completed" and seat.certificate in {None, "refused"},
        }
        for seat in seated
    ]


def _own_redemption(region_id: int, text: str) -> Any:
    found = redemptions.find(region_id, forms.identifier(text))
    if found.institution_id != caller().institution_id:
        raise NotFound
    return found
