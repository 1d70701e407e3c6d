"""A receipt and a consistency proof as files: golden bytes, and no alteration of any member of theirs goes unseen.

`python tests/ledger/test_receipts.py` draws the golden files anew after a change to the format.
"""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from voucher_service.ledger import tree
from voucher_service.ledger.heads import RegionHead, public_pem, region_leaf, sign_head
from voucher_service.ledger.leaf import FactRow, leaf_hash, pack
from voucher_service.ledger.proofs import Receipt, RegionConsistency
from voucher_service.ledger.receipts import (
    Unreadable,
    consistency_document,
    findings,
    read,
    read_key,
    receipt_document,
)

GOLDEN = Path(__file__).parent / "golden"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
SEALED_AT = datetime(2026, 5, 6, 4, 0, tzinfo=UTC)
HUBIN, MIANCHI = 411202, 411221
FACTS, SHOWN = 7, 4


def fact(number: int) -> FactRow:
    return FactRow(
        HUBIN, -number, 1, "VoucherClaimed", "none", "claimed", 7, 202605, 202605, 0, "holder", number,
        number * 10 or None, bytes([number]) * 32, 1_780_000_000_000_000 + number,
    )  # fmt: skip


def drawn() -> dict[str, Any]:
    """Two regions under two heads: the first counts three facts of one region, the second seven and another region."""
    leaves = [leaf_hash(fact(number)) for number in range(FACTS)]
    small, large = tree.grown(leaves[:3]), tree.grown(leaves)
    elsewhere = RegionHead(MIANCHI, 1, tree.root_of([b"\x07" * 32]))
    region = RegionHead(HUBIN, FACTS, large.root())
    first = sign_head(1, SEALED_AT, [RegionHead(HUBIN, 3, small.root())], KEY)
    second = sign_head(2, SEALED_AT, [region, elsewhere], KEY)
    over_regions = tree.grown([region_leaf(region), region_leaf(elsewhere)])
    receipt = Receipt(
        fact=fact(SHOWN),
        leaf=pack(fact(SHOWN)),
        leaf_index=SHOWN,
        region_proof=tree.inclusion_proof(SHOWN, FACTS, large.node),
        region=region,
        region_index=0,
        head_proof=tree.inclusion_proof(0, 2, over_regions.node),
        head=second,
    )
    continued = [
        RegionConsistency(HUBIN, 3, FACTS, tree.consistency_proof(3, FACTS, large.node)),
        RegionConsistency(MIANCHI, 0, 1, []),
    ]
    return {"receipt": receipt_document(receipt), "consistency": consistency_document(first, second, continued)}


def golden(name: str) -> Any:
    return read((GOLDEN / f"{name}.json").read_bytes())


NAMES = ("receipt", "consistency")


@pytest.mark.parametrize("name", NAMES)
def test_the_golden_file_is_what_is_drawn_and_holds(name: str) -> None:
    assert golden(name) == drawn()[name]
    assert findings(golden(name), read_key((GOLDEN / "ledger-key.pem").read_bytes())) == []


@pytest.mark.parametrize("name", NAMES)
def test_another_key_does_not_vouch_for_it(name: str) -> None:
    said = findings(golden(name), OTHER_KEY.public_key())
    assert any("does not bear the ledger's signature" in line for line in said)
    assert any("names another key" in line for line in said)


def altered(document: Any) -> Iterator[tuple[str, Any]]:
    """Yield copies that differ in one place each: a number, a digit, a member or an element more, less or moved."""
    for path, value in walked(document, ()):
        for other in others(value):
            changed = copy.deepcopy(document)
            holder = changed
            for step in path[:-1]:
                holder = holder[step]
            holder[path[-1]] = other
            yield f"{path}: {value!r} became {other!r}", changed


def walked(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if path:
        yield path, value
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, member in members:
        yield from walked(member, (*path, step))


def others(value: Any) -> Iterator[Any]:
    if isinstance(value, int):
        yield from (value + 1, value - 1, -value - 1, str(value), True, None, value + 0.5)
    elif isinstance(value, str):
        yield from (value + "0", value[:-1], value.upper() + " ", None)
        yield from (
            value[:place] + ("1" if value[place] == "0" else "0") + value[place + 1 :] for place in (0, -1 % len(value))
        )
    elif isinstance(value, list):
        yield from ([*value, *value[-1:]] if value else ["0" * 64], value[::-1] if value[::-1] != value else None)
        yield value[:-1] if value else None
    elif isinstance(value, dict):
        yield {**value, "note": "trust me"}
        yield dict(list(value.items())[1:])
    else:
        yield "0" * 64


@pytest.mark.parametrize("name", NAMES)
def test_no_alteration_of_any_member_goes_unseen(name: str) -> None:
    tried = 0
    for what, document in altered(golden(name)):
        assert json.dumps(document) != json.dumps(golden(name)), what
        try:
            said = findings(document, KEY.public_key())
        except Unreadable:
            said = ["unreadable"]
        assert said, what
        tried += 1
    assert tried > 150


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("fact", "amount_fen"), 1, "the fact is not in the region's tree"),
        (("leaf_index",), 5, "the fact is not in the region's tree"),
        (("region", "root"), "0" * 64, "the region's tree is not under the head"),
        (("region_index",), 1, "the region's tree is not under the head"),
        (("head", "head_no"), 3, "the head does not bear the ledger's signature"),
        (("head", "sealed_at"), 1, "the head does not bear the ledger's signature"),
        (("region", "region_id"), MIANCHI, f"the fact is of region {HUBIN}, the proof of region {MIANCHI}"),
    ],
)
def test_an_altered_receipt_is_told_by_what_was_altered(path: tuple[str, ...], value: object, sentence: str) -> None:
    document = golden("receipt")
    holder = document
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    assert sentence in findings(document, KEY.public_key())


def test_a_history_that_was_rewritten_between_two_heads_is_told() -> None:
    """Both heads are genuine; the second is of a tree in which the first fact is another."""
    leaves = [leaf_hash(fact(number)) for number in range(FACTS)]
    forged = tree.grown([leaf_hash(fact(9)), *leaves[1:]])
    first = sign_head(1, SEALED_AT, [RegionHead(HUBIN, 3, tree.root_of(leaves[:3]))], KEY)
    second = sign_head(2, SEALED_AT, [RegionHead(HUBIN, FACTS, forged.root())], KEY)
    shown = RegionConsistency(HUBIN, 3, FACTS, tree.consistency_proof(3, FACTS, forged.node))
    said = findings(consistency_document(first, second, [shown]), KEY.public_key())
    assert said == [f"region {HUBIN} does not only add to what it was"]


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b'"x"', b'{"a": 1, "a": 2}', b'{"version": 1}', b"[" * 5000, b"\xff"]
)
def test_what_is_no_proof_is_unreadable(text: bytes) -> None:
    with pytest.raises(Unreadable):
        findings(read(text), KEY.public_key())


@pytest.mark.parametrize("pem", [b"", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_what_is_no_key_is_unreadable(pem: bytes) -> None:
    with pytest.raises(Unreadable):
        read_key(pem)


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for file_name, shown_document in drawn().items():
        (GOLDEN / f"{file_name}.json").write_text(json.dumps(shown_document, indent=1) + "\n", encoding="ascii")
    (GOLDEN / "ledger-key.pem").write_bytes(public_pem(KEY))
    sys.stdout.write(f"{GOLDEN}\n")
