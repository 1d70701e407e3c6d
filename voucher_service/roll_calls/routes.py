"""/api/v1/roll-calls: the meetings of a class, the code on its screen, and make-up sessions."""

from __future__ import annotations

from typing import Any

from voucher_service.classes import service as classes
from voucher_service.roll_calls import service
from voucher_service.roll_calls.schemas import (
    MakeUpRecordingSchema,
    MakeUpSchema,
    RollCodeSchema,
    SittingSchema,
    SittingsSchema,
)
from voucher_service.web.access import BUREAU, INSTITUTION, allow, caller
from voucher_service.web.current import identifier, now
from voucher_service.web.idempotency import idempotent
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("roll_calls", __name__, url_prefix="/api/v1/roll-calls")


@blueprint.get("/<string(length=16):training_class>")
@allow(*INSTITUTION, *BUREAU)
@blueprint.response(200, SittingsSchema)
def list_sessions(training_class: str) -> dict[str, Any]:
    """List the meetings of a class, make-up sessions after the scheduled ones."""
    return {"sessions": service.sittings(_class(training_class))}


@blueprint.post("/<string(length=16):training_class>/sessions/<int(max=9999):session_no>")
@idempotent
@allow(*INSTITUTION)
@blueprint.response(200, SittingSchema)
def open_roll_call(training_class: str, session_no: int) -> service.Sitting:
    """Have a session's code shown from now on; opening it again changes nothing."""
    return service.open_roll_call(_class(training_class), session_no, caller().subject_id, now())


@blueprint.get("/<string(length=16):training_class>/sessions/<int(max=9999):session_no>/code")
@allow(*INSTITUTION)
@blueprint.response(200, RollCodeSchema)
def show_code(training_class: str, session_no: int) -> service.Shown:
    """Return the code that the screen in the room shows now, and when the next one follows."""
    return service.shown(_class(training_class), session_no, now())


@blueprint.post("/<string(length=16):training_class>/make-ups")
@idempotent
@allow(*INSTITUTION)
@blueprint.arguments(MakeUpSchema)
@blueprint.response(201, SittingSchema)
def enter_make_up(wanted: dict[str, Any], training_class: str) -> service.Sitting:
    """Enter a filmed make-up for a session; it counts once its recording is referred to (R18f)."""
    return service.make_up(_class(training_class), **wanted, by=caller().subject_id, now=now())


@blueprint.post("/<string(length=16):training_class>/make-ups/<int(max=9999):session_no>/recording")
@idempotent
@allow(*INSTITUTION)
@blueprint.arguments(MakeUpRecordingSchema)
@blueprint.response(200, SittingSchema)
def record_make_up(wanted: dict[str, str], training_class: str, session_no: int) -> service.Sitting:
    """Refer to the recording of a make-up session, once."""
    return service.record_make_up(_class(training_class), session_no, wanted["recording"], now())


def _class(text: str) -> Any:
    return classes.find(identifier(text), caller())
