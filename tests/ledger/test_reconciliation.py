"""Vouchers and redemptions are held against the facts by the same check, and go out in the same export."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, update

from tests.ledger.conftest import CLAIM, HUBIN, REDEEM, Ledger
from voucher_service.database import unit_of_work
from voucher_service.identifiers import to_hex
from voucher_service.ledger import export, invariants
from voucher_service.ledger.export import export_ledger
from voucher_service.ledger.invariants import check_invariants
from voucher_service.ledger.standalone_verifier import verify
from voucher_service.redemptions.models import Redemption
from voucher_service.reports import reconciliation
from voucher_service.vouchers.models import Voucher

if TYPE_CHECKING:
    from pathlib import Path

ITS_CHECKS = (
    reconciliation.vouchers_agree_with_facts,
    reconciliation.vouchers_stand_on_their_facts,
    reconciliation.redeemed_vouchers_have_one_redemption,
    reconciliation.holds_are_counted,
)
"""The others need a whole city around a voucher: tests/reports/test_rows_and_facts.py holds them against one."""

REGISTERED_CHECKS, REGISTERED_EXPORTS = invariants.CHECKS, export.EXPORTS


def add_voucher(ledger: Ledger, voucher_id: int, state: str, seq: int) -> None:
    now = ledger.clock.now()
    with unit_of_work() as session:
        session.execute(
            insert(Voucher).values(
                region_id=HUBIN,
                voucher_id=voucher_id,
                programme_id=7,
                period=202605,
                holder_id=voucher_id,
                kind="general",
                state=state,
                seq=seq,
                issued_at=now,
                expires_at=now,
            )
        )


def redeem(ledger: Ledger, voucher_id: int, redemption_id: int) -> None:
    with unit_of_work() as session:
        session.execute(
            insert(Redemption).values(
                region_id=HUBIN,
                redemption_id=redemption_id,
                voucher_id=voucher_id,
                fact_seq=2,
                class_region_id=HUBIN,
                class_id=1,
                institution_id=1,
                client_id=1,
                holder_id=voucher_id,
                amount_fen=120_000,
                person_check="id_card",
                redeemed_at=ledger.clock.now(),
            )
        )


@pytest.fixture
def issued(sqlite_ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """A claimed voucher and a redeemed one, each with its facts, under the checks that the reports add."""
    monkeypatch.setattr(invariants, "CHECKS", [check for check in REGISTERED_CHECKS if check in ITS_CHECKS])
    monkeypatch.setattr(export, "EXPORTS", REGISTERED_EXPORTS)
    sqlite_ledger.claim(1)
    sqlite_ledger.move(2, CLAIM, REDEEM)
    add_voucher(sqlite_ledger, 1, "claimed", 1)
    add_voucher(sqlite_ledger, 2, "redeemed", 2)
    redeem(sqlite_ledger, 2, 77)
    sqlite_ledger.seal()
    return sqlite_ledger


def test_tables_that_agree_are_found_in_order_and_exported(issued: Ledger, tmp_path: Path) -> None:
    assert check_invariants() == []
    export_ledger(tmp_path / "export")
    assert (tmp_path / "export" / "vouchers.jsonl").read_text().count("\n") == 2
    assert list(verify(tmp_path / "export", issued.settings.heads_file)) == []


@pytest.mark.usefixtures("issued")
def test_a_redeemed_voucher_without_a_standing_redemption_is_named() -> None:
    with unit_of_work() as session:
        session.execute(update(Redemption).values(cancelled_at=None, voucher_id=1))
    details = [found.detail for found in reconciliation.redeemed_vouchers_have_one_redemption()]
    assert details == [
        f"region {HUBIN}, voucher {to_hex(1)} is claimed and has 1",
        f"region {HUBIN}, voucher {to_hex(2)} is redeemed and has 0",
    ]


def test_the_reports_add_their_checks_and_their_file() -> None:
    added = [
        reconciliation.vouchers_agree_with_facts,
        reconciliation.vouchers_stand_on_their_facts,
        reconciliation.redeemed_vouchers_have_one_redemption,
    ]
    assert [check for check in REGISTERED_CHECKS if check in added] == added
    assert REGISTERED_EXPORTS["vouchers.jsonl"] is reconciliation.exported_vouchers


def test_a_voucher_without_a_row_is_noticed(issued: Ledger) -> None:
    issued.claim(3)
    assert {violation.check for violation in check_invariants()} == {"vouchers agree with facts"}
