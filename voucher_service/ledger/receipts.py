"""Receipts and consistency proofs as documents, and their check, which needs no database and nothing of the service.

A receipt is one JSON object:

    {"format": "tvl1-receipt", "version": 1, "fact": {…}, "leaf_index": 4,
     "region": {"region_id": 411202, "tree_size": 7, "root": "<64 hex>"}, "region_proof": ["<64 hex>", …],
     "region_index": 0, "head_proof": ["<64 hex>", …], "head": {…}}

`fact` and `head` are written as in an export (`FORMAT.md`). To check it: pack the fact (`leaf.py`), hash it with a
leading 0x00, follow `region_proof` to `region.root`, hash the region (`heads.py`), follow `head_proof` to `head.root`
(RFC 9162, 2.1.3.2), and verify the signature of the head under the ledger's public key.

A consistency document is {"format": "tvl1-consistency", "version": 1, "first": {head}, "second": {head}, "regions":
[{"region_id": …, "first_size": …, "second_size": …, "proof": ["<64 hex>", …]}]}: RFC 9162, 2.1.4.2 for each region.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from voucher_service.clock import from_microseconds
from voucher_service.ledger import tree
from voucher_service.ledger.heads import (
    RegionHead,
    head_document,
    key_id,
    region_leaf,
    root_of_roots,
    statement,
)
from voucher_service.ledger.leaf import fact_document, fact_of, hash_of, leaf_hash
from voucher_service.web import strict_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voucher_service.ledger.models import Head
    from voucher_service.ledger.proofs import Receipt, RegionConsistency

VERSION: Final = 1
RECEIPT: Final = "tvl1-receipt"
CONSISTENCY: Final = "tvl1-consistency"
_HEAD_MEMBERS: Final = {"head_no", "sealed_at", "root", "regions", "key_id", "signature"}
_WRONG = (KeyError, TypeError, ValueError, OverflowError, AttributeError, struct.error)


class Unreadable(Exception):
    """The document is no receipt and no consistency proof, so there is nothing to check; the message says why."""


def receipt_document(receipt: Receipt) -> dict[str, Any]:
    return {
        "format": RECEIPT,
        "version": VERSION,
        "fact": fact_document(receipt.fact),
        "leaf_index": receipt.leaf_index,
        "region": region_document(receipt.region),
        "region_proof": _hex(receipt.region_proof),
        "region_index": receipt.region_index,
        "head_proof": _hex(receipt.head_proof),
        "head": head_document(receipt.head),
    }


def consistency_document(first: Head, second: Head, regions: Iterable[RegionConsistency]) -> dict[str, Any]:
    return {
        "format": CONSISTENCY,
        "version": VERSION,
        "first": head_document(first),
        "second": head_document(second),
        "regions": [region_consistency_document(region) for region in regions],
    }


def region_consistency_document(region: RegionConsistency) -> dict[str, Any]:
    return {
        "region_id": region.region_id,
        "first_size": region.first_size,
        "second_size": region.second_size,
        "proof": _hex(region.proof),
    }


def region_document(region: RegionHead) -> dict[str, Any]:
    return {"region_id": region.region_id, "tree_size": region.tree_size, "root": region.root.hex()}


def read(text: bytes) -> Any:
    """Read a document strictly, as the API reads its bodies; raises Unreadable."""
    try:
        return strict_json.loads(text)
    except ValueError as wrong:
        raise Unreadable(str(wrong)) from wrong


def read_key(pem: bytes) -> Ed25519PublicKey:
    """Read the ledger's public key; raises Unreadable."""
    try:
        key = load_pem_public_key(pem)
    except ValueError as wrong:
        raise Unreadable("the key is no public key in PEM") from wrong
    if not isinstance(key, Ed25519PublicKey):
        raise Unreadable("the key is not an Ed25519 key")
    return key


def findings(document: Any, key: Ed25519PublicKey) -> list[str]:
    """Return a sentence for everything that does not hold, none if all does; raises Unreadable."""
    if not isinstance(document, dict) or type(document.get("version")) is not int or document["version"] != VERSION:
        raise Unreadable("this is no receipt of a version that is known here")
    check = _CHECKS.get(str(document.get("format")))
    if check is None:
        raise Unreadable(f"the format is neither {' nor '.join(_CHECKS)}")
    try:
        return list(check(document, key))
    except _WRONG as wrong:
        raise Unreadable(f"a member is missing or cannot be read: {type(wrong).__name__}: {wrong}") from wrong


