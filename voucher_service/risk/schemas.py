"""What the risk room's routes read and write; persons are not named."""

from __future__ import annotations

from marshmallow import fields, validate

from voucher_service.web.fields import Identifier, StrictSchema, line

VERDICTS = ("uphold", "lift")


class DisputeSchema(StrictSchema):
    """A scan that the holder was not at, or with `session_no` the sign-in of one session."""

    redemption = Identifier(required=True)
    session_no = fields.Integer(strict=True, load_default=None, allow_none=True, validate=validate.Range(1, 9999))


class PlacementSchema(StrictSchema):
    """`reason` is one of the codes for a hold by the bureau; `other` wants a note."""

    voucher = Identifier(required=True)
    reason = line(40, required=True)
    note = line(200, least=0, load_default="")


class OpinionEntrySchema(StrictSchema):
    verdict = fields.String(required=True, validate=validate.OneOf(VERDICTS))
    reason = line(200, required=True, metadata={"description": "what the holder reads"})


class HoldSchema(StrictSchema):
    """`hold` is the receipt number; `subject` the redemption, ruling or hold that it is about."""

    hold = Identifier(attribute="hold_id")
    region_id = fields.Integer()
    voucher = Identifier(attribute="voucher_id")
    kind = fields.String()
    subject = Identifier(attribute="subject_id")
    session_no = fields.Integer()
    reason = fields.String()
    note = fields.String()
    placed_role = fields.String()
    placed_at = fields.AwareDateTime()


class HoldOpinionSchema(StrictSchema):
    verdict = fields.String()
    reason = fields.String()
    given_at = fields.AwareDateTime()


class HoldEndSchema(StrictSchema):
    outcome = fields.String()
    reason = fields.String()
    ended_at = fields.AwareDateTime()


class LineSchema(StrictSchema):
    hold = fields.Nested(HoldSchema)
    opinions = fields.List(fields.Nested(HoldOpinionSchema))
    ended = fields.Nested(HoldEndSchema, allow_none=True)


class LinesSchema(StrictSchema):
    holds = fields.List(fields.Nested(LineSchema))
