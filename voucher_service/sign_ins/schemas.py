"""What the sign-ins' routes read and write; bytes are lower-case hex."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from voucher_service.sign_ins.adapters import SignedFaceRecords
from voucher_service.sign_ins.places import Point
from voucher_service.sign_ins.sign_in_schema import SignInSchema
from voucher_service.web.fields import Identifier, StrictSchema

RECORDS_MAX = 100
"""Records of one upload: a full class and those who went past twice."""


def _hex(length: int, **options: Any) -> fields.String:
    return fields.String(validate=validate.Regexp(rf"(?:[0-9a-f]{{2}}){{{length}}}\Z"), **options)


class SignInNonceSchema(StrictSchema):
    nonce = fields.String()
    drawn_at = fields.AwareDateTime()


class SignInPlaceSchema(StrictSchema):
    latitude_e6 = fields.Integer(required=True, strict=True, validate=validate.Range(-90_000_000, 90_000_000))
    longitude_e6 = fields.Integer(required=True, strict=True, validate=validate.Range(-180_000_000, 180_000_000))

    @post_load
    def _point(self, data: dict[str, Any], **_: object) -> Point:
        return Point(**data)


class SigningInSchema(StrictSchema):
    """`code` is what the picture holds after the last slash, `digits` the eight digits beneath it: one of the two."""

    nonce = _hex(32, required=True)
    code = _hex(23, load_default=None)
    digits = fields.String(load_default=None, validate=validate.Regexp(r"[0-9]{8}\Z"))
    place = fields.Nested(SignInPlaceSchema, load_default=None, allow_none=True)


class FaceRecordSchema(StrictSchema):
    record = _hex(SignedFaceRecords.LENGTH, required=True)
    signature = _hex(64, required=True)


class FaceRecordsSchema(StrictSchema):
    device = Identifier(required=True)
    records = fields.List(fields.Nested(FaceRecordSchema), required=True, validate=validate.Length(1, RECORDS_MAX))


class TakenFaceRecordSchema(StrictSchema):
    already = fields.Boolean()
    sign_in = fields.Nested(SignInSchema)


class TakenFaceRecordsSchema(StrictSchema):
    records = fields.List(fields.Nested(TakenFaceRecordSchema))
