"""What attendance's routes read and write."""

from __future__ import annotations

from marshmallow import fields, validate

from voucher_service.web.fields import Identifier, StrictSchema


class AttendanceSchema(StrictSchema):
    session_no = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1000))
    present = fields.List(Identifier(), required=True, validate=validate.Length(1, 200))


class RecordedSchema(StrictSchema):
    recorded = fields.Integer()


class OutcomeSchema(StrictSchema):
    completed = fields.Integer()
    forfeited = fields.Integer()
