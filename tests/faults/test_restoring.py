"""What deploy/environment.md says of backups and restores, done with the keys: SQLite, physically, and from a dump."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.architecture.source import ROOT
from tests.journey.city import PEOPLE, START, Town, Worker, close_town
from tests.postgresql import OWNER, Cluster
from voucher_service.app import create_app
from voucher_service.clock import FixedClock
from voucher_service.database import migrate, unit_of_work
from voucher_service.demo.loading import load
from voucher_service.holders import service as holders
from voucher_service.holders.sealing import SealBrokenError
from voucher_service.ledger.invariants import check_invariants
from voucher_service.ledger.sealing import CommitNumbersWentBack, seal_once
from voucher_service.settings import Secrets, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = (ROOT / "deploy" / "environment.md").read_text(encoding="utf-8").split("## Backup and restore")[1]
BLOCK = re.compile(r"```(sh|sql)\n(.*?)```", re.DOTALL)
BLOCKS = BLOCK.findall(DOCUMENT)
STEP = 5_000
"""So many transactions the old cluster is ahead, so that a new one begins behind it."""


def told(start: str) -> str:
    """The command of the document that begins so; the tests change only where it reads from and writes to."""
    (found,) = [line for kind, block in BLOCKS if kind == "sh" for line in block.splitlines() if line.startswith(start)]
    return str(found)


def sql_told() -> str:
    (found,) = [block for kind, block in BLOCKS if kind == "sql"]
    return str(found)


def opened(url: str, folder: Path, secrets: Secrets | None = None) -> Town:
    """The service as it starts on that database with that DATA_DIR."""
    secrets = secrets or Secrets.read_from(folder / "secrets.json")
    clock = FixedClock(START)
    return Town(create_app(Settings("demo", url, folder, secrets), clock), clock, None)  # type: ignore[arg-type]


def a_running_city(url: str, folder: Path) -> tuple[Town, Worker]:
    """A city with somebody in it who has a sealed voucher, and whose DATA_DIR holds everything."""
    migrate(url)
    Secrets.drawn().written_to(folder / "secrets.json")
    town = opened(url, folder)
    town.app.extensions["key_ring"].create()
    with town.app.app_context(), unit_of_work():
        town.city = load(START, 1)
    return town, claimed(town, 0)


def claimed(town: Town, number: int) -> Worker:
    """Somebody claims a voucher, opens its code, and all that is sealed."""
    worker = Worker(town, PEOPLE[number], town.city.schools[0].region_id).log_in()
    assert worker.claim().status_code == 201
    worker.open_code()
    town.clock.advance(seconds=1)
    with town.app.app_context():
        assert seal_once(town.clock.now()) >= 1
    return worker


def verify_ledger(url: str, folder: Path) -> tuple[int, str]:
    """Run the command as an operator does who has only the restored database and DATA_DIR."""
    environment = {**os.environ, "DATABASE_URL": url, "DATA_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", "voucher_service", "verify-ledger"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def assert_goes_on(town: Town, before: Worker, old: Town) -> None:
    """The restored service knows its people, its codes and its facts, and writes and seals new ones."""
    assert verify_ledger(town.app.extensions["settings"].database_url, town.app.extensions["settings"].data_dir)[0] == 0
    town.city = old.city
    town.clock.moment = old.clock.moment
    again = Worker(town, before.person, before.region_id).log_in()
    vouchers = town.get("/api/v1/vouchers", again.token).get_json()["vouchers"]
    assert [voucher["voucher"] for voucher in vouchers] == [before.voucher]
    again.voucher = before.voucher
    again.open_code()
    claimed(town, 1)
    with town.app.app_context():
        assert check_invariants() == []
    assert verify_ledger(town.app.extensions["settings"].database_url, town.app.extensions["settings"].data_dir)[0] == 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_a_copy_of_sqlite_and_its_keys_go_on(tmp_path: Path, folder: Path) -> None:
    url, copy = f"sqlite:///{folder / 'voucher.sqlite3'}", tmp_path / "restored"
    folder.mkdir()
    town, worker = a_running_city(url, folder)
    command = told("sqlite3 ").replace("/var/lib/voucher-service", str(folder)).replace("/backup", str(tmp_path))
    subprocess.run(command, shell=True, check=True)  # noqa: S602 - the document's line, as it is typed
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("voucher.sqlite3*"))
    shutil.copyfile(tmp_path / "voucher.sqlite3", copy / "voucher.sqlite3")
    restored = opened(f"sqlite:///{copy / 'voucher.sqlite3'}", copy)
    assert_goes_on(restored, worker, town)
    for each in (town, restored):
        close_town(each)


def test_a_database_older_than_the_published_heads_is_told(tmp_path: Path, folder: Path) -> None:
    folder.mkdir()
    town, _ = a_running_city(f"sqlite:///{folder / 'voucher.sqlite3'}", folder)
    command = told("sqlite3 ").replace("/var/lib/voucher-service", str(folder)).replace("/backup", str(tmp_path))
    subprocess.run(command, shell=True, check=True)  # noqa: S602 - as above
    claimed(town, 1)
    close_town(town)
    assert verify_ledger(f"sqlite:///{folder / 'voucher.sqlite3'}", folder)[0] == 0
    code, said = verify_ledger(f"sqlite:///{tmp_path / 'voucher.sqlite3'}", folder)
    assert (code, "BROKEN" in said) == (1, True), said


def test_without_the_secrets_nobody_is_known_any_more(folder: Path) -> None:
    folder.mkdir()
    url = f"sqlite:///{folder / 'voucher.sqlite3'}"
    town, worker = a_running_city(url, folder)
    with town.app.app_context():
        (holder_id,) = holders.enrolled([holder_of(town, worker)])
        assert holders.masked(holder_id).name
    other = opened(url, folder, Secrets.drawn())
    with other.app.app_context(), pytest.raises(SealBrokenError):
        holders.masked(holder_id)
    for each in (town, other):
        close_town(each)


def holder_of(town: Town, worker: Worker) -> int:
    return int(town.app.extensions["authenticate"](worker.token).subject_id)


@pytest.fixture
def old_cluster(durable_cluster: Cluster) -> Cluster:
    """A cluster that has seen more transactions than a new one."""
    ahead = f"DO $$ BEGIN FOR i IN 1..{STEP} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$"
    with psycopg.connect(plain(durable_cluster.superuser_url("postgres")), autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute(ahead)
    return durable_cluster


@pytest.fixture
def empty_cluster() -> Iterator[Cluster]:
    with Cluster.running(durable=True) as cluster:
        yield cluster


def plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


def run_beside(cluster: Cluster, command: str, folder: Path) -> None:
    """Run a PostgreSQL tool as whoever runs the server, in a folder of theirs."""
    environment = {
        **os.environ,
        "PATH": f"{cluster.bin}:{os.environ['PATH']}",
        "PGHOST": str(cluster.socket_dir),
        "PGUSER": "postgres",
        "PGDATA": str(cluster.data_dir),
    }
    subprocess.run(command, shell=True, check=True, cwd=folder, env=environment, user=cluster._user)  # noqa: S602 - as above


def test_a_physical_backup_of_postgresql_and_its_keys_go_on(old_cluster: Cluster, tmp_path: Path, folder: Path) -> None:
    name = old_cluster.create_database()
    town, worker = a_running_city(old_cluster.url(name), folder)
    restored_cluster = Cluster(durable=True)
    backup = restored_cluster.socket_dir / "backup"
    for made in (backup, restored_cluster.data_dir):
        made.mkdir(mode=0o700)
    for made in (restored_cluster.socket_dir, backup, restored_cluster.data_dir):
        if restored_cluster._user:
            shutil.chown(made, restored_cluster._user)
    command = told("pg_basebackup ")
    run_beside(old_cluster, re.sub(r'"/backup/database/[^"]*"+', str(backup / "today"), command), backup)
    shutil.copytree(folder, tmp_path / "restored")
    close_town(town)
    old_cluster.drop_database(name)
    for archive in ("base.tar.gz", "pg_wal.tar.gz"):
        run_beside(restored_cluster, told(f"tar --extract --gzip --file {archive}"), backup / "today")
    try:
        restored_cluster.start()
        restored = opened(restored_cluster.url(name), tmp_path / "restored")
        assert_goes_on(restored, worker, town)
        close_town(restored)
    finally:
        restored_cluster.stop("immediate")
        shutil.rmtree(restored_cluster.socket_dir)


def test_a_dump_stops_the_sealer_until_its_numbers_have_passed_the_newest_fact(
    old_cluster: Cluster, empty_cluster: Cluster, folder: Path
) -> None:
    name = old_cluster.create_database()
    town, worker = a_running_city(old_cluster.url(name), folder)
    dump = empty_cluster.socket_dir / "dump"
    run_beside(
        old_cluster,
        f"pg_dump --format custom --file {old_cluster.socket_dir / 'dump'} {name}",
        empty_cluster.socket_dir,
    )
    shutil.copyfile(old_cluster.socket_dir / "dump", dump)
    close_town(town)
    run_beside(empty_cluster, f"createdb --owner {OWNER} --template template0 {name}", empty_cluster.socket_dir)
    run_beside(empty_cluster, f"pg_restore --dbname {name} {dump}", empty_cluster.socket_dir)
    restored = opened(empty_cluster.url(name), folder)
    with restored.app.app_context(), pytest.raises(CommitNumbersWentBack):
        seal_once(town.clock.now())
    with psycopg.connect(plain(empty_cluster.superuser_url(name)), autocommit=True) as connection:
        for statement in sql_told().split(";\n", 1):
            connection.execute(statement)
    with restored.app.app_context():
        assert seal_once(town.clock.now()) == 0
    assert_goes_on(restored, worker, town)
    close_town(restored)
