"""What a holder's log-in and a holder's own page look like on the wire."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from voucher_service.holders.categories import CATEGORIES
from voucher_service.holders.rules import CODE_DIGITS
from voucher_service.identifiers import to_hex


class LogInRequestSchema(Schema):
    name = fields.String(required=True, validate=validate.Length(1, 200))
    id_number = fields.String(required=True, validate=validate.Length(1, 40))
    phone = fields.String(required=True, validate=validate.Length(1, 40))
    region_id = fields.Integer(required=True, strict=True, validate=validate.Range(100_000, 999_999))
    category = fields.String(required=True, validate=validate.OneOf(list(CATEGORIES)))


class ChallengeSchema(Schema):
    challenge_id = fields.Function(lambda challenge: to_hex(challenge.challenge_id))
    trial_code = fields.String(
        allow_none=True, metadata={"description": "the code itself, in a trial service only; otherwise null"}
    )


class LogInSchema(Schema):
    challenge_id = fields.String(required=True, validate=validate.Regexp(r"[0-9a-f]{16}\Z"))
    code = fields.String(required=True, validate=validate.Regexp(rf"[0-9]{{{CODE_DIGITS}}}\Z"))


class HolderSchema(Schema):
    """A holder as they see themselves on a screen that somebody else may see too: masked."""

    holder_id = fields.Function(lambda holder: to_hex(holder["holder_id"]))
    name = fields.String()
    id_number = fields.String()
    phone = fields.String()
    region_id = fields.Integer()
    category = fields.String()


class LoggedInSchema(Schema):
    token = fields.String(metadata={"description": "to be sent as `Authorization: Bearer …`"})
    holder = fields.Nested(HolderSchema)
