"""What the scanning routes read and write; bytes are lower-case hex."""

from __future__ import annotations

from marshmallow import fields, validate

from voucher_service.web.fields import Identifier, StrictSchema, line

ENTRIES_MAX = 50
"""Entries of one upload: half a minute of one server thread at most."""


def _hex(least: int, most: int | None = None) -> fields.String:
    """Exactly `least` bytes in hex, or from `least` to `most`."""
    repeated = f"{{{least}}}" if most is None else f"{{{least},{most}}}"
    return fields.String(required=True, validate=validate.Regexp(rf"(?:[0-9a-f]{{2}}){repeated}\Z"))


class CardSchema(StrictSchema):
    """What was read from the card at the door; compared when the entry is decided, and never stored."""

    id_number = line(40, least=0, required=True)
    name = line(100, least=0, required=True)
    method = fields.String(load_default="typed", validate=validate.OneOf(("id_card_reader", "typed")))
    waiver_reason = line(200, least=0, load_default="", allow_none=True)


class EntrySchema(StrictSchema):
    entry = _hex(139, 800)
    signature = _hex(64)
    person = fields.Nested(CardSchema, load_default=None, allow_none=True)


class UploadSchema(StrictSchema):
    device = Identifier(required=True)
    nonce = _hex(32)
    entries = fields.List(fields.Nested(EntrySchema), required=True, validate=validate.Length(1, ENTRIES_MAX))
    signature = _hex(64)


class SyncSchema(StrictSchema):
    device = Identifier(required=True)
    nonce = _hex(32)
    head_number = fields.Integer(required=True, strict=True, validate=validate.Range(0, 2**31 - 1))
    head_digest = _hex(32)
    signature = _hex(64)


class NonceArguments(StrictSchema):
    device = Identifier(required=True)


class ShownSchema(StrictSchema):
    """A code that is held before the scanner, and the card if it was read already."""

    code = fields.String(required=True, validate=validate.Length(1, 600))
    class_id = Identifier(required=True)
    person = fields.Nested(CardSchema, load_default=None, allow_none=True)


class OfflineScanSchema(StrictSchema):
    """An off-line scan as an institution or the bureau reads it; it holds no person's data."""

    device = Identifier(attribute="device_id")
    number = fields.Integer()
    class_id = Identifier()
    device_time = fields.AwareDateTime()
    step_at = fields.AwareDateTime(allow_none=True)
    received_at = fields.AwareDateTime()
    outcome = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    answer = fields.Dict(allow_none=True)
    decided_at = fields.AwareDateTime(allow_none=True)


class OfflineScansSchema(StrictSchema):
    scans = fields.List(fields.Nested(OfflineScanSchema))
