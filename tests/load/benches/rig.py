"""What the benches stand on: a durable PostgreSQL of our own, the demonstration city, and the service as it is run."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

import psycopg

from tests.postgresql import Cluster
from voucher_service.app import create_app
from voucher_service.database import db, migrate, unit_of_work
from voucher_service.demo.loading import City, load
from voucher_service.ledger.counts import sealed_facts
from voucher_service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask import Flask

WORKERS = 2
START_SECONDS_MAX = 30


@dataclass(frozen=True, slots=True)
class Rig:
    """The database with its city, and an application beside the service that prepares and counts."""

    cluster: Cluster
    database: str
    environment: dict[str, str]
    app: Flask
    city: City

    def connect(self) -> psycopg.Connection[tuple[int, ...]]:
        return psycopg.connect(self.cluster.url(self.database).replace("+psycopg", ""))

    def count(self, table: str) -> int:
        with self.connect() as connection:
            row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        assert row
        return row[0]

    def durability(self) -> dict[str, str]:
        """Return the settings that decide what a commit means."""
        with self.connect() as connection:
            rows = connection.execute(
                "SELECT name, setting FROM pg_settings "
                "WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'server_version')"
            ).fetchall()
        return {str(name): str(setting) for name, setting in rows}

    def wait_for_sealer(self) -> None:
        """Wait until the service has sealed every fact, so that no run pays for the one before it."""
        facts = self.count("voucher_fact")
        with self.app.app_context():
            while sealed_facts() < facts:
                db.session.remove()
                time.sleep(0.1)
            db.session.remove()

    @contextmanager
    def serving(self) -> Iterator[tuple[str, int]]:
        """Run the service as its users do; yields its address."""
        with serving(self.environment) as address:
            yield address


@contextmanager
def serving(environment: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Run the service with these settings; yields its address."""
    port = _free_port()
    command = [sys.executable, "-m", "voucher_service", "serve"]
    with Path(environment["DATA_DIR"], "service.log").open("wb") as log:
        process = subprocess.Popen(command, env={**environment, "PORT": str(port)}, stdout=log, stderr=log)
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}/readyz")
            yield "127.0.0.1", port
        finally:
            process.terminate()
            process.wait()


@contextmanager
def standing() -> Iterator[Rig]:
    """Start a cluster with fsync on, migrate a database on it and load the city."""
    with Cluster.running(durable=True) as cluster, tempfile.TemporaryDirectory() as folder:
        database = cluster.create_database()
        url = cluster.url(database)
        migrate(url)
        environment = {**os.environ, "DATABASE_URL": url, "DATA_DIR": folder, "WORKERS": str(WORKERS)}
        app = create_app(Settings.from_environment(environment))
        app.extensions["key_ring"].create()
        with app.app_context(), unit_of_work():
            city = load(app.extensions["clock"].now())
        try:
            yield Rig(cluster, database, environment, app, city)
        finally:
            app.extensions["hot_path"].close()
            with app.app_context():
                db.session.remove()
                db.engine.dispose()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        try:
            with urlopen(url, timeout=1):  # noqa: S310 - our own service on loopback
                return
        except OSError:  # refused, reset, or accepted and not answered yet
            time.sleep(0.02)
    raise TimeoutError(f"the service did not answer at {url}")