def _check_receipt(document: dict[str, Any], key: Ed25519PublicKey) -> Iterator[str]:
    _require_members(document, {"fact", "leaf_index", "region", "region_proof", "region_index", "head_proof", "head"})
    fact, region, head = fact_of(document["fact"]), _region(document["region"]), document["head"]
    leaf_index, region_index = _whole(document["leaf_index"]), _whole(document["region_index"])
    if fact.region_id != region.region_id:
        yield f"the fact is of region {fact.region_id}, the proof of region {region.region_id}"
    leaf, proof = leaf_hash(fact), _hashes(document["region_proof"])
    if not tree.includes(leaf_index, region.tree_size, leaf, proof, region.root):
        yield "the fact is not in the region's tree"
    regions, proof = _whole(len(head["regions"])), _hashes(document["head_proof"])
    if not tree.includes(region_index, regions, region_leaf(region), proof, hash_of(head["root"])):
        yield "the region's tree is not under the head"
    yield from _check_head(head, key, "the head")


def _check_consistency(document: dict[str, Any], key: Ed25519PublicKey) -> Iterator[str]:
    _require_members(document, {"first", "second", "regions"})
    first, second = document["first"], document["second"]
    yield from _check_head(first, key, "the first head")
    yield from _check_head(second, key, "the second head")
    if _whole(first["head_no"]) > _whole(second["head_no"]):
        yield "the first head is later than the second"
    before = {region.region_id: region for region in map(_region_of, first["regions"])}
    after = {region.region_id: region for region in map(_region_of, second["regions"])}
    proofs = {_whole(region["region_id"]): region for region in document["regions"]}
    if list(proofs) != list(after) or len(document["regions"]) != len(proofs):
        yield "the proofs are not one for each region of the second head, in its order"
    for region_id in sorted(before.keys() | after.keys() | proofs.keys()):
        old = before.get(region_id, RegionHead(region_id, 0, tree.EMPTY_ROOT))
        if region_id not in after or region_id not in proofs:
            yield f"region {region_id} is in the first head only, or has no proof"
        elif not _continues(old, after[region_id], proofs[region_id]):
            yield f"region {region_id} does not only add to what it was"


def _continues(old: RegionHead, new: RegionHead, shown: dict[str, Any]) -> bool:
    _require_members(shown, {"region_id", "first_size", "second_size", "proof"}, bare=True)
    if (_whole(shown["first_size"]), _whole(shown["second_size"])) != (old.tree_size, new.tree_size):
        return False
    return tree.continues(old.tree_size, new.tree_size, old.root, new.root, _hashes(shown["proof"]))


def _check_head(head: dict[str, Any], key: Ed25519PublicKey, name: str) -> Iterator[str]:
    """Check that a head's root is that of its regions and that the ledger's key signed it."""
    _require_members(head, _HEAD_MEMBERS, bare=True)
    regions = [_region_of(region) for region in head["regions"]]
    root = hash_of(head["root"])
    if root != root_of_roots(regions):
        yield f"{name} does not have the root of its regions"
    if head["key_id"] != key_id(key):
        yield f"{name} names another key than the one it is checked with"
    sealed_at = from_microseconds(_whole(head["sealed_at"]))
    try:
        key.verify(_bytes(head["signature"]), statement(_whole(head["head_no"]), sealed_at, len(regions), root))
    except InvalidSignature:
        yield f"{name} does not bear the ledger's signature"


_CHECKS: Final[dict[str, Callable[..., Iterator[str]]]] = {
    RECEIPT: _check_receipt,
    CONSISTENCY: _check_consistency,
}


def _require_members(document: dict[str, Any], members: set[str], *, bare: bool = False) -> None:
    """Refuse what is missing and what is more: a member that nobody checks could say anything."""
    if document.keys() != (members if bare else members | {"format", "version"}):
        raise ValueError("the members are not those of this format")


def _region(document: dict[str, Any]) -> RegionHead:
    _require_members(document, {"region_id", "tree_size", "root"}, bare=True)
    return RegionHead(_whole(document["region_id"]), _whole(document["tree_size"]), hash_of(document["root"]))


def _region_of(row: list[Any]) -> RegionHead:
    region_id, tree_size, root = row
    return RegionHead(_whole(region_id), _whole(tree_size), hash_of(root))


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("a number is whole")
    return value


def _bytes(text: str) -> bytes:
    found = bytes.fromhex(text)
    if found.hex() != text:
        raise ValueError("bytes are lower-case hex digits")
    return found


def _hex(hashes: Iterable[bytes]) -> list[str]:
    return [one.hex() for one in hashes]


def _hashes(texts: Iterable[str]) -> list[bytes]:
    return [hash_of(text) for text in texts]
