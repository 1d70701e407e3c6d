"""The city's calendar: what day it is in Sanmenxia, and which days its offices work.

Moments are aware UTC datetimes and days are plain dates; this module is the only place that turns one into the other.
Working days are those of the State Council's yearly arrangement, days swapped for a long holiday (调休) included.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import chinese_calendar

from voucher_service.errors import Refusal, in_words

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

CITY_ZONE = ZoneInfo("Asia/Shanghai")
_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


class CalendarYearUnknown(Refusal):
    """The State Council's arrangement of that year is not known here, and a deadline is never guessed."""

    code = "calendar_year_unknown"
    zh = "{year}年的节假日安排尚未录入，无法计算工作日。请系统管理员先用 voucher-service calendar enter 录入。"
    en = "The holidays of {year} are not entered, so working days cannot be counted: voucher-service calendar enter."


class RefusalInTime(Refusal):
    """A refusal with moments among its figures: ISO 8601 in UTC for machines, the city's clock in both sentences."""

    def __init__(self, **figures: object) -> None:
        told = {name: told for name, told in figures.items() if isinstance(told, datetime)}
        super().__init__(**{**figures, **{name: moment.astimezone(UTC).isoformat() for name, moment in told.items()}})
        self._told = {**figures, **{name: local_text(moment) for name, moment in told.items()}}

    @property
    def sentence_zh(self) -> str:
        return in_words(self.zh, self.named(self._told))

    @property
    def sentence_en(self) -> str:
        return in_words(self.en, self._told)


def local_text(moment: datetime) -> str:
    """A moment as a person in the city reads it, to the minute: `2026-03-02 09:15`."""
    return moment.astimezone(CITY_ZONE).strftime("%Y-%m-%d %H:%M")


def local_date(moment: datetime) -> date:
    """The day on the city's wall calendar at `moment`, which must be aware."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone names no day")
    return moment.astimezone(CITY_ZONE).date()


def start_of_day(day: date) -> datetime:
    """The first moment of `day` in the city, in UTC."""
    return datetime.combine(day, time.min, CITY_ZONE).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """The moment at which `day` is over, itself outside: the first moment of the next day, in UTC."""
    return start_of_day(day + _ONE_DAY)


def month_of(moment: datetime) -> int:
    """The city's month at `moment` as the integer YYYYMM, the key by which reports and payment lists are cut."""
    return month_of_date(local_date(moment))


def month_of_date(day: date) -> int:
    return day.year * 100 + day.month


def first_day_of(month: int) -> date:
    """The first day of a month written YYYYMM; ValueError if there is no such month."""
    return date(month // 100, month % 100, 1)


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later (earlier if negative), or that month's last day if it is shorter."""
    year, month_index = divmod(day.year * 12 + day.month - 1 + months, 12)
    last_day = calendar.monthrange(year, month_index + 1)[1]
    return date(year, month_index + 1, min(day.day, last_day))


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days are worked, with the city's own corrections laid over the published arrangement.

    `overrides` maps a day to whether it is worked and wins over everything else. A year in `declared_years` is one
    that an administrator has vouched for: there, a day without an override follows the plain week.
    """

    overrides: Mapping[date, bool] = field(default_factory=dict)
    declared_years: Collection[int] = frozenset()

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on `day`. Refuses with CalendarYearUnknown."""
        if day in self.overrides:
            return self.overrides[day]
        if day.year in self.declared_years:
            return day.weekday() < _SATURDAY
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            raise CalendarYearUnknown(year=day.year) from None

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which itself is not counted. Refuses with CalendarYearUnknown.

        A notice put up on `day` for five working days runs through the end of `add_working_days(day, 5)`.
        """
        if count < 1:
            raise ValueError("a number of working days to add is at least 1")
        while count:
            day += _ONE_DAY
            count -= self.is_working_day(day)
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days lie after `first`, up to and including `last`; 0 if `last` is not after `first`.

        Refuses with CalendarYearUnknown.
        """
        return sum(self.is_working_day(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
