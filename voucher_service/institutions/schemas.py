"""Institutions as the API shows them."""

from __future__ import annotations

from marshmallow import Schema, fields

from voucher_service.web.fields import Identifier


class InstitutionSchema(Schema):
    institution_id = Identifier()
    region_id = fields.Integer()
    name = fields.String()
    kind = fields.String()
    suspended_at = fields.AwareDateTime(allow_none=True)


class LicenceSchema(Schema):
    occupation_code = fields.String()
    level = fields.String()
    valid_from = fields.Date()
    valid_until = fields.Date(allow_none=True)


class LicencesSchema(Schema):
    licences = fields.List(fields.Nested(LicenceSchema))


class InstitutionsSchema(Schema):
    institutions = fields.List(fields.Nested(InstitutionSchema))
    next = fields.String(allow_none=True)
