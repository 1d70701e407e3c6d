"""A PostgreSQL for the tests: found, started as nobody on a socket of its own, crashed on request, stopped.

`Server` is any PostgreSQL that lets us make databases; `Cluster` is one that we started and may therefore kill.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SUPERUSER: Final = "postgres"
OWNER: Final = "voucher_owner"
"""Owns the tables and migrates them."""

APPLICATION: Final = "voucher_app"
"""What the service runs as in production: it has the rights that the migrations grant it and no others."""

PASSWORD: Final = "invented-for-tests"
START_SECONDS_MAX: Final = 30
StopMode = Literal["fast", "immediate", "kill"]
STOP_SIGNALS: Final = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT, "kill": signal.SIGKILL}


class PostgreSQLUnavailable(Exception):
    """There is no PostgreSQL to test on; the message says what to install."""


class Server:
    """A PostgreSQL in which databases are made and dropped; `admin_url` is a superuser's."""

    def __init__(self, admin_url: URL) -> None:
        self._admin_url = admin_url
        self._numbers = itertools.count(1)

    def superuser_url(self, database: str) -> str:
        return self._admin_url.set(database=database).render_as_string(hide_password=False)

    def url(self, database: str, role: str = OWNER) -> str:
        """Return the SQLAlchemy URL of a database as the owner, or as APPLICATION."""
        url = self._admin_url.set(database=database, username=role, password=PASSWORD)
        return url.render_as_string(hide_password=False)

    def create_roles(self) -> None:
        for role in (OWNER, APPLICATION):
            if not self._execute("SELECT FROM pg_roles WHERE rolname = {}", sql.Literal(role)):
                create = "CREATE ROLE {} LOGIN NOSUPERUSER PASSWORD {}"
                self._execute(create, sql.Identifier(role), sql.Literal(PASSWORD))

    def create_database(self, template: str = "template0") -> str:
        """Make a database that is a copy of `template`, and return its name."""
        name = f"voucher_test_{os.getpid()}_{next(self._numbers)}"
        create = "CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY"
        self._execute(create, sql.Identifier(name), sql.Identifier(template), sql.Identifier(OWNER))
        return name

    def drop_database(self, name: str) -> None:
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", sql.Identifier(name))

    @contextmanager
    def fresh_database(self, template: str = "template0") -> Iterator[str]:
        name = self.create_database(template)
        try:
            yield name
        finally:
            self.drop_database(name)

    def _execute(self, statement: str, *parts: sql.Composable) -> int:
        conninfo = self._admin_url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(conninfo, autocommit=True) as connection:
            return connection.execute(sql.SQL(statement).format(*parts)).rowcount


class Cluster(Server):
    """A PostgreSQL of our own. Its socket folder is short because a socket's path may have 107 bytes.

    With `durable` it keeps its promises over a crash; without, it is two to ten times as quick. `settings` of its own
    come last.
    """

    def __init__(self, *, durable: bool = False, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        self.bin = find_binaries()
        self.socket_dir = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        self.data_dir = self.socket_dir / "data"
        self.log = self.socket_dir / "log"
        self._user = _unprivileged_user()
        self._settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_dir),
            "max_connections": "200",
            "timezone": "UTC",
        }
        if not durable:
            self._settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        self._settings |= settings
        self._process: subprocess.Popen[bytes] | None = None
        query = {"host": str(self.socket_dir)}
        super().__init__(URL.create("postgresql+psycopg", SUPERUSER, database="postgres", query=query))

    @classmethod
    @contextmanager
    def running(cls, *, durable: bool = False, settings: Mapping[str, str] = MappingProxyType({})) -> Iterator[Cluster]:
        """Initialise and start a cluster; stop it and remove its files at the end."""
        cluster = cls(durable=durable, settings=settings)
        try:
            cluster._initialise()
            cluster.start()
            cluster.create_roles()
            yield cluster
        finally:
            cluster.stop("immediate")
            shutil.rmtree(cluster.socket_dir)

    def start(self) -> None:
        """Start the server and wait until it answers; after a kill that takes a few tries.

        Orphaned backends hold the shared memory until they notice that their parent is gone, and a server that
        meets them gives up.
        """
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self._answers():
            if time.monotonic() > deadline:
                raise PostgreSQLUnavailable(f"did not start in {START_SECONDS_MAX} s:\n{self.log.read_text()[-2000:]}")
            if self._process is None or self._process.poll() is not None:
                self._process = self._spawn()
            time.sleep(0.02)

    def stop(self, mode: StopMode = "fast") -> None:
        """Stop the server: `immediate` and `kill` leave it to recover from its write-ahead log."""
        if self._process is not None:
            self._process.send_signal(STOP_SIGNALS[mode])
            self._process.wait()
            self._process = None

    def restart(self, mode: StopMode = "fast") -> None:
        self.stop(mode)
        self.start()

    def _initialise(self) -> None:
        if self._user is not None:
            shutil.chown(self.socket_dir, self._user)
        command: list[str | Path] = [
            self.bin / "initdb",
            "-D",
            self.data_dir,
            "-U",
            SUPERUSER,
            "-A",
            "trust",
            "--no-sync",
        ]
        command += ["--encoding=UTF8", "--locale=C.UTF-8"]
        with self.log.open("ab") as log:
            subprocess.run(command, check=True, stdout=log, stderr=log, cwd=self.socket_dir, user=self._user)

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [*_dying_with_us(), str(self.bin / "postgres"), "-D", str(self.data_dir)]
        for name, value in self._settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, cwd=self.socket_dir, user=self._user)

    def _answers(self) -> bool:
        try:
            self._execute("SELECT")
        except psycopg.OperationalError:
            return False
        return True


def find_binaries() -> Path:
    """Return the folder of the newest installed initdb and postgres; raises PostgreSQLUnavailable."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if debian:
        return debian[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    raise PostgreSQLUnavailable("no initdb found. On Debian: apt-get install postgresql; or set TEST_DATABASE_URL")


def borrowed_server(url: str) -> Server:
    """Use somebody's running PostgreSQL; `url` is a superuser's, as in TEST_DATABASE_URL."""
    server = Server(make_url(url).set(drivername="postgresql+psycopg"))
    server.create_roles()
    return server


def _unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root, and containers often are."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _dying_with_us() -> list[str]:
    """The prefix of a command that is ended by the kernel when this process is, however it ends."""
    return ["setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv") else []
