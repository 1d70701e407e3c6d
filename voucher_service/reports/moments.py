"""The ledger's counts as they stood at the end of a past day.

Roll-ups are kept by month, so the end of a month costs nothing more than the present does. A day inside a month
reads that month's facts besides, and only those: the seals say between which commit numbers they lie.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select

from voucher_service.calendar import end_of_day, first_day_of, month_of_date, start_of_day
from voucher_service.database import db
from voucher_service.ledger.counts import Count, counts
from voucher_service.ledger.models import Seal, VoucherFact
from voucher_service.programmes.models import Allotment
from voucher_service.reports.pace import last_day_of
from voucher_service.vouchers.models import Hold, HoldEnd

UNSEALED_MAX = timedelta(days=1)
"""A fact is sealed sooner than this after the moment that it bears; transactions last seconds."""


def counts_of(programme_id: int, day: date, today: date) -> list[Count]:
    """Return a programme's counts at the end of `day`; with today, and any later day, those of this instant."""
    everything = [count for count in counts() if count.programme_id == programme_id]
    if day >= today:
        return everything
    month = month_of_date(day)
    earlier = [count for count in everything if count.month < month]
    if day == last_day_of(month):
        return earlier + [count for count in everything if count.month == month]
    return earlier + _within_month(programme_id, month, end_of_day(day))


def counts_of_held(programme_id: int, day: date, today: date) -> list[Count]:
    """Return the counts of those vouchers alone that a hold stood on at the end of `day`, or stands on now.

    It reads the facts of the held vouchers, which are few, and no others.
    """
    until = None if day >= today else end_of_day(day)
    over = and_(HoldEnd.region_id == Hold.region_id, HoldEnd.hold_id == Hold.hold_id)
    held = select(Hold.region_id, Hold.voucher_id).outerjoin(HoldEnd, over).distinct()
    fact = VoucherFact
    if until is None:
        held, known = held.where(HoldEnd.hold_id.is_(None)), fact.seq > 0
    else:
        held = held.where(Hold.placed_at < until, or_(HoldEnd.hold_id.is_(None), HoldEnd.ended_at >= until))
        known = fact.recorded_at < until
    still = held.subquery()
    by = (fact.region_id, fact.programme_id, fact.period, fact.month, fact.kind, fact.from_state, fact.to_state)
    query = (
        select(*by, func.count(), func.sum(fact.amount_fen))
        .join(still, and_(still.c.region_id == fact.region_id, still.c.voucher_id == fact.voucher_id))
        .where(fact.programme_id == programme_id, known)
        .group_by(*by)
    )
    return [Count(*row[:-1], int(row[-1])) for row in db.session.execute(query)]


def _within_month(programme_id: int, month: int, until: datetime) -> list[Count]:
    fact = VoucherFact
    by = (fact.region_id, fact.programme_id, fact.period, fact.month, fact.kind, fact.from_state, fact.to_state)
    query = (
        select(*by, func.count(), func.sum(fact.amount_fen))
        .where(or_(*_commits_between(programme_id, start_of_day(first_day_of(month)), until)))
        .where(fact.programme_id == programme_id, fact.month == month, fact.recorded_at < until)
        .group_by(*by)
    )
    return [Count(*row[:-1], int(row[-1])) for row in db.session.execute(query)]


def _commits_between(programme_id: int, since: datetime, until: datetime) -> Iterator[ColumnElement[bool]]:
    """Yield for each region where in its log the facts of a span of time can be: no fact is sealed before its time."""
    share = Allotment.region_id
    of_region = select(func.coalesce(func.max(Seal.next_commit_no), 0)).where(Seal.region_id == share)
    first = of_region.where(Seal.sealed_at < since).scalar_subquery()
    beyond = select(func.min(Seal.next_commit_no)).where(
        Seal.region_id == share, Seal.sealed_at >= until + UNSEALED_MAX
    )
    bounds = select(share, first, beyond.scalar_subquery()).where(Allotment.programme_id == programme_id)
    for region_id, low, high in db.session.execute(bounds):
        in_region = (VoucherFact.region_id == region_id, VoucherFact.commit_no >= low)
        yield and_(*in_region, *([] if high is None else [VoucherFact.commit_no < high]))
