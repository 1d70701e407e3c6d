"""A rule pack as it is written down and shown; the same document for the API, the terminal and the demonstration."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load
from marshmallow.validate import Length, OneOf, Range

from voucher_service.programmes.packs import PackDocument
from voucher_service.web.fields import Identifier, line

VALUE_MAX = 10**9
NUMBERS_MAX = 200


class PackNumberSchema(Schema):
    key = line(60, required=True)
    value = fields.Integer(required=True, strict=True, validate=Range(0, VALUE_MAX))
    rule = line(10, load_default=None, allow_none=True)
    clause = line(20, load_default=None, allow_none=True)
    unit = line(30, required=True)
    zh = line(200, required=True)
    en = line(200, required=True)


class PackDocumentSchema(Schema):
    pack = line(40, required=True)
    in_force_from = fields.Date(required=True, validate=Range(date(2000, 1, 1), date(2100, 1, 1)))
    numbers = fields.List(fields.Nested(PackNumberSchema), required=True, validate=Length(1, NUMBERS_MAX))

    @post_load
    def _document(self, data: dict[str, Any], **_: object) -> PackDocument:
        numbers = {row["key"]: row["value"] for row in data["numbers"]}
        if len(numbers) < len(data["numbers"]):
            raise ValidationError("a key stands twice", "numbers")
        texts = {
            row["key"]: {name: row[name] for name in ("rule", "clause", "unit", "zh", "en")} for row in data["numbers"]
        }
        return PackDocument(data["in_force_from"], numbers, texts)


class RulePackSchema(Schema):
    rule_pack_id = fields.Integer()
    in_force_from = fields.Date()
    numbers = fields.List(fields.Nested(PackNumberSchema))


class RulePacksSchema(Schema):
    rule_packs = fields.List(fields.Nested(RulePackSchema))


class PackDecisionSchema(Schema):
    verdict = fields.String(required=True, validate=OneOf(["adopt", "drop"]))


class PackProposalSchema(Schema):
    proposal_id = Identifier()
    effective_from = fields.Date()
    numbers = fields.Dict(keys=fields.String(), values=fields.Integer())
    proposed_at = fields.AwareDateTime()
    decided_at = fields.AwareDateTime(allow_none=True)
    verdict = fields.String(allow_none=True)


class PackProposalsSchema(Schema):
    proposals = fields.List(fields.Nested(PackProposalSchema))
