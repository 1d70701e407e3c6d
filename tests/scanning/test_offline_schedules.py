"""A hundred thousand random days without a net against the rules that decide about them, in two orders of arrival each.

`Book` keeps in memory what the service keeps in its tables and asks the same rules in the same order. What should
have happened is said by `ought_to_be_redeemed`, from what the schedule knows of when each scan truly was made.
OFFLINE_SCHEDULES asks for another number of schedules.
"""

from __future__ import annotations

import hashlib
import os
import random
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from voucher_service.scanning import rules
from voucher_service.scanning.log import PASSED, START

SCHEDULES = int(os.environ.get("OFFLINE_SCHEDULES", "100000"))
NOW = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)


class Scan(NamedTuple):
    """One scan as it was truly made; `step_at` lies before `made_at` by the age of the code that was shown."""

    device: int
    number: int
    link: rules.Link
    voucher: int
    made_at: datetime
    step_at: datetime
    verdict: str


class Schedule(NamedTuple):
    scans: list[Scan]
    syncs: dict[int, list[tuple[datetime, int]]]
    """By device: when it was heard from, and the number of its last scan then."""
    rolled_back: bool


class Book:
    """The tables of the service: links by device and number, one outcome for each entry, and who spent each voucher."""

    def __init__(self, schedule: Schedule) -> None:
        self.syncs = schedule.syncs
        self.links: dict[int, dict[int, rules.Link]] = {}
        self.outcomes: dict[bytes, str] = {}
        self.spent: dict[int, bytes] = {}

    def receive(self, scan: Scan) -> str:
        digest = scan.link.digest
        if digest not in self.outcomes:
            self.outcomes[digest] = self._decide(scan)
        return self.outcomes[digest]

    def _decide(self, scan: Scan) -> str:
        links = self.links.setdefault(scan.device, {})
        heard = [at for at, head in self.syncs[scan.device] if head < scan.number]
        place = rules.Place(links, None, max(heard, default=None))
        refusal = rules.against_place(scan.number, scan.link, place, is_signed=True)
        if refusal is None:
            links[scan.number] = scan.link
            refusal = rules.against_claim(rules.Claim(scan.verdict, scan.step_at), place, NOW)
        if refusal is not None:
            return refusal.code
        if scan.voucher in self.spent:
            return "already_redeemed"
        self.spent[scan.voucher] = scan.link.digest
        return "redeemed"


def drawn(draw: random.Random) -> Schedule:
    """Draw one to three devices with up to six scans each of up to four vouchers; some are rolled back."""
    scans: list[Scan] = []
    syncs: dict[int, list[tuple[datetime, int]]] = {}
    rolled_back = False
    for device in range(draw.randint(1, 3)):
        at = NOW - timedelta(minutes=draw.randint(60, 6000))
        number, previous, syncs[device] = 0, START, [(at, 0)]
        kept = (number, previous)
        for _ in range(draw.randint(1, 6)):
            at += timedelta(seconds=draw.choice((5, 40, 900, 7200)))
            if at >= NOW:
                break
            if draw.random() < 0.15:
                syncs[device].append((at, number))
            if draw.random() < 0.02 and number > kept[0]:
                (number, previous), rolled_back = kept, True
            elif draw.random() < 0.3:
                kept = (number, previous)
            number += 1
            scan = _scan(draw, device, number, previous, at)
            previous = scan.link.digest
            scans.append(scan)
    return Schedule(scans, syncs, rolled_back)


def _scan(draw: random.Random, device: int, number: int, previous: bytes, at: datetime) -> Scan:
    age = timedelta(seconds=draw.choice((0, 3, 29, 61, 119, 5400, 90_000)))
    verdict = PASSED if draw.random() < 0.9 else "holder_mismatch"
    # The device's clock is part of what is signed and hashed, and of nothing that is decided.
    device_clock = at + timedelta(hours=draw.randint(-24, 24))
    digest = hashlib.sha256(repr((device, number, previous, device_clock, draw.random())).encode()).digest()
    return Scan(device, number, rules.Link(digest, previous), draw.randrange(4), at, at - age, verdict)


def arrivals(draw: random.Random, schedule: Schedule) -> list[Scan]:
    """Every scan at least once, some several times, in any order."""
    sent = schedule.scans + [scan for scan in schedule.scans if draw.random() < 0.4]
    draw.shuffle(sent)
    return sent


def ought_to_be_redeemed(schedule: Schedule) -> set[int]:
    """The vouchers that were shown live enough, soon enough, at a door that let them in."""
    return {
        scan.voucher
        for scan in schedule.scans
        if scan.verdict == PASSED
        and NOW - scan.step_at <= timedelta(hours=72)
        and not any(
            at - scan.step_at > timedelta(seconds=150) for at, head in schedule.syncs[scan.device] if head < scan.number
        )
    }


def test_no_schedule_doubles_or_loses_a_scan_and_no_order_of_arrival_matters() -> None:
    draw = random.Random(20260309)  # noqa: S311 - a schedule, not a secret
    seen: set[str] = set()
    forked = 0
    for _ in range(SCHEDULES):
        schedule = drawn(draw)
        forked += schedule.rolled_back
        redeemed = []
        for _ in range(2):
            book = Book(schedule)
            sent = arrivals(draw, schedule)
            first = {}
            for scan in sent:
                outcome = book.receive(scan)
                assert first.setdefault(scan.link.digest, outcome) == outcome
            assert book.outcomes.keys() == {scan.link.digest for scan in schedule.scans}
            winners = [scan.voucher for scan in schedule.scans if book.outcomes[scan.link.digest] == "redeemed"]
            assert len(winners) == len(set(winners))
            assert set(winners) <= ought_to_be_redeemed(schedule)
            redeemed.append(set(winners))
            seen |= set(book.outcomes.values())
        if not schedule.rolled_back:
            assert redeemed[0] == redeemed[1] == ought_to_be_redeemed(schedule)
    assert {"redeemed", "already_redeemed", "refused_at_door", "offline_too_late", "offline_stale"} <= seen
    assert {"offline_number_reused", "offline_log_forked"} <= seen
    assert forked > 0
