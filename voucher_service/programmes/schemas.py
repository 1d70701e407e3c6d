"""Programmes as the API shows them; money in fen, days as YYYY-MM-DD."""

from __future__ import annotations

from marshmallow import Schema, fields


class ProgrammeSchema(Schema):
    programme_id = fields.Integer()
    code = fields.String()
    name = fields.String()
    state = fields.String()
    opens_on = fields.Date()
    closes_on = fields.Date()
    valid_months = fields.Integer()
    certificate_deadline_months = fields.Integer()
    target_issued = fields.Integer()
    target_used = fields.Integer()
    counts_as_used = fields.String()


class AllotmentSchema(Schema):
    region_id = fields.Integer()
    quota = fields.Integer()
    issued = fields.Integer()
    target_used = fields.Integer()


class BudgetedProgrammeSchema(ProgrammeSchema):
    fund_source = fields.String()
    budget_fen = fields.Integer()
    committed_fen = fields.Integer()
    allotments = fields.List(fields.Nested(AllotmentSchema))


class OpenProgrammeSchema(Schema):
    programme = fields.Nested(ProgrammeSchema)
    quota = fields.Integer(attribute="allotment.quota")
    left = fields.Integer()


class ProgrammesSchema(Schema):
    programmes = fields.List(fields.Nested(ProgrammeSchema))


class OpenProgrammesSchema(Schema):
    programmes = fields.List(fields.Nested(OpenProgrammeSchema))


class TaughtSchema(Schema):
    occupation_code = fields.String()
    name = fields.String()
    name_en = fields.String()


class FieldOfWorkSchema(Schema):
    """`family` is what a claim, a class and a voucher's bound carry."""

    family = fields.String()
    occupations = fields.List(fields.Nested(TaughtSchema))


class FieldsSchema(Schema):
    fields_ = fields.List(fields.Nested(FieldOfWorkSchema), data_key="fields", attribute="fields")
