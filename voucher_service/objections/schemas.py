"""What the objections' routes read and write."""

from __future__ import annotations

from marshmallow import fields, validate

from voucher_service.objections.rules import ABOUT, WORDS_MOST
from voucher_service.web.fields import Identifier, StrictSchema


class ObjectionRequestSchema(StrictSchema):
    about = fields.String(required=True, validate=validate.OneOf(ABOUT))
    words = fields.String(required=True, validate=validate.Length(1, 2 * WORDS_MOST))
    voucher = Identifier(load_default=None, allow_none=True)


class FiledSchema(StrictSchema):
    """What is kept as the answer to a key: never the words."""

    objection = Identifier(attribute="objection_id")
    region_id = fields.Integer()
    receipt_no = fields.String()
    about = fields.String()
    voucher = Identifier(attribute="voucher_id", allow_none=True)
    filed_at = fields.AwareDateTime()
    answered_at = fields.AwareDateTime(allow_none=True)


class ToldSchema(StrictSchema):
    objection = fields.Nested(FiledSchema)
    words = fields.String()
    answer = fields.String(allow_none=True)


class ObjectionsSchema(StrictSchema):
    objections = fields.List(fields.Nested(ToldSchema))


class ObjectionAnswerSchema(StrictSchema):
    words = fields.String(required=True, validate=validate.Length(1, 2 * WORDS_MOST))
