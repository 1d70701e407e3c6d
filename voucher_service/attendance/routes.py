"""/api/v1/attendance: who stands how and what is missing, ticks, persons' decisions, the close of a class."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE

from voucher_service.attendance import service
from voucher_service.attendance.schemas import (
    AttendanceSchema,
    AttendedSchema,
    ClassAttendanceSchema,
    FlaggedSignInsSchema,
    OutcomeSchema,
    RecordedSchema,
    SignInDecisionSchema,
    SignInDecisionsSchema,
    SignInVerdictSchema,
    SignInVoidDecisionSchema,
    SignInVoidSchema,
)
from voucher_service.classes import service as classes
from voucher_service.database import db
from voucher_service.errors import NotFound
from voucher_service.redemptions import service as redemptions
from voucher_service.sign_ins import service as sign_ins
from voucher_service.vouchers import service as vouchers
from voucher_service.web.access import BUREAU, HOLDER, INSTITUTION, allow, caller
from voucher_service.web.current import identifier, now
from voucher_service.web.idempotency import idempotent
from voucher_service.web.paging import PageArguments, page_of
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("attendance", __name__, url_prefix="/api/v1/attendance")


@blueprint.post("/<string(length=16):training_class>/records")
@idempotent
@allow(*INSTITUTION)
@blueprint.arguments(AttendanceSchema)
@blueprint.response(200, RecordedSchema)
def record_attendance(wanted: dict[str, Any], training_class: str) -> dict[str, int]:
    """Record whom a clerk ticked at one session of one of the institution's own classes: unconfirmed, all or none."""
    recorded = service.record_attendance(
        _class(training_class),
        wanted["session_no"],
        wanted["present"],
        caller().subject_id,
        now(),
        late_minutes=wanted["late_minutes"],
    )
    return {"recorded": recorded}


@blueprint.get("/<string(length=16):training_class>")
@allow(*INSTITUTION, *BUREAU)
@blueprint.response(200, ClassAttendanceSchema)
def show_class(training_class: str) -> dict[str, Any]:
    """Show each trainee's attendance, session by session, with what is missing to complete."""
    return {"trainees": service.of_class(_class(training_class), now())}


@blueprint.get("/vouchers/<string(length=16):voucher>")
@allow(HOLDER)
@blueprint.response(200, AttendedSchema)
def show_own(voucher: str) -> service.Attended:
    """Show the holder their own attendance in the class that a voucher was spent on."""
    found = vouchers.find(caller().region_id, identifier(voucher))
    if found.holder_id != caller().subject_id:
        raise NotFound
    redemption = redemptions.live_redemption(found.region_id, found.voucher_id)
    if redemption is None:
        raise NotFound
    training_class = classes.get(redemption.class_region_id, redemption.class_id)
    return service.of_trainee(training_class, redemption, now())


@blueprint.post("/<string(length=16):training_class>/close")
@idempotent
@allow(*INSTITUTION)
@blueprint.response(200, OutcomeSchema)
def close_class(training_class: str) -> dict[str, int]:
    """Close a class after its last session: attendance decides who completed."""
    return service.close_class(_class(training_class), now())


@blueprint.get("/flagged")
@allow(*BUREAU)
@blueprint.arguments(PageArguments, location="query", unknown=RAISE)
@blueprint.response(200, FlaggedSignInsSchema)
def list_flagged(page: dict[str, Any]) -> dict[str, Any]:
    """List the flagged sign-ins of the caller's region that nobody has decided yet."""
    rows, after = page_of(db.session, sign_ins.waiting(caller()), sign_ins.SignIn.sign_in_id, **page)
    return {"sign_ins": rows, "next": after}


@blueprint.post("/sign-ins/<string(length=16):sign_in>/decision")
@idempotent
@allow(*BUREAU)
@blueprint.arguments(SignInVerdictSchema)
@blueprint.response(200, SignInDecisionSchema)
def decide_flagged(wanted: dict[str, Any], sign_in: str) -> service.SignInDecision:
    """Confirm a flagged sign-in or a clerk's tick, or reject it, with the reason."""
    found = sign_ins.find(identifier(sign_in), caller())
    return service.decide_flagged(found, **wanted, caller=caller(), now=now())


@blueprint.post("/sign-ins/<string(length=16):sign_in>/void")
@idempotent
@allow(*BUREAU)
@blueprint.arguments(SignInVoidSchema)
@blueprint.response(200, SignInDecisionSchema)
def void(wanted: dict[str, str], sign_in: str) -> service.SignInDecision:
    """Void a sign-in that stands; where that changes who completes, `state` is asked and another person decides."""
    return service.void(sign_ins.find(identifier(sign_in), caller()), wanted["reason"], caller(), now())


@blueprint.get("/voids")
@allow(*BUREAU)
@blueprint.arguments(PageArguments, location="query", unknown=RAISE)
@blueprint.response(200, SignInDecisionsSchema)
def list_voids(page: dict[str, Any]) -> dict[str, Any]:
    """List the sign-ins that one person wants voided and a second has to decide."""
    rows, after = page_of(db.session, service.waiting_voids(caller()), service.SignInDecision.decision_id, **page)
    return {"decisions": rows, "next": after}


@blueprint.post("/voids/<string(length=16):decision>")
@idempotent
@allow(*BUREAU)
@blueprint.arguments(SignInVoidDecisionSchema)
@blueprint.response(200, SignInDecisionSchema)
def settle_void(wanted: dict[str, bool], decision: str) -> service.SignInDecision:
    """Confirm or decline, as another person, that a sign-in be voided."""
    return service.settle_void(service.find_decision(identifier(decision), caller()), caller(), now(), **wanted)


def _class(text: str) -> Any:
    return classes.find(identifier(text), caller())
