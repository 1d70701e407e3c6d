"""Which days the city's offices work, as far as somebody entered it: a year's holidays, and corrections of a year.

The State Council publishes a year's arrangement in the autumn before it; a year that nobody has entered and that the
calendar's library does not know has no working days that could be counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import chinese_calendar
from sqlalchemy import select

from voucher_service.calendar import WorkingCalendar
from voucher_service.database import db
from voucher_service.programmes.errors import WorkingYearUnsound
from voucher_service.programmes.models import WorkingYear

_SATURDAY = 5


def working_calendar() -> WorkingCalendar:
    """Return the published arrangement with what was entered laid over it: of each year what was entered last."""
    rows = db.session.scalars(select(WorkingYear).order_by(WorkingYear.year, WorkingYear.revision))
    last = {row.year: row.days for row in rows}
    overrides = {date.fromisoformat(day): works for days in last.values() for day, works in days.items()}
    return WorkingCalendar(overrides, last.keys() - _published_years())


def entered_of(year: int) -> WorkingYear | None:
    """Return what was entered last of a year."""
    rows = select(WorkingYear).where(WorkingYear.year == year).order_by(WorkingYear.revision.desc()).limit(1)
    return db.session.scalar(rows)


def enter_year(year: int, days: Mapping[date, bool], source: str, now: datetime) -> WorkingYear:
    """Enter the days of a year that are not like their weekday, worked or not, in the open unit of work.

    They replace what was entered of that year before, which stays on record. Refuses with WorkingYearUnsound: a day of
    another year, a year that the library does not know without one weekday off, or nobody named as the source.
    """
    if not source.strip():
        raise WorkingYearUnsound(year=year, fault="no source")
    if strangers := sorted(day for day in days if day.year != year):
        raise WorkingYearUnsound(year=year, fault=f"{strangers[0]}")
    has_holiday = any(day.weekday() < _SATURDAY and not works for day, works in days.items())
    if year not in _published_years() and not has_holiday:
        raise WorkingYearUnsound(year=year, fault="no holiday")
    last = entered_of(year)
    row = WorkingYear(
        year=year,
        revision=last.revision + 1 if last else 1,
        days={day.isoformat(): works for day, works in sorted(days.items())},
        source=source.strip(),
        entered_at=now,
    )
    db.session.add(row)
    return row


def _published_years() -> set[int]:
    return {day.year for day in chinese_calendar.constants.holidays}
