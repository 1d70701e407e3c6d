"""An institution's pages of one class's exam: filed days ahead, withdrawn before its day, its results after it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from voucher_service.calendar import local_date
from voucher_service.classes import service as classes
from voucher_service.database import db, unit_of_work
from voucher_service.errors import InvalidInput, NotFound, Refusal
from voucher_service.exams import service as exams
from voucher_service.faces import forms
from voucher_service.faces.named import class_named
from voucher_service.faces.outlooks import OUTCOMES
from voucher_service.holders import service as holders
from voucher_service.identifiers import to_hex
from voucher_service.programmes import service as programmes
from voucher_service.reports import service as reports
from voucher_service.web.access import INSTITUTION, allow, caller

blueprint = Blueprint("examining", __name__)

POOLED_MAX = 20
REASON_MAX = 200


@blueprint.get("/classes/<string(length=16):training_class>/exam")
@allow(*INSTITUTION)
def show(training_class: str) -> str:
    """Show the exam that is filed for a class with its results, or ask for the filing."""
    return _page(class_named(training_class))


@blueprint.post("/classes/<string(length=16):training_class>/exam")
@allow(*INSTITUTION)
def file_exam(training_class: str) -> ResponseReturnValue:
    """File one exam for the class and for those that are to be examined with it."""
    found = class_named(training_class)
    together = [forms.identifier(text) for text in request.form.getlist("together")[:POOLED_MAX]]
    try:
        held_on, place = forms.day("held_on"), forms.line("place", 100)
        with unit_of_work():
            exams.file_exam([found.class_id, *together], held_on, place, caller(), forms.now())
    except Refusal as refusal:
        return _page(found, refusal), refusal.status
    return _back(training_class)


@blueprint.post("/classes/<string(length=16):training_class>/exam/withdrawal")
@allow(*INSTITUTION)
def withdraw(training_class: str) -> ResponseReturnValue:
    """Take the filing back before its day."""
    found = class_named(training_class)
    try:
        with unit_of_work():
            exams.withdraw(_exam_of(found).exam_id, caller(), forms.now())
    except Refusal as refusal:
        return _page(found, refusal), refusal.status
    return _back(training_class)


@blueprint.post("/classes/<string(length=16):training_class>/exam/results")
@allow(*INSTITUTION)
def enter_results(training_class: str) -> ResponseReturnValue:
    """Enter the results that were chosen, or correct them with a reason; all of them or none."""
    found = class_named(training_class)
    exam = _exam_of(found)
    try:
        results = [_result(name) for name, value in request.form.items() if name.startswith("outcome-") and value]
        with unit_of_work():
            for exam_id, of_exam in _by_exam(results, found, exam):
                exams.enter_results(exam_id, of_exam, caller(), forms.now())
    except Refusal as refusal:
        return _page(found, refusal), refusal.status
    return _back(training_class)


def _result(name: str) -> dict[str, Any]:
    outcome, written = request.form[name], name.removeprefix("outcome-")
    if outcome not in OUTCOMES:
        raise InvalidInput({name: list(OUTCOMES)})
    reason = forms.line(f"reason-{written}", REASON_MAX, least=0)
    return {"redemption": forms.identifier(written), "outcome": outcome, "reason": reason}


def _page(found: Any, refusal: Refusal | None = None) -> str:
    exam, now = exams.of_class(found.region_id, found.class_id), forms.now()
    today = local_date(now)
    seated = [seat for class_id in _class_ids(found, exam) for seat in reports.roster(found.region_id, class_id, now)]
    return render_template(
        "institution/exam.html",
        training_class=found,
        occupations=programmes.occupations(),
        exam=exam,
        days_min=programmes.rule_numbers(found.rule_pack_id)["exam_notice_days_min"],
        alike=_alike(found) if exam is None else [],
        candidates=[seat for seat in seated if exam and seat.state in exams.EXAMINED_STATES],
        masked=holders.masked_all([seat.holder_id for seat in seated]) if exam else {},
        results=_results(found, exam),
        again=exams.files_again(found, today),
        outcomes=OUTCOMES,
        given=request.form,
        withdrawable=exam is not None and today < exam.held_on,
        over=exam is not None and today > exam.held_on,
        refusal=refusal,
    )


def _by_exam(results: list[dict[str, Any]], found: Any, exam: Any) -> list[tuple[int, list[dict[str, Any]]]]:
    """Part what one form gave: whoever has a result has it corrected in the exam that it is of."""
    known, parts = _results(found, exam), {exam.exam_id: list[dict[str, Any]]()}
    for row in results:
        has = known.get(row["redemption"])
        parts.setdefault(has.exam_id if has else exam.exam_id, []).append(row)
    return sorted(parts.items())


def _results(found: Any, exam: Any) -> dict[int, Any]:
    """What is known of everybody in the exam's classes, from an earlier exam of theirs as well."""
    return {
        redemption_id: result
        for class_id in (_class_ids(found, exam) if exam else ())
        for redemption_id, (_, result) in exams.results_of_class(found.region_id, class_id).items()
    }


def _class_ids(found: Any, exam: Any) -> list[int]:
    return exams.class_ids(exam) if exam else [found.class_id]


def _alike(found: Any) -> list[Any]:
    """The institution's other ended classes of the same work, which may be examined with this one, 二(三)3."""
    ended = db.session.scalars(classes.visible_to(caller(), "ended").limit(POOLED_MAX * 10))
    work = (found.occupation_code, found.level)
    others = [each for each in ended if (each.occupation_code, each.level) == work and each.class_id != found.class_id]
    return others[: POOLED_MAX - 1]


def _exam_of(found: Any) -> Any:
    if (exam := exams.of_class(found.region_id, found.class_id)) is None:
        raise NotFound
    return exam


def _back(training_class: str) -> Response:
    address = url_for("institution.examining.show", training_class=to_hex(forms.identifier(training_class)))
    return redirect(address, forms.SEE_OTHER)
