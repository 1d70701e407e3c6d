"""Who does what in the year, drawn from a seed before the first request is sent, and what must come of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Final

from voucher_service.calendar import month_of
from voucher_service.demo.loading import CAPACITY, LASTS, PRACTICAL_DAYS, STARTS_AFTER, THEORY_DAYS
from voucher_service.demo.people import Person, Population
from voucher_service.demo.quota_split import split
from voucher_service.demo.tables import region_quotas
from voucher_service.simulation.frauds import (
    CATCHES,
    CROWD,
    FAULTS,
    FLAGS,
    NEEDS_CERTIFICATES,
    NEEDS_GRADUATES,
    NEEDS_TRAINEES,
    OF_DOOMED_CLASSES,
    SCANNED,
    Manner,
    Scheme,
    dealt,
)

ROUNDS: Final = 12
PEOPLE_A_ROUND_MIN: Final = 10
"""So often in the year vouchers are claimed and classes opened, in a small year less often."""

ROUND_LASTS_MIN: Final = timedelta(days=THEORY_DAYS + PRACTICAL_DAYS)
"""A team teaches in one round after the other, so none begins while the one before is taught."""

TAUGHT_AFTER: Final = STARTS_AFTER + timedelta(days=10)
CLOSED_AFTER: Final = STARTS_AFTER + LASTS + timedelta(days=1)
CERTIFIED_AFTER: Final = STARTS_AFTER + LASTS + timedelta(days=15)
FAILED_PERCENT, LEFT_PERCENT, MISLED_PERCENT = 15, 8, 2
"""Of those who are certified: so many more fail the exam, leave the course, or complete one that loses its subsidy."""

RETURNED_PERCENT: Final = 3
"""Of all who claim."""


class Fate(StrEnum):
    """How far a voucher gets."""

    LAPSED = "lapsed"
    RETURNED = "returned"
    LEFT = "left"
    FAILED = "failed"
    """Completed, and has no certificate that counts."""
    MISLED = "misled"
    """Completed a class that is disqualified before its exam."""
    CERTIFIED = "certified"


STAGES: Final = {
    "issued": frozenset(Fate),
    "redeemed": frozenset({Fate.LEFT, Fate.FAILED, Fate.MISLED, Fate.CERTIFIED}),
    "completed": frozenset({Fate.FAILED, Fate.MISLED, Fate.CERTIFIED}),
    "certified": frozenset({Fate.CERTIFIED}),
    "paid": frozenset[Fate](),
}
"""Which fates reach a stage of the funnel."""

MANNERS: Final = {
    Fate.CERTIFIED: (
        Manner.SCREENSHOT,
        Manner.OLD_CERTIFICATE,
        Manner.TWICE,
        Manner.SOLD_NUMBER,
        Manner.OTHER_CARD,
        Manner.EARLY,
        Manner.ELSEWHERE,
        Manner.OTHER_LEVEL,
        Manner.EAGER,
    ),
    Fate.FAILED: (Manner.FORGED, Manner.UNCOUNTED),
    Fate.LEFT: (Manner.GHOST, Manner.TICKED, Manner.GHOST, Manner.GHOST),
    Fate.LAPSED: (Manner.UNWILLING, Manner.GREEDY, Manner.ABSENT, Manner.OTHER_TRADE, Manner.PUPIL),
}
"""What people with a fate try, in the order in which it is dealt to them."""


@dataclass(frozen=True, slots=True)
class Part:
    """One person's part in the year. `number` is the person's in the population."""

    number: int
    person: Person
    region_id: int
    fate: Fate
    manner: Manner = Manner.PLAIN

    @property
    def attends(self) -> bool:
        return self.fate in STAGES["redeemed"]

    @property
    def opens_code(self) -> bool:
        return self.attends or self.manner in {Manner.ABSENT, Manner.OTHER_TRADE, Manner.PUPIL}

    @property
    def passes(self) -> bool:
        return self.fate is Fate.CERTIFIED or self.manner is Manner.UNCOUNTED

    @property
    def certifies_own(self) -> bool:
        """Whether a certificate is shown that nobody bought."""
        return self.fate is Fate.CERTIFIED and self.manner is not Manner.SOLD_NUMBER


@dataclass(frozen=True, slots=True)
class Round:
    """The people who claim on one day, and when their courses open, are taught, close and are certified."""

    opens_at: datetime
    parts: tuple[Part, ...]

    @property
    def taught_at(self) -> datetime:
        return self.opens_at + TAUGHT_AFTER

    @property
    def closed_at(self) -> datetime:
        return self.opens_at + CLOSED_AFTER

    @property
    def certified_at(self) -> datetime:
        return self.opens_at + CERTIFIED_AFTER

    def frauds(self) -> Iterator[Manner | Scheme]:
        """Everything that is tried in this round and must be refused."""
        yield from (part.manner for part in self.parts if part.manner is not Manner.PLAIN)
        first = next(self.classes(), ())
        idle = set(NEEDS_TRAINEES if not first else ())
        idle |= NEEDS_GRADUATES if not any(part.fate in STAGES["completed"] for part in first) else set()
        idle |= NEEDS_CERTIFICATES if not any(part.certifies_own for part in first) else set()
        idle |= set() if self.crowded() else {Scheme.SIXTY_AT_ONCE}
        idle |= OF_DOOMED_CLASSES
        for _ in self.doomed_classes():
            yield from OF_DOOMED_CLASSES
        yield from (scheme for scheme in Scheme if scheme not in idle)

    def crowded(self) -> bool:
        """Whether the first class has so many who stay that they can be signed in at once."""
        return sum(part.fate is not Fate.LEFT for part in next(self.classes(), ())) >= CROWD

    def classes(self) -> Iterator[tuple[Part, ...]]:
        """Those who attend, in classes of at most as many as a class holds."""
        yield from _in_classes([part for part in self.parts if part.attends and part.fate is not Fate.MISLED])

    def doomed_classes(self) -> Iterator[tuple[Part, ...]]:
        """Those whose class loses its subsidy, likewise."""
        yield from _in_classes([part for part in self.parts if part.fate is Fate.MISLED])


@dataclass(frozen=True, slots=True)
class Expected:
    """Counts by (region, stage) and (month, stage), frauds, and how they are refused or turned down.

    `scans` are refused scans and `answers` refusals of any kind, by code; `rules` those that name rules, by rule;
    `flags` sign-ins that are recorded and not counted, by what they are flagged as.
    """

    regions: Counter[tuple[int, str]] = field(default_factory=Counter)
    months: Counter[tuple[int, str]] = field(default_factory=Counter)
    frauds: Counter[str] = field(default_factory=Counter)
    scans: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)

    def catch(self, fraud: Manner | Scheme) -> None:
        """Count one fraud as caught: its sign-ins flagged, its table turned down, or refused."""
        self.frauds[fraud.name.lower()] += 1
        if fraud in FAULTS:
            return
        if fraud in FLAGS:
            self.flags.update(FLAGS[fraud])
            return
        catch = CATCHES[fraud]
        self.answers[catch.code] += 1
        self.scans.update([catch.code] if fraud in SCANNED else [])
        self.rules.update([catch.rule_id] if catch.rule_id else [])


def cast(issued: int, used: int, seed: int) -> list[Part]:
    """Give each of `issued` people a part so that `used` are certified, each region having its share of both.

    Raises ValueError for numbers that cannot be: more used than issued in a region.
    """
    draw = Random(seed)  # noqa: S311 - a play, not a secret
    claims, certified = region_quotas(issued), split(used, region_quotas(issued))
    fates = _fates(issued, used, draw)
    homes = [(region_id, place < certified[region_id]) for region_id in claims for place in range(claims[region_id])]
    draw.shuffle(homes)
    parts = []
    for number, (person, (region_id, succeeds)) in enumerate(zip(Population(seed, issued), homes, strict=True)):
        fate = Fate.CERTIFIED if succeeds else next(fates)
        parts.append(Part(number, person, region_id, fate))
    return parts


def rounds(parts: Sequence[Part], now: datetime, closes_at: datetime) -> list[Round]:
    """Spread the people evenly over the days from `now` until the programme closes, and deal them their manners.

    Manners are dealt in the order in which people come, so that the first certificate of the year is an honest one;
    nobody claims the next voucher when the programme is over.
    """
    turns = max(1, min(ROUNDS, -(-len(parts) // PEOPLE_A_ROUND_MIN), (closes_at - now) // ROUND_LASTS_MIN))
    every = (closes_at - now) / turns
    manners = {fate: dealt(*MANNERS.get(fate, ())) for fate in Fate}
    year = []
    for turn in range(turns):
        alike = Round(now + timedelta(days=(every * turn).days), tuple(parts[turn::turns]))
        over = {Manner.EAGER} if alike.closed_at >= closes_at else set[Manner]()
        dealt_to = ((part, next(manners[part.fate])) for part in alike.parts)
        played = (_playing(part, Manner.PLAIN if manner in over else manner) for part, manner in dealt_to)
        year.append(replace(alike, parts=tuple(played)))
    return year


def expected(year: Sequence[Round]) -> Expected:
    """Count what the report must give when everybody has played their part."""
    counts = Expected()
    for turn in year:
        opened, closed, certified = (month_of(day) for day in (turn.opens_at, turn.closed_at, turn.certified_at))
        month = {"issued": opened, "redeemed": opened, "completed": closed, "certified": certified}
        for part in turn.parts:
            reached = [stage for stage, fates in STAGES.items() if part.fate in fates]
            counts.regions.update((part.region_id, stage) for stage in reached)
            counts.months.update((month[stage], stage) for stage in reached)
        for fraud in turn.frauds():
            counts.catch(fraud)
    return counts


def _playing(part: Part, manner: Manner) -> Part:
    """Give a part its manner; whoever is brought from another trade is an employee there."""
    employed = part.person._replace(category="enterprise_employee")
    return replace(part, manner=manner, person=employed if manner is Manner.OTHER_TRADE else part.person)


def _in_classes(parts: Sequence[Part]) -> Iterator[tuple[Part, ...]]:
    for start in range(0, len(parts), CAPACITY):
        yield tuple(parts[start : start + CAPACITY])


def _fates(issued: int, used: int, draw: Random) -> Iterator[Fate]:
    """What becomes of those who are not certified, in a random order."""
    if not 0 < used <= issued:
        raise ValueError("there must be somebody who uses a voucher, and nobody can use one that was not issued")
    rest = issued - used
    wanted = {
        Fate.FAILED: -(-used * FAILED_PERCENT // 100),
        Fate.LEFT: -(-used * LEFT_PERCENT // 100),
        Fate.MISLED: -(-used * MISLED_PERCENT // 100),
        Fate.RETURNED: -(-issued * RETURNED_PERCENT // 100),
    }
    fates = [fate for fate, people in wanted.items() for _ in range(people)][:rest]
    fates += [Fate.LAPSED] * (rest - len(fates))
    draw.shuffle(fates)
    return iter(fates)
