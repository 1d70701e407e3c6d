"""What the ledger's API answers: the documents of `ledger/receipts.py`, described for whoever reads the API page."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from voucher_service.web.fields import StrictSchema


def _hash(what: str) -> fields.String:
    return fields.String(metadata={"description": what, "pattern": "^[0-9a-f]{64}$"})


def _whole(what: str) -> fields.Integer:
    return fields.Integer(metadata={"description": what})


def _path(what: str) -> fields.List[Any]:
    return fields.List(_hash("SHA-256, hex"), metadata={"description": what})


def _region_row() -> fields.List[Any]:
    row: dict[str, Any] = {
        "description": "[region, facts in its tree, root of its tree as 64 hex digits]",
        "example": [411202, 7, "0" * 64],
    }
    return fields.List(fields.List(fields.Raw(), metadata=row))


class HeadSchema(StrictSchema):
    """A signed statement about every region's tree."""

    head_no = _whole("1, 2, 3, … without gaps")
    sealed_at = _whole("microseconds since the Unix epoch, UTC")
    root = _hash("root of the tree over the regions")
    regions = _region_row()
    key_id = fields.String(metadata={"description": "first 8 bytes of SHA-256 of the raw public key, hex"})
    signature = fields.String(metadata={"description": "Ed25519, 128 hex digits"})


class SealedRegionSchema(StrictSchema):
    region_id = _whole("code of GB/T 2260")
    tree_size = _whole("facts in the region's tree")
    root = _hash("root of the region's tree")


class SealedFactSchema(StrictSchema):
    """A fact, as its leaf is packed from it."""

    region_id = _whole("region of the voucher")
    voucher_id = fields.String(metadata={"description": "16 hex digits"})
    seq = _whole("1 for the voucher's first fact")
    kind = fields.String()
    from_state = fields.String()
    to_state = fields.String()
    programme_id = fields.Integer()
    period = _whole("month of issue, yyyymm")
    month = _whole("month of the fact in the city, yyyymm")
    amount_fen = _whole("fen that this fact moved")
    actor_role = fields.String()
    actor_id = fields.String(metadata={"description": "opaque, 16 hex digits"})
    reference_id = fields.String(allow_none=True)
    commitment = fields.String(allow_none=True, metadata={"description": "salted hash that stands for the person"})
    recorded_at = _whole("microseconds since the Unix epoch, UTC")


class ReceiptSchema(StrictSchema):
    """That a fact is under a signed head; `voucher-service verify-receipt` checks it without the service."""

    format = fields.String(metadata={"example": "tvl1-receipt"})
    version = fields.Integer()
    fact = fields.Nested(SealedFactSchema)
    leaf_index = _whole("place of the fact among the region's leaves")
    region = fields.Nested(SealedRegionSchema)
    region_proof = _path("inclusion proof of the leaf, the lowest neighbour first (RFC 9162, 2.1.3)")
    region_index = _whole("place of the region among the head's regions")
    head_proof = _path("inclusion proof of the region under the head's root")
    head = fields.Nested(HeadSchema)


class RegionConsistencySchema(StrictSchema):
    region_id = fields.Integer()
    first_size = fields.Integer()
    second_size = fields.Integer()
    proof = _path("consistency proof (RFC 9162, 2.1.4)")


class ConsistencySchema(StrictSchema):
    """That the second head's trees only add to those of the first."""

    format = fields.String(metadata={"example": "tvl1-consistency"})
    version = fields.Integer()
    first = fields.Nested(HeadSchema)
    second = fields.Nested(HeadSchema)
    regions = fields.List(fields.Nested(RegionConsistencySchema))


class TreeConsistencySchema(RegionConsistencySchema):
    """That a region's tree only grew between two sizes."""

    first_root = _hash("root at the first size")
    second_root = _hash("root at the second size")


class LedgerKeySchema(StrictSchema):
    key_id = fields.String(metadata={"description": "first 8 bytes of SHA-256 of the raw public key, hex"})
    public_key_pem = fields.String(metadata={"description": "Ed25519, SubjectPublicKeyInfo in PEM"})
