"""/api/v1/disputes and /api/v1/holds: the holder's "I was not there", the bureau's stop, and two persons' opinions."""

from __future__ import annotations

from typing import Any

from voucher_service.errors import NotFound
from voucher_service.risk import service
from voucher_service.risk.schemas import (
    DisputeSchema,
    HoldSchema,
    LineSchema,
    LinesSchema,
    OpinionEntrySchema,
    PlacementSchema,
)
from voucher_service.vouchers import service as vouchers
from voucher_service.web.access import BUREAU, HOLDER, allow, caller
from voucher_service.web.current import identifier, now
from voucher_service.web.idempotency import idempotent
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("risk", __name__, url_prefix="/api/v1")


@blueprint.post("/disputes")
@idempotent
@allow(HOLDER)
@blueprint.arguments(DisputeSchema)
@blueprint.response(201, HoldSchema)
def dispute(wanted: dict[str, Any]) -> Any:
    """Say "I was not there" about a scan or a sign-in: the voucher stands still until two persons have decided."""
    return service.dispute(wanted["redemption"], wanted["session_no"], caller(), now())


@blueprint.get("/vouchers/<string(length=16):voucher>/holds")
@allow(HOLDER)
@blueprint.response(200, LinesSchema)
def show_own(voucher: str) -> dict[str, Any]:
    """Show every hold of one of the holder's own vouchers, with what was decided and why."""
    found = vouchers.find(caller().region_id, identifier(voucher))
    if found.holder_id != caller().subject_id:
        raise NotFound
    return {"holds": service.of_holder(found)}


@blueprint.get("/holds")
@allow(*BUREAU)
@blueprint.response(200, LinesSchema)
def list_waiting() -> dict[str, Any]:
    """List the holds that stand in the caller's region, for the city's bureau in all; oldest first."""
    return {"holds": service.waiting(caller())}


@blueprint.post("/holds/<int(min=100000, max=999999):region_id>")
@idempotent
@allow(*BUREAU)
@blueprint.arguments(PlacementSchema)
@blueprint.response(201, HoldSchema)
def place(wanted: dict[str, Any], region_id: int) -> Any:
    """Stop a voucher at once, with a reason; two persons lift it."""
    return service.hold_voucher(region_id, wanted.pop("voucher"), **wanted, caller=caller(), now=now())


@blueprint.post("/holds/<int(min=100000, max=999999):region_id>/<string(length=16):hold>/opinions")
@idempotent
@allow(*BUREAU)
@blueprint.arguments(OpinionEntrySchema)
@blueprint.response(200, LineSchema)
def decide(wanted: dict[str, str], region_id: int, hold: str) -> service.Line:
    """Sign one person's opinion on a hold; two who agree decide."""
    return service.decide(region_id, identifier(hold), **wanted, caller=caller(), now=now())
