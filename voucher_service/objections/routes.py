"""/api/v1/objections: filed by a holder with a receipt, answered by the bureau."""

from __future__ import annotations

from typing import Any

from voucher_service.objections import service
from voucher_service.objections.schemas import (
    FiledSchema,
    ObjectionAnswerSchema,
    ObjectionRequestSchema,
    ObjectionsSchema,
)
from voucher_service.web.access import BUREAU, HOLDER, allow, caller
from voucher_service.web.current import identifier, now
from voucher_service.web.idempotency import idempotent
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("objections", __name__, url_prefix="/api/v1/objections", description="Objections")


@blueprint.post("")
@idempotent
@allow(HOLDER)
@blueprint.arguments(ObjectionRequestSchema)
@blueprint.response(201, FiledSchema)
def file_objection(told: dict[str, Any]) -> Any:
    """Object to something that concerns oneself; the receipt number is for asking after it."""
    return service.file_objection(caller(), told["about"], told["words"], now(), told["voucher"])


@blueprint.get("")
@allow(HOLDER)
@blueprint.response(200, ObjectionsSchema)
def list_own() -> dict[str, Any]:
    """List the holder's own objections with their answers, the latest first."""
    return {"objections": service.of_holder(caller())}


@blueprint.get("/waiting")
@allow(*BUREAU)
@blueprint.response(200, ObjectionsSchema)
def list_waiting() -> dict[str, Any]:
    """List what waits for an answer in the caller's region, for the city's bureau in all; oldest first."""
    return {"objections": service.waiting(caller())}


@blueprint.post("/<int(min=100000, max=999999):region_id>/<string(length=16):objection>/answer")
@idempotent
@allow(*BUREAU)
@blueprint.arguments(ObjectionAnswerSchema)
@blueprint.response(200, FiledSchema)
def answer(said: dict[str, str], region_id: int, objection: str) -> Any:
    """Answer an objection, once; its author is told."""
    return service.answer(region_id, identifier(objection), said["words"], caller(), now())
