"""What the exams' routes read and write."""

from __future__ import annotations

from datetime import date

from marshmallow import fields, validate

from voucher_service.exams.rules import OUTCOMES
from voucher_service.web.fields import Identifier, StrictSchema, line

CLASSES_MAX = 20
RESULTS_MAX = 2000


class FilingSchema(StrictSchema):
    classes = fields.List(Identifier(), required=True, validate=validate.Length(1, CLASSES_MAX))
    held_on = fields.Date(required=True, validate=validate.Range(date(2000, 1, 1), date(2099, 12, 31)))
    place = line(100, required=True)


class ExamSchema(StrictSchema):
    exam = Identifier(attribute="exam_id")
    region_id = fields.Integer()
    held_on = fields.Date()
    place = fields.String()
    withdrawn_at = fields.AwareDateTime(allow_none=True)


class ExamsSchema(StrictSchema):
    exams = fields.List(fields.Nested(ExamSchema))
    next = Identifier(allow_none=True)


class ResultSchema(StrictSchema):
    redemption = Identifier(required=True, attribute="redemption_id")
    outcome = fields.String()
    revision = fields.Integer()
    reason = fields.String()


class ExamInFullSchema(StrictSchema):
    exam = fields.Nested(ExamSchema)
    classes = fields.List(Identifier())
    results = fields.List(fields.Nested(ResultSchema))


class ResultEntrySchema(StrictSchema):
    redemption = Identifier(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    reason = line(200, least=0, load_default="")


class ResultsEntrySchema(StrictSchema):
    results = fields.List(fields.Nested(ResultEntrySchema), required=True, validate=validate.Length(1, RESULTS_MAX))
