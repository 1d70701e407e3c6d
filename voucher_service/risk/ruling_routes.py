"""/api/v1/class-rulings: the bureau suspends a class, and two persons lift that or disqualify the class."""

# mypy: disallow-untyped-decorators=false

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from voucher_service.classes import service as classes
from voucher_service.risk import rulings
from voucher_service.web.access import BUREAU, BUREAU_REVIEWER, allow, caller
from voucher_service.web.current import identifier, now
from voucher_service.web.fields import Identifier, StrictSchema, line
from voucher_service.web.idempotency import idempotent
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("rulings", __name__, url_prefix="/api/v1/class-rulings")


class RulingEntrySchema(StrictSchema):
    class_id = Identifier(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(("suspend", "lift", "disqualify")))
    reason = line(40, required=True)
    note = line(200, least=0, load_default="")


class RulingVerdictSchema(StrictSchema):
    confirmed = fields.Boolean(required=True, truthy={True}, falsy={False})


class RulingSchema(StrictSchema):
    ruling = Identifier(attribute="ruling_id")
    class_id = Identifier()
    kind = fields.String()
    reason = fields.String()
    note = fields.String()
    state = fields.String()
    asked_at = fields.AwareDateTime()
    decided_at = fields.AwareDateTime(allow_none=True)


class RulingsSchema(StrictSchema):
    rulings = fields.List(fields.Nested(RulingSchema))


@blueprint.get("")
@allow(*BUREAU)
@blueprint.response(200, RulingsSchema)
def list_waiting() -> dict[str, Any]:
    """List what waits for a second person, oldest first."""
    return {"rulings": classes.rulings_waiting(caller())}


@blueprint.post("")
@idempotent
@allow(*BUREAU)
@blueprint.arguments(RulingEntrySchema)
@blueprint.response(201, RulingSchema)
def rule(wanted: dict[str, Any]) -> Any:
    """Suspend a class at once, or ask that its suspension be lifted or that it be disqualified."""
    found = classes.find(wanted.pop("class_id"), caller())
    return rulings.rule(found, wanted.pop("kind"), **wanted, caller=caller(), now=now())


@blueprint.post("/<string(length=16):ruling>/decision")
@idempotent
@allow(BUREAU_REVIEWER)
@blueprint.arguments(RulingVerdictSchema)
@blueprint.response(200, RulingSchema)
def settle(wanted: dict[str, bool], ruling: str) -> Any:
    """Confirm or decline, as the second person; the vouchers of the class follow it at once."""
    found = classes.find_ruling(identifier(ruling), caller())
    return rulings.settle(found, caller(), now(), confirmed=wanted["confirmed"])
