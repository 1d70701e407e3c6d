"""What the reports' routes write."""

from __future__ import annotations

from marshmallow import fields

from voucher_service.web.fields import StrictSchema


class RegionSchema(StrictSchema):
    region_id = fields.Integer()
    quota = fields.Integer()
    target_used = fields.Integer()
    reached = fields.Dict(keys=fields.String(), values=fields.Integer())


class MonthSchema(StrictSchema):
    month = fields.Integer()
    reached = fields.Dict(keys=fields.String(), values=fields.Integer())


class FunnelSchema(StrictSchema):
    programme_id = fields.Integer()
    programme = fields.String()
    definition = fields.String()
    split_note = fields.String()
    target_issued = fields.Integer()
    target_used = fields.Integer()
    total = fields.Dict(keys=fields.String(), values=fields.Integer())
    regions = fields.List(fields.Nested(RegionSchema))
    months = fields.List(fields.Nested(MonthSchema))


class RefusalsSchema(StrictSchema):
    refusals = fields.Dict(keys=fields.String(), values=fields.Integer())
