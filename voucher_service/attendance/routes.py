"""/api/v1/attendance: attendance and the close of a class."""

from __future__ import annotations

from typing import Any

from voucher_service.attendance import service
from voucher_service.attendance.schemas import AttendanceSchema, OutcomeSchema, RecordedSchema
from voucher_service.classes import service as classes
from voucher_service.web.access import INSTITUTION, allow, caller
from voucher_service.web.current import identifier, now
from voucher_service.web.idempotency import idempotent
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("attendance", __name__, url_prefix="/api/v1/attendance")


@blueprint.post("/<string(length=16):training_class>/records")
@idempotent
@allow(*INSTITUTION)
@blueprint.arguments(AttendanceSchema)
@blueprint.response(200, RecordedSchema)
def record_attendance(wanted: dict[str, Any], training_class: str) -> dict[str, int]:
    """Record who is present at one session of one of the institution's own classes."""
    found = _own_class(training_class)
    recorded = service.record_attendance(found, wanted["session_no"], wanted["present"], caller().subject_id, now())
    return {"recorded": recorded}


@blueprint.post("/<string(length=16):training_class>/close")
@idempotent
@allow(*INSTITUTION)
@blueprint.response(200, OutcomeSchema)
def close_class(training_class: str) -> dict[str, int]:
    """Close a class after its last session: attendance decides who completed."""
    return service.close_class(_own_class(training_class), now())


def _own_class(text: str) -> Any:
    return classes.find(identifier(text), caller())
