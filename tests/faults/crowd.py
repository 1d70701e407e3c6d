"""A crowd that goes on claiming and redeeming through every fault, and remembers everything it was told.

Each person goes round: claim, open the code, have it scanned, have the redemption undone, give the voucher back. A
request without an answer, or with one that promises nothing (5xx), is sent again under the same key until it has one.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import urllib3
from sqlalchemy import select

from tests.faults.service import RunningService
from tests.journey.city import ANSWERS, PEOPLE, Town, Worker
from voucher_service.database import db
from voucher_service.identifiers import to_hex
from voucher_service.redemptions.models import Redemption
from voucher_service.signing.live_session import LiveSession
from voucher_service.signing.voucher_code import Header
from voucher_service.vouchers.models import Voucher

PATIENCE_SECONDS = 60


class GaveUp(Exception):
    """The service did not answer for a minute, or answered something that no fault explains."""


@dataclass(frozen=True)
class Desk:
    """Where the crowd goes: one school's class, its clerk, and the bureau that undoes."""

    region_id: int
    class_id: str
    clerk: str
    bureau: str


@dataclass
class Told:
    """What was acknowledged: identifiers in hex, with how often the service answered anything at all."""

    vouchers: list[str] = field(default_factory=list)
    redemptions: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0


class Crowd:
    """So many people, each a thread with one connection of its own."""

    def __init__(self, town: Town, service: RunningService, people: int) -> None:
        school = town.city.schools[0]
        number = next(class_id for region_id, class_id in town.city.classes if region_id == school.region_id)
        clerk, bureau = town.staff_token("school1-clerk"), town.staff_token("bureau-clerk")
        self._desk = Desk(school.region_id, to_hex(number), clerk, bureau)
        self._workers = [Worker(town, PEOPLE[500 + n], school.region_id).log_in() for n in range(people)]
        self._address = service.address
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self.failures: list[BaseException] = []
        self.told = Told()

    def start(self) -> None:
        self._threads = [threading.Thread(target=self._live, args=(worker,)) for worker in self._workers]
        for thread in self._threads:
            thread.start()

    def ask_to_finish(self) -> None:
        self._stopping.set()

    def is_busy(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def finish(self) -> Told:
        """Let everybody finish their round, and return what they were told; raises what went wrong for any of them."""
        self.ask_to_finish()
        for thread in self._threads:
            thread.join()
        if self.failures:
            raise self.failures[0]
        return self.told

    def _live(self, worker: Worker) -> None:
        phone = Phone(self._address, self.told)
        try:
            while not self._stopping.is_set():
                go_round(phone, worker, self._desk)
        except BaseException as failure:  # noqa: BLE001 - it is raised again by whoever waits for the thread
            self.failures.append(failure)


def go_round(phone: Phone, worker: Worker, desk: Desk) -> None:
    claimed = phone.post("/api/v1/vouchers", worker.token, {"programme_id": 1, "answers": ANSWERS})
    voucher = claimed["voucher"]
    phone.told.vouchers.append(voucher)
    code = phone.open_code(voucher, worker.token)
    shown = {"id_number": worker.person.id_number, "name": worker.person.name}
    body = {"code": code, "class_id": desk.class_id, "person": shown}
    redeemed = phone.post("/api/v1/redemptions", desk.clerk, body)["redemption"]
    phone.told.redemptions.append(redeemed)
    undo = f"/api/v1/redemptions/{desk.region_id}/{redeemed}/undo"
    phone.post(f"{undo}-request", desk.clerk, {"reason": "wrong_class"})
    phone.post(undo, desk.bureau, {"confirmed": True})
    phone.post(f"/api/v1/vouchers/{voucher}/return", worker.token, {})


class Phone:
    """A client that never doubts: it asks until it has an answer."""

    def __init__(self, address: str, told: Told) -> None:
        self._address = address
        self._pool = urllib3.PoolManager(maxsize=1, timeout=urllib3.Timeout(connect=2, read=8), retries=False)
        self.told = told

    def open_code(self, voucher: str, token: str) -> str:
        header = self._ask("GET", f"/api/v1/vouchers/{voucher}/code-header", token, None)["header"]
        session = LiveSession(secrets.token_bytes(16), Header.from_bytes(bytes.fromhex(header)), b"")
        body = {"header": header, "anchor": session.anchor.hex()}
        signed = self.post(f"/api/v1/vouchers/{voucher}/code-sessions", token, body)
        session = session._replace(signature=bytes.fromhex(signed["signature"]))
        return session.code_at(datetime.now(UTC))

    def post(self, path: str, token: str, body: Any) -> Any:
        return self._ask("POST", path, token, json.dumps(body).encode())

    def _ask(self, method: str, path: str, token: str, body: bytes | None) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": secrets.token_hex(16)}
        headers["Content-Type"] = "application/json"
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = self._pool.request(method, self._address + path, body=body, headers=headers)
            except urllib3.exceptions.HTTPError:
                self.told.unanswered += 1
                time.sleep(0.05)
                continue
            self.told.statuses[answer.status] += 1
            if answer.status < 300:
                return json.loads(answer.data)
            if answer.status != 503:
                raise GaveUp(f"{method} {path}: {answer.status} {answer.data.decode()}")
            assert "Retry-After" in answer.headers
            time.sleep(0.05)
        raise GaveUp(f"no answer to {method} {path}")


@dataclass(frozen=True)
class Kept:
    """What the database holds, in the same words as `Told`."""

    vouchers: list[str]
    redemptions: list[str]


def kept(town: Town) -> Kept:
    with town.app.app_context():
        vouchers = [to_hex(found) for found in db.session.scalars(select(Voucher.voucher_id))]
        redemptions = [to_hex(found) for found in db.session.scalars(select(Redemption.redemption_id))]
    return Kept(vouchers, redemptions)


def disagreements(told: Told, found: Kept) -> list[str]:
    """Say what was acknowledged and is not there, or is there and was never acknowledged (which is a second one)."""
    wrong = []
    for name in ("vouchers", "redemptions"):
        acknowledged, there = Counter(getattr(told, name)), Counter(getattr(found, name))
        wrong += [f"{name}: {number} lost" for number in acknowledged - there]
        wrong += [f"{name}: {number} doubled" for number in there - acknowledged]
    return wrong
