"""A receipt proves one fact under a signed head, and two heads prove that nothing between them was rewritten."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.ledger.conftest import CLAIM, HUBIN, MIANCHI, REDEEM, Ledger
from voucher_service.database import db
from voucher_service.errors import NotFound
from voucher_service.ledger import heads, tree
from voucher_service.ledger.errors import FactNotSealed, HeadsOutOfOrder
from voucher_service.ledger.models import Head
from voucher_service.ledger.proofs import Receipt, consistency, receipt


def holds(found: Receipt, key: Ed25519PublicKey) -> bool:
    """Check a receipt as an outsider would, from its bytes alone."""
    head, region = found.head, found.region
    key.verify(head.signature, heads.statement(head.head_no, head.sealed_at, len(head.regions), head.root))
    leaf = hashlib.sha256(b"\x00" + found.leaf).digest()
    in_region = tree.includes(found.leaf_index, region.tree_size, leaf, found.region_proof, region.root)
    in_head = tree.includes(
        found.region_index, len(head.regions), heads.region_leaf(region), found.head_proof, head.root
    )
    return in_region and in_head


def test_every_sealed_fact_has_a_receipt(ledger: Ledger) -> None:
    for voucher_id in range(1, 8):
        ledger.move(voucher_id, CLAIM, REDEEM)
        if voucher_id % 3 == 0:
            ledger.seal()
    ledger.claim(-5, region_id=MIANCHI)
    ledger.seal()
    key = heads.ledger_key(ledger.settings).public_key()
    receipts = [receipt(HUBIN, voucher_id, seq) for voucher_id in range(1, 8) for seq in (1, 2)]
    receipts.append(receipt(MIANCHI, -5, 1))
    assert all(holds(found, key) for found in receipts)
    assert sorted(found.leaf_index for found in receipts[:-1]) == list(range(14))


def test_a_receipt_for_one_fact_does_not_hold_for_another(ledger: Ledger) -> None:
    ledger.claim(1, 2)
    ledger.seal()
    one, other = receipt(HUBIN, 1, 1), receipt(HUBIN, 2, 1)
    root = one.region.root
    assert not tree.includes(one.leaf_index, 2, hashlib.sha256(b"\x00" + other.leaf).digest(), one.region_proof, root)


def test_no_receipt_for_what_is_not_there_or_not_sealed(ledger: Ledger) -> None:
    ledger.claim(1)
    with pytest.raises(FactNotSealed):
        receipt(HUBIN, 1, 1)
    ledger.seal()
    ledger.move(1, REDEEM)
    ledger.claim(2, region_id=MIANCHI)
    with pytest.raises(FactNotSealed):
        receipt(HUBIN, 1, 2)
    with pytest.raises(FactNotSealed):
        receipt(MIANCHI, 2, 1)
    with pytest.raises(NotFound):
        receipt(HUBIN, 3, 1)


def test_each_head_continues_every_earlier_one(ledger: Ledger) -> None:
    for voucher_id in range(1, 6):
        ledger.claim(voucher_id)
        ledger.claim(-voucher_id, region_id=MIANCHI if voucher_id > 2 else HUBIN)
        ledger.seal()
    for first in range(1, 6):
        for second in range(first, 6):
            roots = {region.region_id: region.root for region in regions(first)}
            later = {region.region_id: region.root for region in regions(second)}
            for shown in consistency(first, second):
                old = roots.get(shown.region_id, tree.EMPTY_ROOT)
                new = later[shown.region_id]
                assert tree.continues(shown.first_size, shown.second_size, old, new, shown.proof)


def test_heads_are_asked_for_in_order(ledger: Ledger) -> None:
    ledger.claim(1)
    ledger.seal()
    with pytest.raises(HeadsOutOfOrder):
        consistency(2, 1)
    with pytest.raises(NotFound):
        consistency(1, 2)


def regions(head_no: int) -> list[heads.RegionHead]:
    return heads.regions_of(db.session.get_one(Head, head_no))
