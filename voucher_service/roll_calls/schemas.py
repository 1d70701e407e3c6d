"""What the roll calls' routes read and write."""

from __future__ import annotations

from datetime import UTC, datetime

from marshmallow import fields, validate

from voucher_service.web.fields import StrictSchema, line

RECORDING_MAX = 120
MOMENTS = validate.Range(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


class SittingSchema(StrictSchema):
    session_no = fields.Integer(metadata={"description": "make-up sessions are numbered from 1001"})
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    kind = fields.String()
    makes_up = fields.Integer(allow_none=True)
    recording = fields.String()


class SittingsSchema(StrictSchema):
    sessions = fields.List(fields.Nested(SittingSchema))


class RollCodeSchema(StrictSchema):
    """What the screen in the room shows; `code` is what the picture's link ends with."""

    session_no = fields.Integer(attribute="code.session_no")
    code = fields.Function(lambda shown: shown.code.to_bytes().hex())
    digits = fields.String(attribute="code.digits")
    next_at = fields.AwareDateTime()
    step_seconds = fields.Integer()


class MakeUpSchema(StrictSchema):
    makes_up = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1000))
    starts_at = fields.AwareDateTime(required=True, validate=MOMENTS)
    ends_at = fields.AwareDateTime(required=True, validate=MOMENTS)
    recording = line(RECORDING_MAX, least=0, load_default="")


class MakeUpRecordingSchema(StrictSchema):
    recording = line(RECORDING_MAX, required=True)
