"""Uploaded tables on the wire: where each stands, its columns, and what is wrong with its rows."""

from __future__ import annotations

from marshmallow import fields, validate

from voucher_service.web.fields import Identifier, StrictSchema

FAULTS_MAX = 200


class SheetSchema(StrictSchema):
    sheet = Identifier(attribute="sheet_id")
    kind = fields.String()
    subject = Identifier(attribute="subject_id")
    state = fields.String(metadata={"description": "uploaded, checking, refused, accepted or discarded"})
    rows_total = fields.Integer()
    rows_checked = fields.Integer()
    rows_refused = fields.Integer()
    refusal = fields.Dict(allow_none=True, metadata={"description": "why the file as a whole was turned down"})
    created_at = fields.AwareDateTime()
    finished_at = fields.AwareDateTime(allow_none=True)


class SheetFieldSchema(StrictSchema):
    name = fields.String()
    zh = fields.String()
    required = fields.Boolean()


class SheetInFullSchema(StrictSchema):
    sheet = fields.Nested(SheetSchema)
    headings = fields.List(fields.String())
    fields_ = fields.List(fields.Nested(SheetFieldSchema), data_key="fields")
    mapping = fields.Dict(keys=fields.String(), values=fields.Integer())


class MappingSchema(StrictSchema):
    """Field → its column, counted from 0; as guessed from the headings, with whatever the person has changed."""

    mapping = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 40)),
        values=fields.Integer(strict=True, validate=validate.Range(0, 999)),
        required=True,
    )


class FaultsArguments(StrictSchema):
    after = fields.Integer(load_default=0, validate=validate.Range(0, 10**7))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, FAULTS_MAX))


class ReasonSchema(StrictSchema):
    code = fields.String()
    clause = fields.String()
    zh = fields.String()
    en = fields.String()


class FaultSchema(StrictSchema):
    row = fields.Integer(metadata={"description": "as the file counts"})
    reasons = fields.List(fields.Nested(ReasonSchema))


class FaultsSchema(StrictSchema):
    faults = fields.List(fields.Nested(FaultSchema))
