"""A scanning device as the page in a browser is one: it has a key, writes its log while off line, and uploads it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from tests.databases import ENGINES
from tests.institutions.test_devices import DeviceKey
from tests.journey.city import PEOPLE, Town, Worker, new_key
from voucher_service.clock import to_microseconds
from voucher_service.database import db
from voucher_service.identifiers import from_hex, to_hex
from voucher_service.redemptions.models import Redemption, RefusedScan
from voucher_service.scanning import log
from voucher_service.scanning.log import Entry

if TYPE_CHECKING:
    from datetime import timedelta

    from voucher_service.demo.people import Person

on_each_engine = pytest.mark.parametrize("town", ENGINES, indirect=True)
"""For tests of what the database itself counts, guards or locks; one engine is enough for all others."""

OFFLINE_SCANS = "/api/v1/offline-scans"


def school_class(town: Town, number: int = 0) -> str:
    """Return a class of the first school."""
    region_id = town.city.schools[0].region_id
    return [to_hex(class_id) for region, class_id in town.city.classes if region == region_id][number]


def ready_worker(town: Town, number: int, **declared: str | None) -> Worker:
    """Return a person who has a voucher and its live code open."""
    worker = Worker(town, PEOPLE[number], town.city.schools[0].region_id).log_in()
    assert worker.claim(**declared).status_code == 201
    return worker.open_code()


def card_of(person: Person, **changes: str) -> dict[str, str]:
    shown = {"id_number": person.id_number, "name": person.name, "method": "typed", "waiver_reason": ""}
    return {**shown, **changes}


@dataclass
class Door:
    """One device of the first school, with the scans that it has made."""

    town: Town
    login_name: str = "school1-clerk"
    key: DeviceKey = field(default_factory=DeviceKey)
    device: str = ""
    sent: list[dict[str, Any]] = field(default_factory=list)
    previous: bytes = log.START
    number: int = 0

    def enrol(self) -> Door:
        school = self.town.city.schools[0].institution_id
        answer = self.town.post(
            f"/api/v1/institutions/{to_hex(school)}/devices",
            self.town.staff_token("school1-admin"),
            self.key.enrolment(school),
        )
        assert answer.status_code == 201, answer.text
        self.device = answer.json["device"]
        return self

    @property
    def token(self) -> str:
        return self.town.staff_token(self.login_name)

    def scan(
        self,
        code: str,
        card: dict[str, str] | None,
        *,
        verdict: str = log.PASSED,
        class_id: str = "",
        clock_off: timedelta | None = None,
        nonce: bytes | None = None,
    ) -> dict[str, Any]:
        """Write one scan into the log and return it as it will be sent."""
        now = self.town.clock.now() + clock_off if clock_off else self.town.clock.now()
        nonce = nonce or secrets.token_bytes(16)
        told = [] if card is None else [card[name] for name in ("id_number", "name", "method", "waiver_reason")]
        entry = Entry(
            device_id=from_hex(self.device),
            number=self.number + 1,
            previous=self.previous,
            nonce=nonce,
            scanned_at_ms=to_microseconds(now) // 1000,
            class_id=from_hex(class_id or school_class(self.town)),
            clerk_id=self.town.city.staff[self.login_name].subject_id,
            person_digest=log.person_digest(nonce, *told) if told else log.NOBODY,
            verdict=verdict,
            code=code,
        )
        self.number, self.previous = entry.number, entry.digest
        data = entry.to_bytes()
        self.sent.append({"entry": data.hex(), "signature": self.key.sign(data).hex(), "person": card})
        return self.sent[-1]

    def admit(self, worker: Worker, **changes: Any) -> dict[str, Any]:
        """Scan a worker's live code and card while off line."""
        return self.scan(worker.code(), card_of(worker.person), **changes)

    def nonce(self) -> bytes:
        answer = self.town.get(f"{OFFLINE_SCANS}/nonce?device={self.device}", self.token)
        assert answer.status_code == 200, answer.text
        return bytes.fromhex(answer.json["nonce"])

    def upload(self, entries: list[dict[str, Any]] | None = None, key: str | None = None) -> Any:
        body = self.upload_body(self.sent if entries is None else entries)
        return self.town.post(OFFLINE_SCANS, self.token, body, key or new_key())

    def upload_body(self, entries: list[dict[str, Any]], nonce: bytes | None = None) -> dict[str, Any]:
        nonce = nonce or self.nonce()
        digests = [Entry.from_bytes(bytes.fromhex(sent["entry"])).digest for sent in entries]
        signature = self.key.sign(log.upload_message(from_hex(self.device), nonce, digests))
        return {"device": self.device, "nonce": nonce.hex(), "entries": entries, "signature": signature.hex()}

    def sync(self, number: int | None = None, digest: bytes | None = None) -> Any:
        nonce, number = self.nonce(), self.number if number is None else number
        digest = digest or self.previous
        signature = self.key.sign(log.sync_message(from_hex(self.device), nonce, number, digest))
        body = {"device": self.device, "nonce": nonce.hex(), "head_number": number, "head_digest": digest.hex()}
        return self.town.post(f"{OFFLINE_SCANS}/syncs", self.token, {**body, "signature": signature.hex()})


def outcomes(answer: Any) -> list[tuple[int, str, str | None]]:
    """Return (number, outcome, reason) of each scan of an upload's answer."""
    assert answer.status_code == 200, answer.text
    return [(scan["number"], scan["outcome"], scan["reason"]) for scan in answer.get_json()["scans"]]


def redemptions(town: Town) -> int:
    with town.app.app_context():
        return db.session.scalars(
            select(func.count()).select_from(Redemption).where(Redemption.cancelled_at.is_(None))
        ).one()


def refused(town: Town) -> list[str]:
    with town.app.app_context():
        return list(db.session.scalars(select(RefusedScan.reason).order_by(RefusedScan.reason)))
