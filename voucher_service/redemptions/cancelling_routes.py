"""/api/v1/class-cancellations: a class does not take place, and its trainees have their vouchers back."""

# mypy: disallow-untyped-decorators=false

from __future__ import annotations

from marshmallow import fields

from voucher_service.classes import service as classes
from voucher_service.redemptions.cancelling import Cancelled, cancel_class
from voucher_service.web.access import BUREAU_REVIEWER, INDUSTRY_REVIEWER, allow, caller
from voucher_service.web.current import now
from voucher_service.web.fields import Identifier, StrictSchema, line
from voucher_service.web.idempotency import idempotent
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("cancellations", __name__, url_prefix="/api/v1/class-cancellations")


class CancellationSchema(StrictSchema):
    class_id = Identifier(required=True)
    reason = line(200, required=True)


class CancelledSchema(StrictSchema):
    class_id = Identifier(attribute="training_class.class_id")
    state = fields.String(attribute="training_class.state")
    seats_taken = fields.Integer(attribute="training_class.seats_taken")
    given_back = fields.Integer(metadata={"description": "vouchers that their holders can use again"})
    ended_before = fields.Integer(metadata={"description": "vouchers that had ended while their holders were in it"})


@blueprint.route("", methods=["POST"])
@idempotent
@allow(BUREAU_REVIEWER, INDUSTRY_REVIEWER)
@blueprint.arguments(CancellationSchema)
@blueprint.response(200, CancelledSchema)
def cancel(wanted: dict[str, str]) -> Cancelled:
    """Call off a class; every trainee's voucher can be used again, for as long as it was left when it was spent."""
    found = classes.find(int(wanted["class_id"]), caller())
    return cancel_class(found.region_id, found.class_id, wanted["reason"], caller(), now())
