"""What the redemption routes read and write."""

from __future__ import annotations

from marshmallow import fields, validate

from voucher_service.holders.service import NAME_CHARACTERS_MAX
from voucher_service.web.fields import Identifier, StrictSchema, line


class PersonCheckSchema(StrictSchema):
    """The identity card that was shown at the door; used for the comparison and never stored."""

    id_number = fields.String(required=True, validate=validate.Length(15, 20))
    name = line(NAME_CHARACTERS_MAX, required=True)
    method = fields.String(load_default="typed", validate=validate.OneOf(("id_card_reader", "typed")))
    waiver_reason = line(200, load_default=None)


class RedeemSchema(StrictSchema):
    code = fields.String(required=True, validate=validate.Length(1, 600))
    class_id = Identifier(required=True)
    person = fields.Nested(PersonCheckSchema, required=True)
    one_time_code = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(r"[0-9]{6}\Z"),
        metadata={"description": "needed with a paper voucher's code only"},
    )


class OneTimeCodeRequestSchema(StrictSchema):
    """A paper voucher and its holder's card; `channel` is how the code reaches the phone on record."""

    code = fields.String(required=True, validate=validate.Length(1, 600))
    person = fields.Nested(PersonCheckSchema, required=True)
    channel = fields.String(load_default="sms", validate=validate.OneOf(("sms", "voice")))


class OneTimeCodeSchema(StrictSchema):
    sent_to = fields.String(metadata={"description": "the phone, masked"})
    expires_at = fields.AwareDateTime()
    trial_code = fields.String(
        attribute="shown", allow_none=True, metadata={"description": "the code itself, in a trial only; else null"}
    )


class RedeemedSchema(StrictSchema):
    redemption = Identifier(attribute="redemption_id")
    voucher = Identifier(attribute="voucher_id")
    amount_fen = fields.Integer()
    redeemed_at = fields.AwareDateTime()
    attended_permille = fields.Integer(allow_none=True)


class RedeemedListSchema(StrictSchema):
    redemptions = fields.List(fields.Nested(RedeemedSchema))


class UndoRequestSchema(StrictSchema):
    reason = line(40, required=True)
    note = line(200, least=0, load_default="")


class UndoRequestedSchema(StrictSchema):
    decision = Identifier(attribute="decision_id")
    state = fields.String()
    reason = fields.String()
    asked_at = fields.AwareDateTime()


class UndoDecisionSchema(StrictSchema):
    confirmed = fields.Boolean(required=True, truthy={True}, falsy={False})
