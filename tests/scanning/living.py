"""Schedules lived through in the real service and its database, many at once in one town, by verb or over HTTP."""

from __future__ import annotations

import itertools
import pkgutil
import random
import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from sqlalchemy import func, select

from tests.journey.city import PEOPLE, Town, Worker
from tests.scanning.door import Door, card_of
from tests.scanning.judgement import HEARD, Answers, Record
from tests.scanning.schedules import VOUCHERS_MAX, Event, Revocation, Schedule, Sync
from voucher_service.database import db, unit_of_work
from voucher_service.errors import Refusal
from voucher_service.identifiers import from_hex
from voucher_service.institutions import service as institutions
from voucher_service.redemptions.models import Redemption, RefusedScan
from voucher_service.scanning import log, service
from voucher_service.scanning.log import Entry
from voucher_service.scanning.models import OfflineScan
from voucher_service.signing.live_session import LiveSession
from voucher_service.vouchers import service as vouchers

if TYPE_CHECKING:
    from datetime import datetime

STEP = timedelta(seconds=30)
LIVES_AT_ONCE = 10
"""An institution has at most thirty devices in use, and a schedule up to three."""


class HttpDoor(Door):
    """A device whose clerk's log-in is renewed as the days go by."""

    def hear(self, number: int, digest: bytes) -> str:
        self.town.tokens.clear()
        answer = self.sync(number, digest)
        return HEARD if answer.status_code == 200 else str(answer.json["code"])

    def send(self, entries: list[dict[str, Any]]) -> dict[bytes, str]:
        self.town.tokens.clear()
        answer = self.upload(entries)
        assert answer.status_code == 200, answer.text
        arrived = sorted(digest_of(sent) for sent in {sent["entry"]: sent for sent in entries}.values())
        told = [scan["reason"] or scan["outcome"] for scan in answer.get_json()["scans"]]
        return {digest: outcome for (_, digest), outcome in zip(arrived, told, strict=True)}


class VerbDoor(HttpDoor):
    """The same device when it asks the verbs behind the routes."""

    def hear(self, number: int, digest: bytes) -> str:
        caller, now = self.town.city.staff[self.login_name], self.town.clock.now()
        device = from_hex(self.device)
        with self.town.app.app_context():
            nonce = service.draw_nonce(device, caller, now)
            signature = self.key.sign(log.sync_message(device, nonce, number, digest))
            try:
                service.sync(service.Greeting(device, nonce, number, digest, signature), caller, now)
            except Refusal as refusal:
                return refusal.code
        return HEARD

    def send(self, entries: list[dict[str, Any]]) -> dict[bytes, str]:
        caller, now = self.town.city.staff[self.login_name], self.town.clock.now()
        device = from_hex(self.device)
        with self.town.app.app_context():
            body = self.upload_body(entries, service.draw_nonce(device, caller, now))
            sent = [_as_sent(one) for one in entries]
            nonce, signature = bytes.fromhex(body["nonce"]), bytes.fromhex(body["signature"])
            arrived = service.receive(service.Upload(device, nonce, sent, signature), caller, now)
            return {bytes(scan.digest): scan.reason or str(scan.outcome) for scan in arrived}


class DyingDoor(VerbDoor):
    """The same device when the service dies in the middle of every upload, and is sent all of it again."""

    draw = random.Random(1)  # noqa: S311 - a place to die at, not a secret
    deaths = 0

    def send(self, entries: list[dict[str, Any]]) -> dict[bytes, str]:
        place = f"voucher_service.scanning.{self.draw.choice(('receiving.decide', 'deciding._store'))}"
        left = itertools.count(self.draw.randrange(len(entries)), -1)
        act = pkgutil.resolve_name(place)

        def dying(*given: Any, **named: Any) -> Any:
            if next(left) == 0:
                raise ConnectionError
            return act(*given, **named)

        with patch(place, dying):
            try:
                return super().send(entries)
            except ConnectionError:
                DyingDoor.deaths += 1
        return super().send(entries)


def _as_sent(one: dict[str, Any]) -> service.Sent:
    data, signature = (bytes.fromhex(one[name]) for name in ("entry", "signature"))
    return service.Sent(data, signature, service.Card(**one["person"]))


