"""Fields that every stage's schemas share."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from voucher_service.identifiers import from_hex, to_hex


class StrictSchema(Schema):
    """Refuses unknown members (marshmallow's default, said here because the service promises it)."""


class Identifier(fields.Field[int]):
    """A 64-bit id: 16 lower-case hex digits outside, a signed integer inside."""

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:  # noqa: ARG002
        return None if value is None else to_hex(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:  # noqa: ARG002
        try:
            return from_hex(value) if isinstance(value, str) else from_hex("")
        except ValueError as error:
            raise ValidationError(str(error)) from error


def region() -> fields.Integer:
    return fields.Integer(required=True, strict=True, validate=validate.Range(100000, 999999))


def line(most: int, *, least: int = 1, **options: Any) -> fields.String:
    """One line of text of `least` to `most` characters without control characters."""
    return fields.String(validate=[validate.Length(least, most), validate.Regexp(r"[^\x00-\x1f\x7f]*\Z")], **options)
