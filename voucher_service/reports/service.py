"""The bureau's funnel against its targets, exact at every instant and as cheap as the roll-ups are small."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from voucher_service.calendar import add_months, month_of_date
from voucher_service.database import db
from voucher_service.errors import NotFound
from voucher_service.programmes.models import Allotment, Programme
from voucher_service.reports import pace, plan
from voucher_service.reports.moments import counts_of, counts_of_held
from voucher_service.reports.outlook import Outlook, outlook, outlooks
from voucher_service.reports.refusals import Refusals, refusals
from voucher_service.reports.roster import Trainee, roster, would_complete
from voucher_service.reports.rows import Page, Row, Wanted, rows_behind
from voucher_service.reports.rules import (
    DEFINITIONS,
    FUNNEL,
    ISSUED,
    KEEPS_NOTE,
    SPLIT_NOTE,
    WAITING,
    WITHDRAWN,
    Cell,
    Place,
    funnel,
    in_month,
    standing,
    total,
    without,
)
from voucher_service.reports.settled import settled_classes

__all__ = [
    "DEFINITIONS",
    "FUNNEL",
    "TARGET_COLUMNS",
    "Outlook",
    "Page",
    "Refusals",
    "Row",
    "Trainee",
    "Wanted",
    "funnel_report",
    "outlook",
    "outlooks",
    "refusals",
    "roster",
    "rows_behind",
    "settled_classes",
    "targets",
    "would_complete",
]

TARGET_COLUMNS = plan.COLUMNS
OLD_AFTER_MONTHS = 3
"""A voucher that still waits so many months after its month of issue is called old; so long is one valid."""


def funnel_report(programme_id: int, today: date, day: date | None = None) -> dict[str, Any]:
    """Return the funnel of one programme beside its targets: by region, by month, its pace, and where vouchers wait.

    As of the end of `day`; without one, or with today, of this instant. Refuses with NotFound.
    """
    programme = db.session.get(Programme, programme_id)
    if programme is None:
        raise NotFound
    day = min(day or today, today)
    counts = counts_of(programme_id, day, today)
    cells, places = funnel(counts), standing(counts)
    used = programme.counts_as_used
    held = funnel(counts_of_held(programme_id, day, today))
    effective = without(cells, held)
    return {
        "programme_id": programme_id,
        "programme": programme.name,
        "as_of": day,
        "counts_as_used": used,
        "definition": DEFINITIONS[used],
        "keeps_note": KEEPS_NOTE,
        "split_note": SPLIT_NOTE,
        "target_issued": programme.target_issued,
        "target_used": programme.target_used,
        "total": {stage: total(cells, stage) for stage in FUNNEL},
        "used": total(effective, used),
        "on_hold": total(held, used),
        "withdrawn": sum(count for place, count in places.items() if place.state in WITHDRAWN),
        "regions": [
            _region(allotment, cells, total(effective, used, allotment.region_id))
            for allotment in _allotments(programme_id)
        ],
        "months": _months(cells),
        "pace": _pace(programme, cells, effective, day),
        "waiting": list(_waiting(places, day)),
    }


def targets() -> dict[str, Any]:
    """Return the plan's three tables side by side, their sums, and where they do not fit together."""
    return plan.as_document()


def _allotments(programme_id: int) -> Sequence[Allotment]:
    of_programme = select(Allotment).where(Allotment.programme_id == programme_id)
    return db.session.scalars(of_programme.order_by(Allotment.region_id)).all()


def _region(allotment: Allotment, cells: Counter[Cell], used: int) -> dict[str, Any]:
    return {
        "region_id": allotment.region_id,
        "quota": allotment.quota,
        "target_used": allotment.target_used,
        "reached": {stage: total(cells, stage, allotment.region_id) for stage in FUNNEL},
        "used": used,
    }


def _months(cells: Counter[Cell]) -> list[dict[str, Any]]:
    return [
        {"month": month, "reached": {stage: in_month(cells, stage, month) for stage in FUNNEL}}
        for month in sorted({cell.month for cell in cells})
    ]


def _pace(programme: Programme, cells: Counter[Cell], effective: Counter[Cell], day: date) -> dict[str, Any]:
    course = pace.Course(programme.opens_on, programme.closes_on, day)
    return {
        "method": pace.METHOD,
        "issued": _line(course, ISSUED, programme.target_issued, cells),
        "used": _line(course, programme.counts_as_used, programme.target_used, effective),
    }


def _line(course: pace.Course, stage: str, target: int, cells: Counter[Cell]) -> dict[str, Any]:
    reached = {month: in_month(cells, stage, month) for month in {cell.month for cell in cells}}
    forecast = pace.forecast(reached, course)
    return {
        "stage": stage,
        "target": target,
        "reached": sum(reached.values()),
        "due": course.due(target, course.day),
        "months": [point._asdict() for point in pace.by_month(reached, course, target)],
        "forecast": None if forecast is None else forecast._asdict(),
    }


def _waiting(places: Counter[Place], day: date) -> Iterable[dict[str, Any]]:
    """Yield each live state with how many vouchers stand in it, and how many of them were issued long ago."""
    old_until = month_of_date(add_months(day, -OLD_AFTER_MONTHS))
    for state in WAITING:
        here = {place: count for place, count in places.items() if place.state == state and count}
        by_region: Counter[int] = Counter()
        for place, count in here.items():
            by_region[place.region_id] += count
        yield {
            "state": state,
            "vouchers": sum(here.values()),
            "old": sum(count for place, count in here.items() if place.period <= old_until),
            "by_region": dict(by_region),
        }
