"""The service as its users run it, in processes that may be killed, on a database that may go away."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import urllib3

from tests.journey.city import Town
from voucher_service.app import create_app
from voucher_service.database import db, migrate, unit_of_work
from voucher_service.demo.loading import load
from voucher_service.settings import Settings

START_SECONDS_MAX = 60
ROOT = Path(__file__).parents[2]


class RunningService:
    """`voucher-service serve` with its workers; `environment` says where its data lies."""

    def __init__(self, url: str, folder: Path) -> None:
        self.log = folder / "service.log"
        self.folder = folder
        self.environment = {
            **os.environ,
            "DATABASE_URL": url,
            "DATA_DIR": str(folder),
            "HOST": "127.0.0.1",
            "PORT": str(free_port()),
        }
        self.address = f"http://127.0.0.1:{self.environment['PORT']}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command("serve"), env=self.environment, stdout=log, stderr=log, cwd=ROOT)
        self.await_ready()

    def await_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self.answers():
            if time.monotonic() > deadline or not self.is_running():
                raise TimeoutError(self.log.read_text(errors="replace")[-2000:])
            time.sleep(0.05)

    def answers(self) -> bool:
        try:
            return urllib3.request("GET", f"{self.address}/readyz", retries=False, timeout=2).status == 200
        except urllib3.exceptions.HTTPError:
            return False

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def workers(self) -> list[int]:
        """Return the process ids of the workers: those children of ours that serve."""
        if self._process is None:
            return []
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        try:
            pids = [int(pid) for pid in children.read_text().split()]
        except FileNotFoundError:
            return []
        return [pid for pid in pids if b"resource_tracker" not in _command_line(pid)]

    def signal(self, number: signal.Signals) -> None:
        assert self._process
        self._process.send_signal(number)

    def wait(self, seconds: float) -> int:
        assert self._process
        return self._process.wait(seconds)

    @staticmethod
    def is_alive(pid: int) -> bool:
        return _command_line(pid) != b""

    def kill_worker(self, pid: int) -> None:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def stop(self) -> None:
        if self._process is not None and self.is_running():
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                for pid in self.workers():
                    self.kill_worker(pid)
                self._process.kill()
                self._process.wait()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*arguments), env=self.environment, capture_output=True, text=True, check=False, cwd=ROOT, timeout=90
        )

    def verdict(self) -> dict[str, Any]:
        """Return what verify-ledger says of the database: `green` and `violations`."""
        verdict: dict[str, Any] = json.loads(self.run("verify-ledger", "--json").stdout)
        return verdict


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "voucher_service", *arguments]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def opened(service: RunningService) -> Iterator[Town]:
    """Yield an application beside the service, on its database; on SQLite not while the service writes."""
    app = create_app(Settings.from_environment(service.environment))
    town = Town(app, app.extensions["clock"], None)  # type: ignore[arg-type]
    try:
        yield town
    finally:
        app.extensions["hot_path"].close()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@contextmanager
def built(service: RunningService) -> Iterator[Town]:
    """Migrate the service's database, load the city into it, and yield the application that did."""
    migrate(service.environment["DATABASE_URL"])
    with opened(service) as town:
        town.app.extensions["key_ring"].create()
        with town.app.app_context(), unit_of_work():
            town.city = load(town.clock.now())
        yield town


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""
