"""Database URLs for tests: each test gets a database of its own, on SQLite and on PostgreSQL.

The schema is migrated once for each engine and copied for each test, which costs milliseconds. A fixture asked for
by name brings its engine: `database_url` runs the test on both.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.postgresql import APPLICATION, Cluster, PostgreSQLUnavailable, Server, borrowed_server
from voucher_service.database import migrate

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

ENGINES = ("sqlite", "postgresql")
UNAVAILABLE = "PostgreSQL is not there"

DatabaseCopies = Callable[[Path], AbstractContextManager[str]]
"""Makes a copy of one database, in the folder if it is a file, and takes it away again; yields its URL."""


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, otherwise empty database; the test runs once on each engine."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=ENGINES)
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """A database without a schema; the test runs once on each engine."""
    return str(request.getfixturevalue(f"empty_{request.param}_url"))


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copyfile(migrated_sqlite, tmp_path / 'voucher.sqlite3')}"


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'voucher.sqlite3'}"


@pytest.fixture
def postgresql_database(postgresql_server: Server, migrated_postgresql: str) -> Iterator[str]:
    """The name of a migrated database, for tests that connect to it under several roles."""
    with postgresql_server.fresh_database(migrated_postgresql) as name:
        yield name


@pytest.fixture
def postgresql_url(postgresql_server: Server, postgresql_database: str) -> str:
    """A migrated PostgreSQL database, as its owner."""
    return postgresql_server.url(postgresql_database)


@pytest.fixture
def application_url(postgresql_server: Server, postgresql_database: str) -> str:
    """The database of `postgresql_url` as the service's role sees it, which owns nothing."""
    return postgresql_server.url(postgresql_database, APPLICATION)


@pytest.fixture
def superuser_url(postgresql_server: Server, postgresql_database: str) -> str:
    """The database of `postgresql_url` as someone who may do anything to it sees it."""
    return postgresql_server.superuser_url(postgresql_database)


@pytest.fixture
def empty_postgresql_url(postgresql_server: Server) -> Iterator[str]:
    with postgresql_server.fresh_database() as name:
        yield postgresql_server.url(name)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "migrated.sqlite3"
    migrate(f"sqlite:///{path}")
    return whole(path)


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: Server) -> Iterator[str]:
    with postgresql_server.fresh_database() as name:
        migrate(postgresql_server.url(name))
        yield name


@pytest.fixture(scope="session")
def postgresql_server(request: pytest.FixtureRequest) -> Server:
    """The PostgreSQL of TEST_DATABASE_URL, or else one of our own."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        return borrowed_server(url)
    cluster: Cluster = request.getfixturevalue("postgresql_cluster")
    return cluster


@pytest.fixture(scope="session")
def postgresql_cluster() -> Iterator[Cluster]:
    """A cluster of our own that forgets on a crash; one for each test process."""
    yield from _running_cluster(durable=False)


@pytest.fixture(scope="module")
def durable_cluster() -> Iterator[Cluster]:
    """A cluster of our own with fsync on, for tests that crash it and count what is left."""
    yield from _running_cluster(durable=True)


def whole(database: Path) -> Path:
    """Bring a SQLite database into its one file, which is all that is copied, from the write-ahead log beside it."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return database


def sqlite_copies(template: Path) -> DatabaseCopies:
    """Copies of a whole SQLite database."""

    @contextmanager
    def copied(folder: Path) -> Iterator[str]:
        copy = Path(shutil.copyfile(template, folder / "copy.sqlite3"))
        try:
            yield f"sqlite:///{copy}"
        finally:
            for path in folder.glob(f"{copy.name}*"):
                path.unlink()

    return copied


def postgresql_copies(server: Server, template: str) -> DatabaseCopies:
    """Copies of a PostgreSQL database to which nobody is connected."""

    @contextmanager
    def copied(_: Path) -> Iterator[str]:
        with server.fresh_database(template) as name:
            yield server.url(name)

    return copied


def _running_cluster(*, durable: bool) -> Iterator[Cluster]:
    try:
        with Cluster.running(durable=durable) as cluster:
            yield cluster
    except PostgreSQLUnavailable as unavailable:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"{UNAVAILABLE}: {unavailable}")


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Say loudly what a green run did not look at."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if UNAVAILABLE in str(report.longrepr)]
    if skipped:
        terminalreporter.section("PostgreSQL", sep="!", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} tests did not run: {UNAVAILABLE}. See CONTRIBUTING.md.", red=True)
