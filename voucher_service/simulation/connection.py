"""The network between the simulated city and the service: one pool, one bearer token a caller, JSON both ways."""

from __future__ import annotations

import json
import secrets
import time
from datetime import datetime, timedelta
from typing import Any

import urllib3

from voucher_service.simulation.frauds import Catch
from voucher_service.simulation.rates import Stopwatch


class UnexpectedAnswer(Exception):
    """The service answered otherwise than the plan of the year says."""


class Connection:
    """A service at an address, the time that it is there, and how long its answers took."""

    def __init__(self, address: str, workers: int) -> None:
        self._address = address.rstrip("/")
        self._pool = urllib3.PoolManager(maxsize=workers, block=True, timeout=urllib3.Timeout(60))
        self.stopwatch = Stopwatch()
        self._moved_to, self._moved_at = self._read_clock(self.get("/api/v1/trial/clock"))

    def get(self, path: str, token: str = "") -> Any:
        return self._expect("GET", path, token, None, {200})

    def post(self, path: str, body: Any, token: str = "") -> Any:
        """Post and return the answer; raises UnexpectedAnswer for a refusal."""
        return self._expect("POST", path, token, body, {200, 201})

    def upload(self, path: str, content: bytes, token: str) -> Any:
        """Post a file as it is, and return the answer; raises UnexpectedAnswer for a refusal."""
        return self._expect("POST", path, token, content, {200, 201})

    def post_refused(self, path: str, body: Any, token: str, catch: Catch) -> None:
        """Post what must be refused as `catch` says, by that rule and no other; raises UnexpectedAnswer."""
        status, answer = self._send("POST", path, token, body)
        rules = {finding["rule_id"] for finding in answer.get("figures", {}).get("findings", ())}
        if answer.get("code") != catch.code or rules != ({catch.rule_id} if catch.rule_id else set()):
            raise UnexpectedAnswer(f"POST {path} should be refused as {' '.join(catch).strip()}: {status} {answer}")

    def now(self) -> datetime:
        """The service's time, as far as it can be told from here."""
        return self._moved_to + timedelta(seconds=time.monotonic() - self._moved_at)

    def move_clock_to(self, moment: datetime) -> None:
        """Let time pass until `moment`; a moment that has passed already is left behind."""
        if moment > self.now():
            answer = self._expect("PUT", "/api/v1/trial/clock", "", {"now": moment.isoformat()}, {200})
            self._moved_to, self._moved_at = self._read_clock(answer)

    def _read_clock(self, answer: Any) -> tuple[datetime, float]:
        return datetime.fromisoformat(answer["now"]), time.monotonic()

    def _expect(self, method: str, path: str, token: str, body: Any, statuses: set[int]) -> Any:
        status, answer = self._send(method, path, token, body)
        if status not in statuses:
            raise UnexpectedAnswer(f"{method} {path}: {status} {answer}")
        return answer

    def _send(self, method: str, path: str, token: str, body: Any) -> tuple[int, Any]:
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        headers = {"Content-Type": kind, "Idempotency-Key": secrets.token_hex(16)}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        try:
            with self.stopwatch.timing(method, path):
                answer = self._pool.request(method, self._address + path, body=content, headers=headers)
            return answer.status, json.loads(answer.data or b"{}")
        except (urllib3.exceptions.HTTPError, ValueError) as trouble:
            raise UnexpectedAnswer(f"{method} {path}: no answer from {self._address} ({trouble})") from trouble
