"""Who does what in the year, drawn from a seed before the first request is sent, and what must come of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Final

from voucher_service.calendar import month_of
from voucher_service.demo.loading import CAPACITY, LASTS, STARTS_AFTER
from voucher_service.demo.people import Person, Population
from voucher_service.demo.quota_split import split
from voucher_service.demo.tables import region_quotas

ROUNDS: Final = 12
PEOPLE_A_ROUND_MIN: Final = 10
"""So often in the year vouchers are claimed and classes opened, in a small year less often."""

TAUGHT_AFTER: Final = STARTS_AFTER + timedelta(days=10)
CLOSED_AFTER: Final = STARTS_AFTER + LASTS + timedelta(days=1)
CERTIFIED_AFTER: Final = STARTS_AFTER + LASTS + timedelta(days=15)
FAILED_PERCENT, LEFT_PERCENT = 15, 8
"""Of those who are certified: so many more fail the exam, and so many more leave the course."""

RETURNED_PERCENT: Final = 3
"""Of all who claim."""


class Fate(StrEnum):
    """How far a voucher gets."""

    LAPSED = "lapsed"
    RETURNED = "returned"
    LEFT = "left"
    FAILED = "failed"
    CERTIFIED = "certified"


class Manner(StrEnum):
    """What goes wrong at the class door; the value is the code of the refusal that it earns, empty for nothing."""

    PLAIN = ""
    EARLY = "class_not_open"
    SCREENSHOT = "code_stale"
    OTHER_CARD = "holder_mismatch"
    TWICE = "already_redeemed"


MANNERS: Final = {1: Manner.SCREENSHOT, 4: Manner.OTHER_CARD, 7: Manner.TWICE, 10: Manner.EARLY}
MANNERS_EVERY: Final = 20
"""One in twenty of those who come to a class for each manner, at these places."""

STAGES: Final = {
    "issued": frozenset(Fate),
    "redeemed": frozenset({Fate.LEFT, Fate.FAILED, Fate.CERTIFIED}),
    "completed": frozenset({Fate.FAILED, Fate.CERTIFIED}),
    "certified": frozenset({Fate.CERTIFIED}),
    "paid": frozenset[Fate](),
}
"""Which fates reach a stage of the funnel."""


@dataclass(frozen=True, slots=True)
class Part:
    """One person's part in the year. `number` is the person's in the population."""

    number: int
    person: Person
    region_id: int
    fate: Fate
    manner: Manner

    @property
    def attends(self) -> bool:
        return self.fate in STAGES["redeemed"]


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

    def classes(self) -> Iterator[tuple[Part, ...]]:
        """Those who attend, in classes of at most as many as a class holds."""
        attending = [part for part in self.parts if part.attends]
        for start in range(0, len(attending), CAPACITY):
            yield tuple(attending[start : start + CAPACITY])


@dataclass(frozen=True, slots=True)
class Expected:
    """Counts by (region, stage), by (month, stage) and of refused scans by code."""

    regions: Counter[tuple[int, str]]
    months: Counter[tuple[int, str]]
    refusals: Counter[str]


def cast(issued: int, used: int, seed: int) -> list[Part]:
    """Give each of `issued` people a part so that `used` are certified, each region having its share of both.

    Raises ValueError for numbers that cannot be: more used than issued in a region.
    """
    draw = Random(seed)  # noqa: S311 - a play, not a secret
    claims, certified = region_quotas(issued), split(used, region_quotas(issued))
    fates = _fates(issued, used, draw)
    homes = [(region_id, place < certified[region_id]) for region_id in claims for place in range(claims[region_id])]
    draw.shuffle(homes)
    manners = _manners()
    parts = []
    for number, (person, (region_id, succeeds)) in enumerate(zip(Population(seed, issued), homes, strict=True)):
        fate = Fate.CERTIFIED if succeeds else next(fates)
        manner = next(manners) if fate in STAGES["redeemed"] else Manner.PLAIN
        parts.append(Part(number, person, region_id, fate, manner))
    return parts


def rounds(parts: Sequence[Part], now: datetime, closes_at: datetime) -> list[Round]:
    """Spread the people evenly over the days from `now` until the programme closes."""
    turns = min(ROUNDS, -(-len(parts) // PEOPLE_A_ROUND_MIN))
    every = (closes_at - now) / turns
    return [Round(now + timedelta(days=(every * turn).days), tuple(parts[turn::turns])) for turn in range(turns)]


def expected(year: Sequence[Round]) -> Expected:
    """Count what the report must give when everybody has played their part."""
    regions: Counter[tuple[int, str]] = Counter()
    months: Counter[tuple[int, str]] = Counter()
    refusals: Counter[str] = Counter()
    for turn in year:
        opened, closed = month_of(turn.opens_at), month_of(turn.closed_at)
        month = {"issued": opened, "redeemed": opened, "completed": closed}
        late = month_of(turn.certified_at)
        for part in turn.parts:
            reached = [stage for stage, fates in STAGES.items() if part.fate in fates]
            regions.update((part.region_id, stage) for stage in reached)
            months.update((month.get(stage, late), stage) for stage in reached)
            refusals.update([part.manner.value] if part.manner else [])
    return Expected(regions, months, refusals)


def _fates(issued: int, used: int, draw: Random) -> Iterator[Fate]:
    """What becomes of those who are not certified, in a random order."""
    if not 0 < used <= issued:
        raise ValueError("there must be somebody who uses a voucher, and nobody can use one that was not issued")
    rest = issued - used
    wanted = {
        Fate.FAILED: -(-used * FAILED_PERCENT // 100),
        Fate.LEFT: -(-used * LEFT_PERCENT // 100),
        Fate.RETURNED: -(-issued * RETURNED_PERCENT // 100),
    }
    fates = [fate for fate, people in wanted.items() for _ in range(people)][:rest]
    fates += [Fate.LAPSED] * (rest - len(fates))
    draw.shuffle(fates)
    return iter(fates)


def _manners() -> Iterator[Manner]:
    while True:
        for place in range(MANNERS_EVERY):
            yield MANNERS.get(place, Manner.PLAIN)
