"""A small ledger to write facts into, on both engines, with a clock that stands still."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from voucher_service.clock import FixedClock
from voucher_service.database import db, unit_of_work
from voucher_service.database.engine import engine_options
from voucher_service.ledger import export, invariants
from voucher_service.ledger.sealing import seal_once
from voucher_service.ledger.service import SYSTEM, Moved, record
from voucher_service.settings import Secrets, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOON = datetime(2026, 5, 6, 4, 0, tzinfo=UTC)
HUBIN, MIANCHI = 411202, 411221


@dataclass
class Ledger:
    """The application and the comfortable verbs that tests tell their stories with."""

    app: Flask
    clock: FixedClock
    settings: Settings
    seqs: dict[tuple[int, int], int] = field(default_factory=dict)

    def move(self, voucher_id: int, *steps: str, region_id: int = HUBIN, programme_id: int = 7) -> None:
        """Record steps such as `VoucherClaimed none claimed`, in one unit of work."""
        with unit_of_work():
            for step in steps:
                self.record(voucher_id, step, region_id, programme_id)

    def record(self, voucher_id: int, step: str, region_id: int = HUBIN, programme_id: int = 7) -> None:
        kind, from_state, to_state = step.split()
        seq = self.seqs[region_id, voucher_id] = self.seqs.get((region_id, voucher_id), 0) + 1
        moved = Moved(region_id, voucher_id, seq, programme_id, 202605)
        amount_fen = 120_000 if kind == "VoucherRedeemed" else 0
        record(
            moved, kind=kind, from_state=from_state, to_state=to_state, actor=SYSTEM, now=self.clock.now(),
            amount_fen=amount_fen, reference_id=voucher_id * 10, commitment=b"\x05" * 32 if seq == 1 else None,
        )  # fmt: skip

    def claim(self, *voucher_ids: int, region_id: int = HUBIN) -> None:
        for voucher_id in voucher_ids:
            self.move(voucher_id, CLAIM, region_id=region_id)

    def seal(self) -> int:
        self.clock.advance(seconds=1)
        return seal_once(self.clock.now())


CLAIM = "VoucherClaimed none claimed"
REDEEM = "VoucherRedeemed claimed redeemed"
EXPIRE = "VoucherExpired claimed expired"


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger by itself: what rooms above may have added in this process is set aside."""
    monkeypatch.setattr(invariants, "CHECKS", [])
    monkeypatch.setattr(export, "EXPORTS", {})


@pytest.fixture
def ledger(database_url: str, tmp_path: Path) -> Iterator[Ledger]:
    with ledger_at(database_url, tmp_path) as made:
        yield made


@pytest.fixture
def sqlite_ledger(sqlite_url: str, tmp_path: Path) -> Iterator[Ledger]:
    with ledger_at(sqlite_url, tmp_path) as made:
        yield made


@pytest.fixture
def postgresql_ledger(postgresql_url: str, tmp_path: Path) -> Iterator[Ledger]:
    with ledger_at(postgresql_url, tmp_path) as made:
        yield made


class ledger_at:  # noqa: N801 - it reads as a verb
    """A small application around a migrated database."""

    def __init__(self, url: str, folder: Path) -> None:
        clock = FixedClock(NOON)
        settings = Settings("demo", url, folder / "var", Secrets.drawn())
        app = Flask("ledger")
        app.config |= {"SQLALCHEMY_DATABASE_URI": url, "SQLALCHEMY_ENGINE_OPTIONS": engine_options(url)}
        app.extensions |= {"clock": clock, "settings": settings}
        db.init_app(app)
        self._context = app.app_context()
        self._ledger = Ledger(app, clock, settings)

    def __enter__(self) -> Ledger:
        self._context.push()
        return self._ledger

    def __exit__(self, *exception: object) -> None:
        db.session.remove()
        db.engine.dispose()
        self._context.pop()
