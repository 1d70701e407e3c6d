"""/api/v1/supervision: inspections, recordings and online sessions of a class, and its satisfaction survey."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from flask import Response, g

from voucher_service.classes import service as classes
from voucher_service.supervision import service
from voucher_service.supervision.inspections import Visit
from voucher_service.supervision.models import Inspection, Judgement, SurveyAnswer, SurveyRound
from voucher_service.supervision.online import Found
from voucher_service.supervision.recordings import Seen
from voucher_service.supervision.schemas import (
    AnsweredSchema,
    AnswerSchema,
    FaultsEntrySchema,
    FilmsSchema,
    InspectionEntrySchema,
    InspectionSchema,
    JudgementEntrySchema,
    JudgementSchema,
    OnlineSessionsSchema,
    OverviewSchema,
    RecordingsSchema,
    RepairSchema,
    RoundSchema,
)
from voucher_service.web.access import BUREAU, HOLDER, INSPECTORS, INSTITUTION, allow, caller
from voucher_service.web.current import identifier, now
from voucher_service.web.idempotency import idempotent
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("supervision", __name__, url_prefix="/api/v1/supervision")

_CLASS = "/classes/<string(length=16):training_class>"


@blueprint.get(_CLASS)
@allow(*INSTITUTION, *INSPECTORS)
@blueprint.response(200, OverviewSchema)
def show(training_class: str) -> dict[str, Any]:
    """Show what was inspected and recorded of a class, what is missing, and what its payment is capped at."""
    return service.overview(_named(training_class), caller(), now())


@blueprint.post(f"{_CLASS}/inspections")
@idempotent
@allow(*INSPECTORS)
@blueprint.arguments(InspectionEntrySchema)
@blueprint.response(201, InspectionSchema)
def record_inspection(visit: Visit, training_class: str) -> Inspection:
    """Record a visit to a class, or the correction of one."""
    return service.record_inspection(_named(training_class), visit, caller(), now())


@blueprint.post(f"{_CLASS}/recordings")
@idempotent
@allow(*INSTITUTION)
@blueprint.arguments(FilmsSchema)
@blueprint.response(201, RecordingsSchema)
def register_recordings(wanted: dict[str, Any], training_class: str) -> dict[str, Any]:
    """Register recordings of the class's sessions, all of them or none."""
    films = wanted["recordings"]
    return {"recordings": service.register_recordings(_named(training_class), films, caller(), now())}


@blueprint.post(f"{_CLASS}/recordings/<string(length=16):recording>/judgements")
@idempotent
@allow(*BUREAU)
@blueprint.arguments(JudgementEntrySchema)
@blueprint.response(201, JudgementSchema)
def judge(seen: Seen, training_class: str, recording: str) -> Judgement:
    """Say what a recording shows; the third that does not show everyone takes the class's subsidy."""
    return service.judge(_named(training_class), identifier(recording), seen, caller(), now())


@blueprint.post("/vouchers/<string(length=16):voucher>/answers")
@idempotent
@allow(HOLDER)
@blueprint.arguments(AnswerSchema)
@blueprint.response(201, AnsweredSchema)
def answer(wanted: dict[str, Any], voucher: str) -> SurveyAnswer:
    """Rate the class that the caller's voucher was spent on, from 1 to 5, once a round."""
    return service.answer(service.own_voucher(identifier(voucher), caller()), wanted["score"], wanted["device"], now())


@blueprint.post(f"{_CLASS}/survey/close")
@idempotent
@allow(*INSTITUTION, *BUREAU)
@blueprint.response(201, RoundSchema)
def close_round(training_class: str) -> SurveyRound:
    """Close the survey's round and fix its result; one that falls short suspends the class."""
    return service.close_round(_named(training_class), caller(), now())


@blueprint.post(f"{_CLASS}/survey/next-round")
@idempotent
@allow(*INSTITUTION, *BUREAU)
@blueprint.arguments(RepairSchema)
@blueprint.response(201, RoundSchema)
def open_next_round(wanted: dict[str, str], training_class: str) -> SurveyRound:
    """Open the next round when the month of repair is over."""
    return service.open_next_round(_named(training_class), wanted["repaired_by"], caller(), now())


@blueprint.post(f"{_CLASS}/online/faults")
@idempotent
@allow(*INSPECTORS)
@blueprint.arguments(FaultsEntrySchema)
@blueprint.response(201, OnlineSessionsSchema)
def record_faults(found: Found, training_class: str) -> dict[str, Any]:
    """Record what an inspector found at one online session."""
    return {"online": service.record_faults(_named(training_class), found, caller(), now())}


def _asked_first(view: Callable[..., Response]) -> Callable[..., Response]:
    """Let the platform answer before the unit of work opens: it may be slow, and there may be one writer."""

    @functools.wraps(view)
    def asked(training_class: str) -> Response:
        g.online_reports = service.ask_platform(_named(training_class))
        return view(training_class=training_class)

    return asked


@blueprint.post(f"{_CLASS}/online/reports")
@_asked_first
@idempotent
@allow(*INSTITUTION, *INSPECTORS)
@blueprint.response(201, OnlineSessionsSchema)
def fetch_reports(training_class: str) -> dict[str, Any]:
    """Fetch the online platform's reports on the class."""
    return {"online": service.write_reports(_named(training_class), g.online_reports, caller(), now())}


def _named(text: str) -> Any:
    return classes.find(identifier(text), caller())
