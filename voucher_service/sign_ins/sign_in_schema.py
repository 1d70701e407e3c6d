"""A sign-in as the API shows it, in this room and in those above."""

from __future__ import annotations

from marshmallow import fields

from voucher_service.web.fields import Identifier, StrictSchema


class SignInSchema(StrictSchema):
    """A sign-in as those who may see it read it; it holds no person's data and no place."""

    sign_in = Identifier(attribute="sign_in_id")
    region_id = fields.Integer()
    class_id = Identifier()
    session_no = fields.Integer()
    redemption = Identifier(attribute="redemption_id", allow_none=True)
    method = fields.String(metadata={"description": "code, face or clerk"})
    state = fields.String(metadata={"description": "confirmed, unconfirmed, rejected or voided"})
    flags = fields.Function(lambda found: found.flags.split(), metadata={"description": "why it does not count"})
    signed_at = fields.AwareDateTime()
    recorded_at = fields.AwareDateTime()
    late_minutes = fields.Integer()
    distance_metres = fields.Integer(allow_none=True)
