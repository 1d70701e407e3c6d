"""The simulation's own service: started on a free port at the beginning of the year, checked when it has stopped."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import urllib3

from voucher_service.clock import TrialClock

BEGINS_AT = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
"""Nine in the morning of a Monday. A fixed year, so that two simulations of one seed are the same."""

READY_WITHIN_SECONDS = 60
GONE_WITHIN_SECONDS = 30
"""It answers what it has begun; after so long it is killed, and its workers go with it."""


class ServiceNotReady(Exception):
    """The service that was started does not answer; its last output is in the message."""


class LocalService:
    """`voucher-service serve` with a data folder of its own and, unless the environment names one, a SQLite file."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "service.log"
        self._environment = {
            **os.environ,
            "VOUCHER_PROFILE": "demo",
            "DATA_DIR": str(folder),
            "HOST": "127.0.0.1",
            "PORT": str(_free_port()),
        }
        self.address = f"http://127.0.0.1:{self._environment['PORT']}"
        TrialClock(folder / "trial-clock").move_to(BEGINS_AT)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Serve inside the with block. Raises ServiceNotReady."""
        with self._log.open("wb") as log:
            process = subprocess.Popen(_command("serve"), env=self._environment, stdout=log, stderr=log)  # noqa: S603 - itself
        try:
            self._await_ready(process)
            yield
        finally:
            process.terminate()
            try:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(GONE_WITHIN_SECONDS)
            finally:
                process.kill()
                process.wait()

    def verdict(self) -> dict[str, Any]:
        """Seal what is left and return what verify-ledger says of the database: `green` and `violations`."""
        _run(self._environment, "seal")
        verdict: dict[str, Any] = json.loads(_run(self._environment, "verify-ledger", "--json"))
        return verdict

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if urllib3.request("GET", f"{self.address}/readyz", retries=False).status == 200:  # noqa: PLR2004 - HTTP
                    return
            except urllib3.exceptions.HTTPError:
                time.sleep(0.1)
        raise ServiceNotReady(self._log.read_text(errors="replace")[-2000:])


@contextmanager
def put_away_when_stopped() -> Iterator[None]:
    """Let a signal to stop leave the with block as an exception does, and as Ctrl-C does already: nothing is left."""

    def leave(number: int, _frame: object) -> None:
        for stopping in before:
            signal.signal(stopping, signal.SIG_IGN)  # Asked once is enough: putting away takes a moment.
        raise SystemExit(128 + number)

    before = {stopping: signal.signal(stopping, leave) for stopping in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for stopping, handler in before.items():
            signal.signal(stopping, handler)


def verdict_beside(address: str) -> dict[str, Any] | None:
    """Return what verify-ledger says where this environment's settings lead to the ledger of a running service.

    None where they do not: nothing is kept there, or the newest signed head that the service shows is not in it.
    """
    environment = dict(os.environ)
    if not (Path(environment.get("DATA_DIR", "var")) / "secrets.json").exists():
        return None
    shown = urllib3.request("GET", f"{address.rstrip('/')}/api/v1/ledger/heads/latest").json()
    try:
        kept = json.loads(_run(environment, "ledger", "head", str(shown["head_no"])))
    except (ServiceNotReady, KeyError):
        return None
    if kept != shown:
        return None
    verdict: dict[str, Any] = json.loads(_run(environment, "verify-ledger", "--json"))
    return verdict


def _run(environment: dict[str, str], *arguments: str) -> str:
    ran = subprocess.run(  # noqa: S603 - itself
        _command(*arguments), env=environment, capture_output=True, text=True, check=False
    )
    if not ran.stdout:
        raise ServiceNotReady(ran.stderr[-2000:])
    return ran.stdout


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "voucher_service", *arguments]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
