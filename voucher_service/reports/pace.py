"""Pace and forecast: what was reached by each month against a straight line to the target. Whole numbers only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

from voucher_service.calendar import add_months, first_day_of, month_of_date

MONTHS_LOOKED_AT: Final = 3
_ONE_DAY: Final = timedelta(days=1)

METHOD: Final = (
    "预测＝现有数＋最近三个完整月的日均×剩余天数；误差＝同一方法逐月回测的平均绝对误差×剩余月数。"
    "Forecast = reached so far + the daily mean of the last three whole months × days left; its error = the mean "
    "absolute error of the same method month by month × months left."
)


@dataclass(frozen=True, slots=True)
class Course:
    """The days of a programme, both included, and the day that a report is as of."""

    opens_on: date
    closes_on: date
    day: date

    @property
    def months(self) -> list[int]:
        """Every month of the programme, yyyymm."""
        return list(_months(self.opens_on, self.closes_on))

    @property
    def whole_months(self) -> list[int]:
        """The months that are over, from the programme's first on."""
        return [month for month in self.months if last_day_of(month) <= self.day]

    @property
    def days_left(self) -> int:
        return max((self.closes_on - max(self.day, self.opens_on - _ONE_DAY)).days, 0)

    def due(self, target: int, day: date) -> int:
        """What a straight line from nothing to the target comes to at the end of `day`."""
        length = (self.closes_on - self.opens_on).days + 1
        gone = min(max((day - self.opens_on).days + 1, 0), length)
        return target * gone // length


class Forecast(NamedTuple):
    """What is expected by the programme's last day, and by how many the method has been wrong, carried that far."""

    expected: int
    error: int | None


class MonthOfPace(NamedTuple):
    """What is reached (None for a month that has not begun) and what is due by a month's end."""

    month: int
    reached: int | None
    due: int


def by_month(reached: Mapping[int, int], course: Course, target: int) -> list[MonthOfPace]:
    """Return each month of the programme, and each month after it in which something came, added up to its end."""
    now = month_of_date(course.day)
    months = sorted({*course.months, *(month for month in reached if month <= now)})
    return [
        MonthOfPace(
            month,
            sum(count for earlier, count in reached.items() if earlier <= month) if month <= now else None,
            course.due(target, last_day_of(month)),
        )
        for month in months
    ]


def forecast(reached: Mapping[int, int], course: Course) -> Forecast | None:
    """Carry the last whole months on to the programme's end; None before the first whole month and after the end."""
    whole = course.whole_months
    if not whole or not course.days_left:
        return None
    expected = sum(reached.values()) + _carried(reached, whole[-MONTHS_LOOKED_AT:], course.days_left)
    misses = [
        abs(_carried(reached, whole[max(0, at - MONTHS_LOOKED_AT) : at], days_of(month)) - reached.get(month, 0))
        for at, month in enumerate(whole)
        if at
    ]
    months_left = -(-course.days_left // 30)
    return Forecast(expected, sum(misses) * months_left // len(misses) if misses else None)


def last_day_of(month: int) -> date:
    return add_months(first_day_of(month), 1) - _ONE_DAY


def days_of(month: int) -> int:
    return last_day_of(month).day


def _carried(reached: Mapping[int, int], months: Sequence[int], days: int) -> int:
    return sum(reached.get(month, 0) for month in months) * days // sum(days_of(month) for month in months)


def _months(first: date, last: date) -> Iterator[int]:
    day = first.replace(day=1)
    while day <= last:
        yield month_of_date(day)
        day = add_months(day, 1)
