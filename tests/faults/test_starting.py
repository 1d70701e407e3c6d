"""A service that cannot serve says why and what mends it; one that is stopped leaves nobody behind."""

from __future__ import annotations

import signal
import socket
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.faults.service import built
from tests.journey.city import PEOPLE, Worker
from voucher_service.ledger.sealing import seal_once

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.service import RunningService

ORPHAN_SECONDS_MAX = 15


def refusal(service: RunningService) -> str:
    """Start the service, which must refuse in one line."""
    ended = service.run("serve")
    assert ended.returncode == 1
    assert ended.stderr.startswith("Error: ")
    assert "Traceback" not in ended.stderr
    return ended.stderr


@pytest.fixture
def served_once(sqlite_service: RunningService) -> RunningService:
    """A demonstration that has run and stopped."""
    sqlite_service.start()
    sqlite_service.stop()
    return sqlite_service


def test_an_address_in_use_is_said_with_another_one(sqlite_service: RunningService) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        sqlite_service.environment["PORT"] = str(holder.getsockname()[1])
        assert "scripts/serve" in refusal(sqlite_service)


def test_a_folder_that_cannot_be_written_is_said(sqlite_service: RunningService, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    sqlite_service.environment["DATA_DIR"] = str(tmp_path / "file" / "var")
    assert "DATA_DIR=" in refusal(sqlite_service)


def test_a_database_that_does_not_answer_is_said_without_its_password(sqlite_service: RunningService) -> None:
    sqlite_service.environment["DATABASE_URL"] = "postgresql://someone:invented@/gone?host=/nowhere"
    said = refusal(sqlite_service)
    assert "DATABASE_URL" in said
    assert "invented" not in said


def test_a_production_service_without_a_signing_key_names_the_command(sqlite_service: RunningService) -> None:
    assert sqlite_service.run("secrets", "create").returncode == 0
    sqlite_service.environment["VOUCHER_PROFILE"] = "production"
    assert "voucher-service keys create" in refusal(sqlite_service)


def test_a_database_with_the_demonstrations_log_ins_is_not_served_in_production(served_once: RunningService) -> None:
    served_once.environment["VOUCHER_PROFILE"] = "production"
    said = refusal(served_once)
    assert "log-ins of the demonstration" in said
    assert "staff disable" in said
    served_once.environment["VOUCHER_PROFILE"] = "demo"
    served_once.start()


def spoil(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_text("{") and None


def lose(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def overwrite(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(b"\x5a" * 8192) and None


DAMAGES = {
    "the secrets are damaged": (spoil("secrets.json"), "restore it from your backup"),
    "the key directory is damaged": (spoil("keys/directory.json"), "restore it from your backup"),
    "the private key is lost": (lose("keys/00001.secret"), "voucher-service keys create"),
    "the private key is damaged": (spoil("keys/00001.secret"), "voucher-service keys create"),
    "the ledger's key is damaged": (spoil("keys/ledger.key"), "restore both"),
    "the secrets are lost": (lose("secrets.json"), "restore the secrets.json that belongs to it"),
    "the database is no database": (overwrite("voucher.sqlite3"), "cannot be used"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_folder_refuses_to_start_with_what_mends_it(damage: str, served_once: RunningService) -> None:
    strike, mended_by = DAMAGES[damage]
    strike(served_once.folder)
    assert mended_by in refusal(served_once)


def put_at(revision: str, folder: Path) -> None:
    with closing(sqlite3.connect(folder / "voucher.sqlite3")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))


def test_a_database_of_a_newer_program_is_not_served(served_once: RunningService) -> None:
    put_at("from_later", served_once.folder)
    assert "migrated by a newer program, to from_later" in refusal(served_once)
    assert "newer program" in cannot_run(served_once, "migrate")


ASKING = {
    "seal": ("seal",),
    "sweep": ("sweep",),
    "verify-ledger": ("verify-ledger", "--json"),
    "export-ledger": ("export-ledger", "exported"),
    "ledger": ("ledger", "head"),
    "calendar": ("calendar", "show", "2026"),
}


def cannot_run(service: RunningService, *command: str) -> str:
    """Run a command that must say in a line why it cannot, with a 2: a 1 says that it looked and found something."""
    ended = service.run(*command)
    assert ended.returncode == 2, ended.stderr
    assert ended.stderr.startswith("Error: ")
    assert "Traceback" not in ended.stderr
    assert not ended.stdout
    return ended.stderr


def test_no_command_asks_a_database_of_another_schema(served_once: RunningService) -> None:
    put_at("0033_exams_rounds", served_once.folder)
    for command in ASKING.values():
        assert "voucher-service migrate" in cannot_run(served_once, *command)


@pytest.mark.parametrize("command", ASKING)
def test_a_command_says_that_the_database_does_not_answer(command: str, sqlite_service: RunningService) -> None:
    sqlite_service.environment["DATABASE_URL"] = "postgresql://someone:invented@/gone?host=/nowhere"
    assert "invented" not in cannot_run(sqlite_service, *ASKING[command])


def test_a_command_makes_no_database_by_asking_it(sqlite_service: RunningService) -> None:
    assert "is empty" in cannot_run(sqlite_service, "verify-ledger")
    assert not (sqlite_service.folder / "voucher.sqlite3").exists()


@pytest.mark.parametrize("command", [("migrate",), ("secrets", "create"), ("ledger", "public-key")])
def test_a_command_says_which_folder_cannot_be_written(
    command: tuple[str, ...], sqlite_service: RunningService, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    sqlite_service.environment["DATA_DIR"] = str(tmp_path / "file" / "var")
    sqlite_service.environment["DATABASE_URL"] = "sqlite:///" + str(tmp_path / "file" / "var" / "voucher.sqlite3")
    assert str(tmp_path / "file") in cannot_run(sqlite_service, *command)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_service_leaves_no_process_behind_and_starts_again(
    how: signal.Signals, sqlite_service: RunningService
) -> None:
    sqlite_service.start()
    workers = sqlite_service.workers()
    assert workers
    sqlite_service.signal(how)
    sqlite_service.wait(30)
    assert not [pid for pid in workers if sqlite_service.is_alive(pid)]
    sqlite_service.start()


def test_a_killed_service_takes_its_workers_along_and_starts_again(sqlite_service: RunningService) -> None:
    sqlite_service.start()
    workers = sqlite_service.workers()
    sqlite_service.signal(signal.SIGKILL)
    sqlite_service.wait(5)
    deadline = time.monotonic() + ORPHAN_SECONDS_MAX
    while any(sqlite_service.is_alive(pid) for pid in workers):
        assert time.monotonic() < deadline, "a worker lives on and holds the port"
        time.sleep(0.1)
    sqlite_service.start()


def test_a_ledger_that_was_signed_is_not_signed_on_with_a_new_key(sqlite_service: RunningService) -> None:
    with built(sqlite_service) as town:
        assert Worker(town, PEOPLE[0], town.city.schools[0].region_id).log_in().claim().status_code == 201
        with town.app.app_context():
            assert seal_once(town.clock.now()) == 1
    key = sqlite_service.folder / "keys" / "ledger.key"
    kept = key.read_bytes()
    key.unlink()
    assert "openssl genpkey -algorithm ed25519" in refusal(sqlite_service)
    assert not key.exists()
    key.write_bytes(kept)
    sqlite_service.start()
