"""A fact is lawful, starts where the last one ended, and stays as it was written, whoever asks."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.ledger.conftest import CLAIM, EXPIRE, HUBIN, REDEEM, Ledger
from voucher_service.database import db, unit_of_work
from voucher_service.ledger.leaf import FactRow, leaf_hash, pack
from voucher_service.ledger.rules import ENDED, LIVE, MOVES, NOTHING, STATES
from voucher_service.ledger.service import facts_of
from voucher_service.ledger.standalone_verifier import leaf_hash as auditors_leaf_hash

INT64 = st.integers(-(2**63), 2**63 - 1)
UINT32 = st.integers(0, 2**32 - 1)


@st.composite
def facts(draw: st.DrawFn) -> FactRow:
    move = draw(st.sampled_from(MOVES))
    return FactRow(
        draw(UINT32), draw(INT64), draw(UINT32), move.kind, move.from_state, move.to_state, draw(UINT32), draw(UINT32),
        draw(UINT32), draw(INT64), draw(st.sampled_from(["holder", "system", "x" * 255])), draw(INT64),
        draw(st.none() | INT64), draw(st.none() | st.binary(min_size=32, max_size=32)), draw(INT64),
    )  # fmt: skip


def exported(fact: FactRow) -> dict[str, object]:
    def to_hex(number: int) -> str:
        return number.to_bytes(8, "big", signed=True).hex()

    return fact._asdict() | {
        "voucher_id": to_hex(fact.voucher_id),
        "actor_id": to_hex(fact.actor_id),
        "reference_id": None if fact.reference_id is None else to_hex(fact.reference_id),
        "commitment": None if fact.commitment is None else fact.commitment.hex(),
    }


@given(facts())
def test_service_and_auditor_hash_the_same_bytes(fact: FactRow) -> None:
    assert leaf_hash(fact) == auditors_leaf_hash(exported(fact))


@given(facts(), facts())
def test_different_facts_have_different_bytes(one: FactRow, other: FactRow) -> None:
    def said(fact: FactRow) -> FactRow:
        return fact._replace(reference_id=fact.reference_id or 0)

    assert (pack(one) == pack(other)) == (said(one) == said(other))


def test_a_leaf_is_laid_out_as_written_down() -> None:
    fact = FactRow(HUBIN, -2, 3, "VoucherRedeemed", "claimed", "redeemed", 7, 202605, 202606, 120_000, "staff", 9, None,
                   b"\xaa" * 32, 1_780_000_000_000_000)  # fmt: skip
    assert pack(fact).hex(" ") == bytes.fromhex(
        "74766c313a666163743a 01 00064642 fffffffffffffffe 00000003 0005 02 03 00000007 0003176d 0003176e"
        "000000000001d4c0 05 7374616666 0000000000000009 0000000000000000 000652e68bb34000 01" + "aa" * 32
    ).hex(" ")


def test_an_unlawful_or_oversized_fact_has_no_bytes() -> None:
    fact = FactRow(HUBIN, 1, 1, "VoucherPaid", "claimed", "paid", 7, 202605, 202605, 0, "staff", 9, None, None, 0)
    with pytest.raises(KeyError):
        pack(fact)
    with pytest.raises(struct.error):
        pack(fact._replace(kind="VoucherPaid", from_state="payable", region_id=2**32))


def test_the_law_is_numbered_once_and_covers_every_state() -> None:
    assert [move.number for move in MOVES] == list(range(1, len(MOVES) + 1))
    assert {NOTHING, *LIVE, *ENDED} == set(STATES)
    assert {move.from_state for move in MOVES} == {NOTHING, *LIVE, "paid"}
    assert {move.to_state for move in MOVES} == {*LIVE, *ENDED}


def test_facts_are_read_in_their_order(ledger: Ledger) -> None:
    ledger.move(1, CLAIM, REDEEM)
    assert [(fact.seq, fact.kind, fact.prev_seq) for fact in facts_of(HUBIN, 1)] == [
        (1, "VoucherClaimed", None),
        (2, "VoucherRedeemed", 1),
    ]


def test_a_fact_that_does_not_start_where_the_last_ended_is_refused(ledger: Ledger) -> None:
    ledger.move(1, CLAIM, EXPIRE)
    with pytest.raises(IntegrityError):
        ledger.move(1, REDEEM)
    assert len(facts_of(HUBIN, 1)) == 2


def test_an_unlawful_move_is_refused(ledger: Ledger) -> None:
    ledger.claim(1)
    with pytest.raises(KeyError):
        ledger.move(1, "VoucherPaid claimed paid")


@pytest.mark.parametrize("table", ["voucher_fact", "seal", "head"])
@pytest.mark.parametrize("act", ["UPDATE {} SET {} = 1", "DELETE FROM {}"])
def test_what_was_written_stays(ledger: Ledger, table: str, act: str) -> None:
    column = {"voucher_fact": "amount_fen", "seal": "tree_size", "head": "head_no"}[table]
    ledger.claim(1)
    ledger.seal()
    with pytest.raises(DBAPIError, match="only grows"), unit_of_work() as session:
        session.execute(text(act.format(table, column)))
    assert db.session.scalar(text(f"SELECT count(*) FROM {table}")) == 1
