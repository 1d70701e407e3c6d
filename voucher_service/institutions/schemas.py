"""Institutions as the API shows them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from voucher_service.institutions.rules import MARK_DIGITS
from voucher_service.web.fields import Identifier, StrictSchema, line


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


class EnrolSchema(StrictSchema):
    """What a device says when it is enrolled; both are lower-case hex."""

    name = line(40, required=True)
    public_key = fields.String(required=True, validate=validate.Regexp(r"04[0-9a-f]{128}\Z"))
    proof = fields.String(required=True, validate=validate.Regexp(r"[0-9a-f]{128}\Z"))


class RevokeSchema(StrictSchema):
    reason = line(200, required=True)


class LiftSchema(StrictSchema):
    reason = line(200, required=True)


class ConfirmationSchema(StrictSchema):
    """`request` is the mark of the request as it was shown to whoever confirms it."""

    request = fields.String(required=True, validate=validate.Regexp(rf"[0-9a-f]{{{MARK_DIGITS}}}\Z"))


class SuspensionSchema(Schema):
    made_at = fields.AwareDateTime()
    lift_reason = fields.String(allow_none=True)
    lift_asked_at = fields.AwareDateTime(allow_none=True)
    lift_request = fields.String(allow_none=True)
    lifted_at = fields.AwareDateTime(allow_none=True)


class DeviceSchema(Schema):
    device = Identifier(attribute="device_id")
    institution_id = Identifier()
    name = fields.String()
    enrolled_at = fields.AwareDateTime()
    revoked_at = fields.AwareDateTime(allow_none=True)
    revoke_reason = fields.String(allow_none=True)


class DevicesSchema(Schema):
    devices = fields.List(fields.Nested(DeviceSchema))
