"""Random days at the door without a net: what truly happened, and in which ways it then arrived.

Nothing here knows a rule. A schedule says when each scan was made, of which step's code, by which device, and lists
lives: each is one order of events in which the same scans arrive, some late, some twice, some devices stopped before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import random

MORNING = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
VOUCHERS_MAX, DEVICES_MAX = 4, 3
AGES = tuple(timedelta(seconds=age) for age in (0, 0, 0, 0, 3, 29, 61, 119, 5400, 90_000, -10, -1800))
"""How long ago the code that is shown was live: a screenshot's age, or below zero a chain that was run ahead."""
PAUSES = tuple(timedelta(seconds=pause) for pause in (5, 40, 900, 7200))
WAITS = tuple(timedelta(minutes=wait) for wait in (1, 30, 300, 1500, 4500))
TOLERATED = timedelta(seconds=150)
LIMIT = timedelta(hours=72)


class Scan(NamedTuple):
    """One entry of a device's log as it was truly made; `previous` is the scan that it names as the one before."""

    device: int
    number: int
    previous: int | None
    voucher: int
    made_at: datetime
    step_at: datetime
    clock_off: timedelta
    admitted: bool = True
    genuine: bool = True
    card: str = "fits"
    """Or "another", when the device let another person's card in, or "changed" after the entry was made."""
    signed: bool = True


class Sync(NamedTuple):
    """The device is heard from, and tells that its log ends with `head`."""

    at: datetime
    device: int
    head: int | None


class Upload(NamedTuple):
    at: datetime
    device: int
    scans: tuple[int, ...]


class Revocation(NamedTuple):
    at: datetime
    device: int


Event = Sync | Upload | Revocation


@dataclass
class Schedule:
    """`orderly`: no log was rolled back, no device is stopped, and in every life all uploads come at one moment."""

    scans: list[Scan] = field(default_factory=list)
    syncs: list[Sync] = field(default_factory=list)
    lives: list[list[Event]] = field(default_factory=list)
    orderly: bool = True


def drawn(draw: random.Random) -> Schedule:
    """Draw one to three devices with up to six scans each of up to four vouchers, and two lives of it."""
    schedule = Schedule()
    for device in range(draw.randint(1, DEVICES_MAX)):
        _work(draw, schedule, device)
    for _ in range(draw.choice((0, 0, 0, 1))):
        _forge(draw, schedule)
    last = max(scan.made_at for scan in schedule.scans)
    end = max([last, *(sync.at for sync in schedule.syncs)]) + draw.choice(WAITS)
    if draw.random() < 0.2:
        # The limit is met to the second, or missed by one.
        end = max(end, draw.choice(schedule.scans).step_at + LIMIT + timedelta(seconds=draw.randint(0, 1)))
    if draw.random() < 0.5:
        schedule.lives = [_all_at_once(draw, schedule, end) for _ in range(2)]
    else:
        schedule.orderly = False
        schedule.lives = [_as_it_comes(draw, schedule, end) for _ in range(2)]
    return schedule


def _work(draw: random.Random, schedule: Schedule, device: int) -> None:
    """One device's days: scans, moments at which it is heard from, and sometimes a backup that is restored."""
    at = MORNING + timedelta(seconds=draw.randrange(0, 7200, 5))
    number, previous = 0, None
    heard_at, backup = at, (number, previous)
    schedule.syncs.append(Sync(at, device, None))
    for _ in range(draw.randint(1, 6)):
        at += draw.choice(PAUSES)
        chance = draw.random()
        if chance < 0.2:
            schedule.syncs.append(Sync(at, device, previous))
            heard_at = at
        elif chance < 0.24 and number > backup[0]:
            number, previous = backup
            schedule.orderly = False
        elif chance < 0.5:
            backup = (number, previous)
        number += 1
        step_at = at - draw.choice(AGES) if draw.random() < 0.85 else heard_at - TOLERATED
        schedule.scans.append(
            Scan(
                device,
                number,
                previous,
                draw.randrange(VOUCHERS_MAX),
                at,
                step_at - timedelta(seconds=step_at.timestamp() % 30),
                timedelta(hours=draw.randint(-24, 24)),
                admitted=draw.random() < 0.92,
                genuine=draw.random() < 0.96,
                card=draw.choice(("fits",) * 18 + ("another", "changed")),
            )
        )
        previous = len(schedule.scans) - 1


def _forge(draw: random.Random, schedule: Schedule) -> None:
    """Somebody adds an entry to a device's upload who does not have its key."""
    like = draw.choice(schedule.scans)
    schedule.scans.append(like._replace(voucher=draw.randrange(VOUCHERS_MAX), signed=False))


def _uploads(draw: random.Random, schedule: Schedule, at: datetime, made: list[int]) -> list[Event]:
    """Send these scans at one moment: every one, some twice, each device's in one piece or in several, in any order."""
    pieces: list[Event] = []
    for device in {schedule.scans[scan].device for scan in made}:
        own = [scan for scan in made if schedule.scans[scan].device == device]
        own += [scan for scan in own if draw.random() < 0.3]
        draw.shuffle(own)
        cut = draw.randint(0, len(own))
        pieces += [Upload(at, device, tuple(piece)) for piece in (own[:cut], own[cut:]) if piece]
    draw.shuffle(pieces)
    return pieces


def _all_at_once(draw: random.Random, schedule: Schedule, end: datetime) -> list[Event]:
    syncs: list[Event] = sorted(schedule.syncs)
    return syncs + _uploads(draw, schedule, end, list(range(len(schedule.scans))))


def _as_it_comes(draw: random.Random, schedule: Schedule, end: datetime) -> list[Event]:
    """Some scans arrive while others are still being made; at the end all of them are sent once more."""
    events: list[Event] = list(schedule.syncs)
    for _ in range(draw.randint(0, 3)):
        at = MORNING + draw.random() * (end - MORNING)
        there = [scan for scan, made in enumerate(schedule.scans) if made.made_at <= at and draw.random() < 0.6]
        events += _uploads(draw, schedule, at, there)
    if draw.random() < 0.2:
        events.append(Revocation(MORNING + draw.random() * (end - MORNING), 0))
    events.sort(key=lambda event: event.at)
    return events + _uploads(draw, schedule, end, list(range(len(schedule.scans))))
