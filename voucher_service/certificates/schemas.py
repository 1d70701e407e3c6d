"""What the certificates' routes read and write."""

from __future__ import annotations

from marshmallow import fields, validate

from voucher_service.web.fields import Identifier, StrictSchema, line


class CertificateEntrySchema(StrictSchema):
    region_id = fields.Integer(required=True, strict=True, validate=validate.Range(100000, 999999))
    redemption = Identifier(required=True)
    issuer = line(100, required=True)
    number = line(60, required=True)
    occupation_code = line(40, required=True)
    level = line(40, least=0, required=True)
    certificate_type = line(40, required=True)
    examined_on = fields.Date(required=True)
    issued_on = fields.Date(required=True)


class CertificateSchema(StrictSchema):
    certificate = Identifier(attribute="certificate_id")
    voucher = Identifier(attribute="voucher_id")
    region_id = fields.Integer()
    issuer = fields.String()
    number = fields.String()
    occupation_code = fields.String()
    level = fields.String()
    certificate_type = fields.String()
    examined_on = fields.Date()
    issued_on = fields.Date()
    state = fields.String()
    registry_answer = fields.String(
        allow_none=True, metadata={"description": "matches, differs or unknown; null while nobody has asked"}
    )
    registry_fields = fields.List(fields.String(), allow_none=True)
    registry_asked_at = fields.AwareDateTime(allow_none=True)


class CertificatesSchema(StrictSchema):
    certificates = fields.List(fields.Nested(CertificateSchema))


class DecisionSchema(StrictSchema):
    genuine = fields.Boolean(required=True, truthy={True}, falsy={False})
