"""The sealer takes every fact exactly once, in one order, and says so under its signature."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING

import pytest
from cryptography.exceptions import InvalidSignature
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import ProgrammingError

from tests.ledger.conftest import CLAIM, EXPIRE, HUBIN, MIANCHI, REDEEM, Ledger, ledger_at
from voucher_service.database import db, unit_of_work
from voucher_service.ledger import heads, sealing, tree
from voucher_service.ledger.counts import counts, sealed_facts
from voucher_service.ledger.invariants import check_invariants
from voucher_service.ledger.models import Head, RegionLog, Seal
from voucher_service.ledger.proofs import tiles_of

if TYPE_CHECKING:
    from pathlib import Path


def published(ledger: Ledger) -> list[int]:
    return [json.loads(line)["head_no"] for line in ledger.settings.heads_file.read_text().splitlines()]


def test_nothing_to_seal_makes_no_head(ledger: Ledger) -> None:
    assert ledger.seal() == 0
    assert db.session.scalars(select(Head)).all() == []


def test_every_fact_is_sealed_once(ledger: Ledger) -> None:
    ledger.claim(1, 2, 3)
    ledger.claim(4, region_id=MIANCHI)
    assert ledger.seal() == 4
    ledger.move(2, REDEEM)
    assert (ledger.seal(), ledger.seal()) == (1, 0)
    logs = db.session.scalars(select(RegionLog).order_by(RegionLog.region_id)).all()
    assert [(log.region_id, log.tree_size, log.seal_no) for log in logs] == [(HUBIN, 4, 2), (MIANCHI, 1, 1)]
    assert [log.root for log in logs] == [tree.root(log.tree_size, tiles_of(log.region_id).node) for log in logs]
    assert check_invariants() == []


def test_a_seal_leads_from_the_last_root_to_the_next(ledger: Ledger) -> None:
    for voucher_id in (1, 2, 3):
        ledger.claim(voucher_id)
        ledger.seal()
    first, second, third = db.session.scalars(select(Seal).order_by(Seal.seal_no)).all()
    assert first.previous_root == tree.EMPTY_ROOT
    assert (second.previous_root, third.previous_root) == (first.root, second.root)
    assert [seal.tree_size for seal in (first, second, third)] == [1, 2, 3]


def test_a_head_is_signed_over_all_regions(ledger: Ledger) -> None:
    ledger.claim(1)
    ledger.claim(2, region_id=MIANCHI)
    ledger.seal()
    head = db.session.scalars(select(Head)).one()
    key = heads.ledger_key(ledger.settings).public_key()
    assert head.root == heads.root_of_roots(heads.regions_of(head))
    key.verify(head.signature, heads.statement(1, head.sealed_at, 2, head.root))
    with pytest.raises(InvalidSignature):
        key.verify(head.signature, heads.statement(2, head.sealed_at, 2, head.root))


def test_the_key_is_the_owners_alone_and_stays(ledger: Ledger) -> None:
    first = heads.ledger_key(ledger.settings).private_bytes_raw()
    path = ledger.settings.data_dir / "keys" / "ledger.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert heads.ledger_key(ledger.settings).private_bytes_raw() == first
    assert [found.name for found in path.parent.iterdir()] == ["ledger.key"]


def test_a_pass_is_bounded_and_never_splits_a_commit(postgresql_ledger: Ledger) -> None:
    ledger = postgresql_ledger
    with unit_of_work():
        for voucher_id in range(1, 6):
            ledger.record(voucher_id, CLAIM)
    ledger.claim(6, 7, 8)
    passes = []
    while sealed := sealing.seal_once(ledger.clock.now(), facts_max=2):
        passes.append(sealed)
    assert passes == [5, 2, 1]
    assert check_invariants() == []


def test_a_crash_before_publishing_is_made_good(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(path: Path) -> int:
        raise OSError(f"no room for {path}")

    ledger.claim(1)
    with monkeypatch.context() as broken:
        broken.setattr(sealing, "publish_heads", crash)
        with pytest.raises(OSError, match="no room"):
            ledger.seal()
    ledger.claim(2)
    ledger.seal()
    assert published(ledger) == [1, 2]


def test_half_a_published_line_is_written_anew(ledger: Ledger) -> None:
    for voucher_id in (1, 2):
        ledger.claim(voucher_id)
        ledger.seal()
    whole = ledger.settings.heads_file.read_bytes()
    ledger.settings.heads_file.write_bytes(whole[:-20])
    ledger.seal()
    assert ledger.settings.heads_file.read_bytes() == whole


def test_counts_are_the_same_before_and_after_sealing(ledger: Ledger) -> None:
    ledger.claim(1, 2, 3)
    ledger.move(1, REDEEM)
    before = counts()
    assert [(count.kind, count.vouchers, count.fen) for count in before] == [
        ("VoucherClaimed", 3, 0),
        ("VoucherRedeemed", 1, 120_000),
    ]
    ledger.seal()
    assert counts() == before
    ledger.move(2, EXPIRE)
    ledger.claim(9, region_id=MIANCHI)
    tailed = counts()
    assert sum(count.vouchers for count in tailed) == 6
    ledger.seal()
    assert counts() == tailed


def test_an_open_transaction_holds_the_watermark_back(postgresql_ledger: Ledger) -> None:
    ledger = postgresql_ledger
    other = create_engine(ledger.settings.database_url)
    with other.connect() as slow:
        slow.execute(text("SELECT pg_current_xact_id()"))
        ledger.claim(1)
        assert ledger.seal() == 0
        assert sum(count.vouchers for count in counts()) == 1
        slow.rollback()
    other.dispose()
    assert ledger.seal() == 1


def test_a_database_that_numbers_anew_stops_the_sealer(postgresql_ledger: Ledger) -> None:
    ledger = postgresql_ledger
    ledger.claim(1)
    ledger.seal()
    with unit_of_work() as session:
        session.execute(text("UPDATE region_log SET next_commit_no = 1000000000"))
    with pytest.raises(sealing.CommitNumbersWentBack, match=str(HUBIN)):
        ledger.seal()


def test_the_services_own_role_seals_and_alters_nothing(application_url: str, tmp_path: Path) -> None:
    with ledger_at(application_url, tmp_path) as ledger:
        ledger.claim(1)
        assert ledger.seal() == 1
        ledger.move(1, REDEEM)
        assert ledger.seal() == 1
        for statement in ("UPDATE voucher_fact SET amount_fen = 1", "DELETE FROM head"):
            with pytest.raises(ProgrammingError, match="permission denied"), unit_of_work() as session:
                session.execute(text(statement))
        assert sealed_facts() == 2


def test_a_second_sealer_leaves_the_first_alone(postgresql_ledger: Ledger) -> None:
    ledger = postgresql_ledger
    ledger.claim(1)
    other = create_engine(ledger.settings.database_url)
    with other.connect() as sealing_elsewhere:
        sealing_elsewhere.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": sealing._LOCK})
        assert ledger.seal() == 0
    other.dispose()
    assert ledger.seal() == 1


def test_sealers_racing_with_writers_lose_no_fact(ledger: Ledger) -> None:
    """Four writers, two sealers: at the end every fact is sealed once and the trees are those of the facts."""
    written = 40
    failures: list[BaseException] = []

    def work(first: int) -> None:
        with ledger.app.app_context():
            try:
                for voucher_id in range(first, first + written):
                    with unit_of_work():
                        ledger.record(voucher_id, CLAIM)
                        time.sleep(0.002)  # so that transactions overlap, and end in another order than they began
                    ledger.move(voucher_id, REDEEM)
            except BaseException as failure:  # noqa: BLE001 - told below
                failures.append(failure)

    sealers = [sealing.Sealer(ledger.app, pause_seconds=0.001) for _ in range(2)]
    writers = [threading.Thread(target=work, args=(1000 * number,)) for number in range(1, 5)]
    for thread in [*sealers, *writers]:
        thread.start()
    for writer in writers:
        writer.join()
    for sealer in sealers:
        sealer.stop()
    while ledger.seal():
        pass
    assert failures == []
    log = db.session.get_one(RegionLog, HUBIN)
    assert log.tree_size == 4 * written * 2
    assert check_invariants() == []
    assert published(ledger) == list(range(1, len(published(ledger)) + 1))


def test_the_sealer_outlives_a_failed_pass(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    passes: list[int] = []
    twice = threading.Event()

    def failing(now: object) -> int:
        passes.append(1)
        if len(passes) > 1:
            twice.set()
        raise RuntimeError(f"nothing works at {now}")

    monkeypatch.setattr(sealing, "seal_once", failing)
    sealer = sealing.Sealer(ledger.app, pause_seconds=0.001)
    sealer.start()
    assert twice.wait(10)
    sealer.stop()
