"""/api/v1/exams: filed, withdrawn, and their results, by the institution."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE

from voucher_service.database import db
from voucher_service.exams import service
from voucher_service.exams.models import Exam
from voucher_service.exams.schemas import (
    ExamInFullSchema,
    ExamSchema,
    ExamsSchema,
    FilingSchema,
    ResultsEntrySchema,
)
from voucher_service.web.access import INSTITUTION, allow, caller
from voucher_service.web.current import identifier, now
from voucher_service.web.idempotency import idempotent
from voucher_service.web.paging import PageArguments, page_of
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("exams", __name__, url_prefix="/api/v1/exams")


@blueprint.get("")
@allow(*INSTITUTION)
@blueprint.arguments(PageArguments, location="query", unknown=RAISE)
@blueprint.response(200, ExamsSchema)
def list_exams(page: dict[str, Any]) -> dict[str, Any]:
    """List the institution's exams, withdrawn filings included."""
    rows, after = page_of(db.session, service.visible_to(caller()), Exam.exam_id, **page)
    return {"exams": rows, "next": after}


@blueprint.post("")
@idempotent
@allow(*INSTITUTION)
@blueprint.arguments(FilingSchema)
@blueprint.response(201, ExamSchema)
def file_exam(wanted: dict[str, Any]) -> Exam:
    """File one exam, days ahead, for ended classes of one occupation and level."""
    return service.file_exam(wanted["classes"], wanted["held_on"], wanted["place"], caller(), now())


@blueprint.post("/<string(length=16):exam>/withdrawal")
@idempotent
@allow(*INSTITUTION)
@blueprint.response(200, ExamSchema)
def withdraw(exam: str) -> Exam:
    """Take a filing back before its day, so that its classes can be filed again."""
    return service.withdraw(identifier(exam), caller(), now())


@blueprint.post("/<string(length=16):exam>/results")
@idempotent
@allow(*INSTITUTION)
@blueprint.arguments(ResultsEntrySchema)
@blueprint.response(200, ExamInFullSchema)
def enter_results(wanted: dict[str, Any], exam: str) -> dict[str, Any]:
    """Enter results from the day after the exam, or correct them with a reason; all of them or none."""
    entered = service.enter_results(identifier(exam), wanted["results"], caller(), now())
    return {"exam": entered, "classes": service.class_ids(entered), "results": service.results(entered).values()}
