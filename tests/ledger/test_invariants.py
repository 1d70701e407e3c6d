"""The shared check finds each kind of damage by itself, and nothing where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from tests.ledger.conftest import CLAIM, EXPIRE, HUBIN, MIANCHI, REDEEM, Ledger
from voucher_service.database import db, unit_of_work
from voucher_service.ledger import invariants
from voucher_service.ledger.invariants import Cell, Violation, check_invariants, disagreements, vouchers_by_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

GUARDED = ("voucher_fact", "state_rule")


@pytest.fixture
def busy(ledger: Ledger) -> Ledger:
    """Facts of two regions, some sealed and some not, with the guards switched off."""
    ledger.claim(1, 2, 3)
    ledger.claim(9, region_id=MIANCHI)
    ledger.seal()
    ledger.move(1, REDEEM)
    ledger.move(2, EXPIRE)
    return ledger


def damage(statement: str) -> set[str]:
    """Do as told with all guards off, and return the names of the checks that notice."""
    with unit_of_work() as session:
        if db.engine.dialect.name == "postgresql":
            for table in GUARDED:
                session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        else:
            for name in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                session.execute(text(f"DROP TRIGGER {name}"))
        session.execute(text(statement))
    return {violation.check for violation in check_invariants()}


def test_a_healthy_ledger_has_nothing_wrong(busy: Ledger) -> None:
    assert check_invariants() == []
    busy.seal()
    assert check_invariants() == []


def test_vouchers_stand_where_their_last_fact_left_them(busy: Ledger) -> None:
    assert vouchers_by_facts() == {
        Cell(HUBIN, 7, 202605, "redeemed"): 1,
        Cell(HUBIN, 7, 202605, "expired"): 1,
        Cell(HUBIN, 7, 202605, "claimed"): 1,
        Cell(MIANCHI, 7, 202605, "claimed"): 1,
    }
    assert busy.seal() == 2


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("UPDATE rollup SET vouchers = vouchers + 1", "counts agree with facts"),
        ("DELETE FROM rollup", "live + ended = issued"),
        ("UPDATE voucher_fact SET amount_fen = 5 WHERE seq = 1", "trees recompute"),
        ("DELETE FROM voucher_fact WHERE voucher_id = 3", "trees recompute"),
        ("UPDATE region_log SET tree_size = tree_size + 1", "trees recompute"),
        ("DELETE FROM tree_tile", "trees recompute"),
        ("UPDATE state_rule SET money = 'post' WHERE number = 14", "state_rule is the law"),
        (
            (
                "INSERT INTO state_rule (kind, from_state, to_state, number, money) "
                "VALUES ('VoucherPaid', 'claimed', 'paid', 99, 'none')"
            ),
            "state_rule is the law",
        ),
    ],
)
def test_damage_is_noticed(statement: str, check: str) -> None:
    assert check in damage(statement)


def test_a_path_with_a_gap_is_noticed(sqlite_ledger: Ledger) -> None:
    """SQLite lets foreign keys be switched off, which is what it takes to make a gap."""
    sqlite_ledger.move(1, CLAIM, REDEEM)
    with db.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("DROP TRIGGER voucher_fact_no_delete")
        connection.exec_driver_sql("DELETE FROM voucher_fact WHERE seq = 1")
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        connection.exec_driver_sql("BEGIN")
    assert "paths are gapless" in {violation.check for violation in check_invariants()}


def test_a_room_above_adds_its_own_check(busy: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def rows_agree() -> Iterator[Violation]:
        yield from disagreements("vouchers agree with facts", {Cell(HUBIN, 7, 202605, "claimed"): 2})

    monkeypatch.setattr(invariants, "CHECKS", [rows_agree])
    found = check_invariants()
    assert len(found) == 4
    assert found[0].check == "vouchers agree with facts"
    assert busy.seal() == 2
