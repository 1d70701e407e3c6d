"""`voucher-service verify-ledger`, run as an operator runs it, names what someone who may do anything has done."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.architecture.source import ROOT
from tests.databases import ENGINES
from tests.journey.city import PEOPLE, Worker, close_town, open_town
from voucher_service.ledger.sealing import seal_once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.postgresql import Server

VOUCHERS = 3
CASES = 11
"""Copies of the ledger that the tests of one engine may spoil."""


@dataclass
class Archive:
    """A sealed ledger as files and databases that may be copied and spoilt."""

    folder: Path
    urls: list[str]
    superuser: list[str]
    vouchers: list[tuple[int, str]]
    spoilt: int = field(default=0)

    def altered(self, *statements: str) -> tuple[int, str]:
        """Run statements with every guard off on a fresh copy; return how verify-ledger ends and what it says."""
        number, self.spoilt = self.spoilt, self.spoilt + 1
        if self.superuser:
            _alter_postgresql(self.superuser[number], statements)
        else:
            _alter_sqlite(self.urls[number], statements)
        return self.run("verify-ledger", number=number)

    def run(self, *command: str, number: int = 0) -> tuple[int, str]:
        environment = {**os.environ, "DATABASE_URL": self.urls[number], "DATA_DIR": str(self.folder)}
        done = subprocess.run(
            [sys.executable, "-m", "voucher_service", *command],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr


def _alter_postgresql(conninfo: str, statements: tuple[str, ...]) -> None:
    with psycopg.connect(conninfo) as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in statements:
            assert connection.execute(statement.encode()).rowcount > 0, statement


def _alter_sqlite(url: str, statements: tuple[str, ...]) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection, connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert connection.execute(statement).rowcount > 0, statement


@pytest.fixture(scope="module", params=ENGINES)
def archive(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("archive")
    with ExitStack() as stack:
        if request.param == "sqlite":
            path = shutil.copyfile(request.getfixturevalue("migrated_sqlite"), folder / "ledger.sqlite3")
            vouchers = _fill(f"sqlite:///{path}", folder)
            urls = [f"sqlite:///{shutil.copyfile(path, folder / f'{n}.sqlite3')}" for n in range(CASES)]
            superuser = []
        else:
            server: Server = request.getfixturevalue("postgresql_server")
            template = stack.enter_context(server.fresh_database(request.getfixturevalue("migrated_postgresql")))
            vouchers = _fill(server.url(template), folder)
            names = [stack.enter_context(server.fresh_database(template)) for _ in range(CASES)]
            urls = [server.url(name) for name in names]
            superuser = [server.superuser_url(name).replace("+psycopg", "") for name in names]
        yield Archive(folder, urls, superuser, vouchers)


def _fill(url: str, folder: Path) -> list[tuple[int, str]]:
    """Claim vouchers and give the first of them back, each step under a head of its own; return them as named."""
    town = open_town(url, folder)
    town.app.extensions["settings"].secrets.written_to(folder / "secrets.json")
    region_id = town.city.schools[0].region_id
    workers = [Worker(town, PEOPLE[number], region_id).log_in() for number in range(VOUCHERS)]
    for worker in workers:
        assert worker.claim().status_code == 201
    _seal(town)
    assert town.post(f"/api/v1/vouchers/{workers[0].voucher}/return", workers[0].token, {}).status_code == 200
    _seal(town)
    if url.startswith("sqlite"):
        with town.app.app_context(), closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    close_town(town)
    return [(region_id, worker.voucher) for worker in workers]


def _seal(town: Any) -> None:
    town.clock.advance(minutes=2)
    with town.app.app_context():
        assert seal_once(town.clock.now()) > 0


def where(voucher: str) -> str:
    return f"voucher_id = {int.from_bytes(bytes.fromhex(voucher), 'big', signed=True)}"


def name(voucher: tuple[int, str], seq: int) -> str:
    return f"region {voucher[0]}, voucher {voucher[1]}, fact {seq}"


def test_an_untouched_ledger_is_green(archive: Archive) -> None:
    assert archive.run("verify-ledger", "--json", number=CASES - 1) == (
        0,
        json.dumps({"green": True, "violations": []}) + "\n",
    )


@pytest.mark.parametrize("change", ["amount_fen = 1", "actor_id = actor_id + 1"])
def test_one_altered_byte_of_one_fact_is_named(archive: Archive, change: str) -> None:
    victim = archive.vouchers[1]
    code, said = archive.altered(f"UPDATE voucher_fact SET {change} WHERE {where(victim[1])} AND seq = 1")
    assert code == 1
    assert f"{name(victim, 1)} was changed" in said


def test_a_fact_that_no_law_allows_is_named_and_stops_nothing(archive: Archive) -> None:
    victim = archive.vouchers[2]
    code, said = archive.altered(f"UPDATE voucher_fact SET kind = 'VoucherClaimee' WHERE {where(victim[1])}")
    assert code == 1
    assert f"{name(victim, 1)} was changed" in said
    assert "Traceback" not in said


def test_a_deleted_fact_is_named(archive: Archive) -> None:
    victim = archive.vouchers[0]
    code, said = archive.altered(f"DELETE FROM voucher_fact WHERE {where(victim[1])} AND seq = 1")
    assert code == 1
    assert f"{name(victim, 1)} is missing" in said
    assert "was removed" in said


def test_a_deleted_last_fact_is_named(archive: Archive) -> None:
    victim = archive.vouchers[0]
    code, said = archive.altered(f"DELETE FROM voucher_fact WHERE {where(victim[1])} AND seq = 2")
    assert code == 1
    assert f"{name(victim, 2)}, which made it returned, is missing" in said


def test_an_inserted_fact_is_named(archive: Archive) -> None:
    columns = "region_id, seq, kind, from_state, to_state, programme_id, period, month, amount_fen, actor_role, "
    columns += "actor_id, reference_id, commitment, recorded_at, commit_no"
    source = f"SELECT -77, {columns} FROM voucher_fact WHERE {where(archive.vouchers[1][1])}"
    code, said = archive.altered(f"INSERT INTO voucher_fact (voucher_id, {columns}) {source}")
    assert code == 1
    assert f"{name((archive.vouchers[0][0], 'ffffffffffffffb3'), 1)} was inserted" in said


def test_a_changed_roll_up_cell_is_named(archive: Archive) -> None:
    code, said = archive.altered("UPDATE rollup SET fen = fen + 1 WHERE kind = 'VoucherReturned'")
    assert code == 1
    assert re.search(r"BROKEN .*roll-up.*'VoucherReturned', 'claimed', 'returned'\): .* is \(1, 1\), .* \(1, 0\)", said)


def test_an_altered_head_is_named(archive: Archive) -> None:
    code, said = archive.altered("UPDATE head SET sealed_at = sealed_at + 1 WHERE head_no = 1")
    assert code == 1
    assert "head 1 does not bear the ledger's signature" in said
    assert "head 1 is not the one that was published under this number" in said


@pytest.mark.parametrize("regions", ["[[1", '{"411202": 7}'])
def test_a_head_that_nothing_can_read_is_named_and_stops_nothing(archive: Archive, regions: str) -> None:
    code, said = archive.altered(
        f"UPDATE head SET regions = '{regions}' WHERE head_no = 1",
        "UPDATE rollup SET fen = fen + 1 WHERE kind = 'VoucherReturned'",
    )
    assert code == 1
    assert "every row can be read" in said
    assert "roll-up is what was sealed" in said
    assert "Traceback" not in said
