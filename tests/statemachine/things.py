"""What vouchers, classes and codes are to the model, and how it counts days and months."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CITY = timedelta(hours=8)
STEP = timedelta(seconds=30)


def day_of(moment: datetime) -> date:
    return (moment + CITY).date()


def later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def end_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1) - CITY


@dataclass
class Course:
    """A class: its seats, its days and who was there when."""

    name: str
    region_id: int
    school: str
    capacity: int
    standard_fen: int
    enrols_until: datetime
    ends_on: date
    sessions: list[tuple[datetime, datetime]]
    taken: int = 0
    state: str = "approved"
    examined_on: date | None = None

    @property
    def over(self) -> bool:
        return self.state not in {"approved", "in_session"}

    @property
    def lessons_end(self) -> datetime:
        return self.sessions[-1][1]


@dataclass
class Redemption:
    course: Course
    redeemed_at: datetime
    cancelled: bool = False
    undo_asked: bool = False
    outcome: str | None = None
    attended: set[int] = field(default_factory=set)


@dataclass
class Voucher:
    claimed_on: date
    expires_at: datetime
    state: str = "claimed"
    last_step: datetime | None = None
    redemptions: list[Redemption] = field(default_factory=list)
    certify_by: datetime | None = None
    certificate: str | None = None
    examined_on: date | None = None

    @property
    def standing(self) -> Redemption | None:
        return next((found for found in self.redemptions if not found.cancelled), None)

    def at(self, now: datetime) -> str:
        return "expired" if self.state == "claimed" and self.expires_at <= now else self.state


@dataclass
class Shown:
    """A code on a phone: which opening of the live code it belongs to, when that began, and when it was on show."""

    opening: int
    opened_at: datetime
    at: datetime

    @property
    def step(self) -> datetime:
        return EPOCH + (self.at - EPOCH) // STEP * STEP

    @property
    def begins(self) -> datetime:
        return self.opened_at.replace(second=0, microsecond=0)