@dataclass
class Life:
    """One life of a schedule: its own people, phones and devices."""

    town: Town
    schedule: Schedule
    events: list[Event]
    doors: list[HttpDoor]
    workers: list[Worker]
    phones: dict[int, list[LiveSession]] = field(default_factory=dict)
    entries: dict[int, dict[str, Any]] = field(default_factory=dict)
    answers: list[Answers | str] = field(default_factory=list)

    def open_codes(self) -> None:
        """Open the sessions that will show the codes which the schedule wants, each when its first code is live."""
        wanted = sorted({(scan.voucher, scan.step_at) for scan in self.schedule.scans})
        for voucher, step_at in wanted:
            opened = self.phones.setdefault(voucher, [])
            if not opened or step_at >= opened[-1].header.start + STEP * opened[-1].header.steps:
                opened.append(self._open(self.workers[voucher], step_at.replace(second=0)))

    def _open(self, worker: Worker, now: datetime) -> LiveSession:
        with self.town.app.app_context(), unit_of_work():
            voucher = vouchers.find(worker.region_id, from_hex(worker.voucher))
            phone = LiveSession(secrets.token_bytes(16), vouchers.header_for(voucher, now), b"")
            signature = vouchers.open_session(voucher, phone.header.to_bytes(), phone.anchor, now)
        return phone._replace(signature=signature)

    def turns(self) -> Iterator[tuple[datetime, int, Any]]:
        """Everything that happens, by its moment; a scan is made before it can be sent."""
        yield from ((scan.made_at, 1, one) for one, scan in enumerate(self.schedule.scans))
        yield from ((event.at, 0 if isinstance(event, Sync) else 2, event) for event in self.events)

    def make(self, one: int) -> None:
        """Write one scan into its device's log, where the schedule says that it stands."""
        scan = self.schedule.scans[one]
        door, worker = self.doors[scan.device], self.workers[scan.voucher]
        door.number = scan.number - 1
        door.previous = self.head(scan.previous)[1]
        person = PEOPLE[9_999] if scan.card == "another" else worker.person
        sent = door.scan(
            self.code(one),
            card_of(person),
            verdict=log.PASSED if scan.admitted else "holder_mismatch",
            clock_off=scan.clock_off,
        )
        if scan.card == "changed":
            sent["person"] = card_of(person, waiver_reason="后补的说明")
        if not scan.signed:
            sent["signature"] = "0" * 128
        self.entries[one] = sent

    def code(self, one: int) -> str:
        scan = self.schedule.scans[one]
        phone = [opened for opened in self.phones[scan.voucher] if opened.header.start <= scan.step_at][-1]
        digits = phone.code_of_step((scan.step_at - phone.header.start) // STEP)
        return digits if scan.genuine else digits[:-1] + str((int(digits[-1]) + 1) % 10)

    def head(self, one: int | None) -> tuple[int, bytes]:
        return (0, log.START) if one is None else digest_of(self.entries[one])

    def meet(self, event: Event) -> None:
        door = self.doors[event.device]
        if isinstance(event, Revocation):
            caller = self.town.city.staff["school1-admin"]
            with self.town.app.app_context(), unit_of_work():
                school = institutions.get(caller.region_id, caller.institution_id or 0)
                institutions.revoke_device(school, from_hex(door.device), "手机遗失", caller, event.at)
            self.answers.append("stopped")
        elif isinstance(event, Sync):
            self.answers.append(door.hear(*self.head(event.head)))
        else:
            told = door.send([self.entries[one] for one in event.scans])
            self.answers.append({one: told[digest_of(self.entries[one])[1]] for one in event.scans})

    def record(self) -> Record:
        """Return the answers, and what the database holds of this life's vouchers."""
        by_voucher = {from_hex(worker.voucher): number for number, worker in enumerate(self.workers)}
        live = select(Redemption.voucher_id, func.count()).where(Redemption.cancelled_at.is_(None))
        with self.town.app.app_context():
            counted = db.session.execute(live.group_by(Redemption.voucher_id)).all()
        spent = Counter({by_voucher[voucher]: times for voucher, times in counted if voucher in by_voucher})
        return Record(self.answers, spent)


def digest_of(sent: dict[str, Any]) -> tuple[int, bytes]:
    """Return the number and the digest of an entry as it is sent."""
    entry = Entry.from_bytes(bytes.fromhex(sent["entry"]))
    return entry.number, entry.digest


def live_all(town: Town, chosen: list[Schedule], kind: type[HttpDoor]) -> list[list[Record]]:
    """Let every life of these schedules happen in one town on one calendar; return the records of each schedule."""
    people = itertools.count()
    lives = [[_begun(town, schedule, events, kind, people) for events in schedule.lives] for schedule in chosen]
    everyone = list(itertools.chain.from_iterable(lives))
    assert len(everyone) <= LIVES_AT_ONCE
    turns = [(at, turn, life, what) for life in everyone for at, turn, what in life.turns()]
    # Of the same moment a life's own events stay in their order, which is the order of arrival.
    for at, _, life, what in sorted(turns, key=lambda turn: turn[:2]):
        town.clock.moment = at
        life.make(what) if isinstance(what, int) else life.meet(what)
    return [[life.record() for life in of_schedule] for of_schedule in lives]


def _begun(town: Town, schedule: Schedule, events: list[Event], kind: type[HttpDoor], people: Iterator[int]) -> Life:
    devices = {scan.device for scan in schedule.scans}
    doors = [kind(town) for _ in devices]
    for door in doors:
        door.enrol()
    region_id = town.city.schools[0].region_id
    workers = [Worker(town, PEOPLE[next(people)], region_id).log_in() for _ in range(VOUCHERS_MAX)]
    for worker in workers:
        assert worker.claim().status_code == 201
    life = Life(town, schedule, events, doors, workers)
    life.open_codes()
    return life


def scans_kept(town: Town) -> tuple[int, int]:
    """Count the off-line scans of a town, and those that are neither redeemed nor among the refused scans."""
    with town.app.app_context():
        kept = db.session.scalar(select(func.count()).select_from(OfflineScan)) or 0
        redeemed = db.session.scalar(select(func.count()).where(OfflineScan.outcome == "redeemed")) or 0
        refused = db.session.scalar(select(func.count()).select_from(RefusedScan)) or 0
    return kept, kept - redeemed - refused
