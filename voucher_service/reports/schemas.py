"""What the reports' routes read and write."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from voucher_service.reports.outlook import Standing
from voucher_service.reports.plan import COLUMNS
from voucher_service.reports.rows import STANDING
from voucher_service.reports.rules import FUNNEL
from voucher_service.web.fields import Identifier, StrictSchema
from voucher_service.web.paging import LIMIT_MAX

MONTH = validate.Range(200001, 209912)


def _day() -> fields.Date:
    """A day of this century; near the ends of the calendar a time zone would lead out of it."""
    return fields.Date(
        load_default=None,
        validate=lambda day: 2000 <= day.year < 2100,  # noqa: PLR2004
        metadata={"description": "as of the end of this day in the city; leave out for now"},
    )


class AsOfArguments(Schema):
    on = _day()


class RowsArguments(Schema):
    """Either `stage` or `state`."""

    stage = fields.String(load_default=None, validate=validate.OneOf(FUNNEL))
    state = fields.String(load_default=None, validate=validate.OneOf(STANDING))
    region_id = fields.Integer(load_default=None, strict=False, validate=validate.Range(100000, 999999))
    month = fields.Integer(
        load_default=None,
        strict=False,
        validate=MONTH,
        metadata={"description": "yyyymm: of the event for a stage, of issue for a state"},
    )
    on = _day()
    after = fields.String(load_default=None, validate=validate.Length(max=40))
    limit = fields.Integer(load_default=50, strict=False, validate=validate.Range(1, LIMIT_MAX))

    @validates_schema
    def _one_of_two(self, data: dict[str, Any], **_: Any) -> None:
        if (data["stage"] is None) == (data["state"] is None):
            raise ValidationError("stage or state, one of them", "stage")


class RegionSchema(StrictSchema):
    region_id = fields.Integer()
    quota = fields.Integer()
    target_used = fields.Integer()
    reached = fields.Dict(keys=fields.String(), values=fields.Integer())
    used = fields.Integer()


class MonthSchema(StrictSchema):
    month = fields.Integer()
    reached = fields.Dict(keys=fields.String(), values=fields.Integer())


class MonthOfPaceSchema(StrictSchema):
    month = fields.Integer()
    reached = fields.Integer(allow_none=True)
    due = fields.Integer()


class ForecastSchema(StrictSchema):
    expected = fields.Integer()
    error = fields.Integer(allow_none=True)


class LineOfPaceSchema(StrictSchema):
    stage = fields.String()
    target = fields.Integer()
    reached = fields.Integer()
    due = fields.Integer()
    months = fields.List(fields.Nested(MonthOfPaceSchema))
    forecast = fields.Nested(ForecastSchema, allow_none=True)


class PaceSchema(StrictSchema):
    method = fields.String()
    issued = fields.Nested(LineOfPaceSchema)
    used = fields.Nested(LineOfPaceSchema)


class WaitingSchema(StrictSchema):
    state = fields.String()
    vouchers = fields.Integer()
    old = fields.Integer()
    by_region = fields.Dict(keys=fields.Integer(), values=fields.Integer())


class FunnelSchema(StrictSchema):
    programme_id = fields.Integer()
    programme = fields.String()
    as_of = fields.Date()
    counts_as_used = fields.String()
    definition = fields.String()
    keeps_note = fields.String()
    split_note = fields.String()
    target_issued = fields.Integer()
    target_used = fields.Integer()
    total = fields.Dict(keys=fields.String(), values=fields.Integer())
    used = fields.Integer(metadata={"description": "effectively used: reached the counted stage and not on hold"})
    on_hold = fields.Integer(metadata={"description": "reached the counted stage, and a hold stands on them"})
    withdrawn = fields.Integer()
    regions = fields.List(fields.Nested(RegionSchema))
    months = fields.List(fields.Nested(MonthSchema))
    pace = fields.Nested(PaceSchema)
    waiting = fields.List(fields.Nested(WaitingSchema))


class RefusalsSchema(StrictSchema):
    refusals = fields.Dict(keys=fields.String(), values=fields.Integer(), metadata={"description": "scans, by reason"})
    answers = fields.Dict(
        keys=fields.String(), values=fields.Integer(), metadata={"description": "refused writes of any kind, by code"}
    )
    rules = fields.Dict(
        keys=fields.String(), values=fields.Integer(), metadata={"description": "those that name rules, by rule"}
    )


class RowSchema(StrictSchema):
    region_id = fields.Integer()
    voucher_id = Identifier(data_key="voucher")
    seq = fields.Integer()
    period = fields.Integer()
    month = fields.Integer()
    kind = fields.String()
    state = fields.String()
    recorded_at = fields.AwareDateTime()
    counts = fields.Integer()


class RowsSchema(StrictSchema):
    rows = fields.List(fields.Nested(RowSchema))
    after = fields.String(allow_none=True, data_key="next")


class FiguresSchema(StrictSchema):
    key = fields.String()
    name = fields.String()
    figures = fields.Dict(
        keys=fields.String(validate=validate.OneOf(tuple(COLUMNS))), values=fields.Integer(allow_none=True)
    )


class TableSchema(StrictSchema):
    table = fields.String()
    name = fields.String()
    name_en = fields.String()
    source = fields.String()
    lines = fields.List(fields.Nested(FiguresSchema))
    sums = fields.Dict(keys=fields.String(), values=fields.Integer())
    printed = fields.Dict(keys=fields.String(), values=fields.Integer(), allow_none=True)
    lines_apart = fields.List(fields.Nested(FiguresSchema))
    sums_apart = fields.Dict(keys=fields.String(), values=fields.Integer())


class OdditySchema(StrictSchema):
    zh = fields.String()
    en = fields.String()


class TargetsSchema(StrictSchema):
    issued_target = fields.Integer()
    used_target = fields.Integer()
    tables = fields.List(fields.Nested(TableSchema))
    differences = fields.Dict(keys=fields.String(), values=fields.Dict(keys=fields.String(), values=fields.Integer()))
    oddities = fields.List(fields.Nested(OdditySchema))


class OutlookStepSchema(Schema):
    """One step: `standing` is done, missing, later or impossible; `who` has it now and `until` when, while missing."""

    code = fields.String()
    standing = fields.Enum(Standing, by_value=True)
    clause = fields.String()
    who = fields.String()
    until = fields.AwareDateTime(allow_none=True)
    figures = fields.Dict(keys=fields.String())


class OutlookSchema(Schema):
    """Whether one trainee's training will be paid, and what is missing; nobody is named."""

    region_id = fields.Integer()
    redemption = Identifier(attribute="redemption_id")
    voucher = Identifier(attribute="voucher_id")
    state = fields.String()
    paid = fields.Boolean()
    possible = fields.Boolean()
    steps = fields.List(fields.Nested(OutlookStepSchema))


class OutlooksSchema(Schema):
    outlooks = fields.List(fields.Nested(OutlookSchema))
