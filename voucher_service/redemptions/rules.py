"""Until when a redemption can be undone, and which days it sets: pure, limits and moments are handed in."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, Protocol

from voucher_service.calendar import add_months, end_of_day
from voucher_service.redemptions.errors import AttendedAlready, RedemptionOver, UndoTooLate


class Redeemed(Protocol):
    redeemed_at: datetime
    first_attended_at: datetime | None
    cancelled_at: datetime | None


def require_undoable(redemption: Redeemed, now: datetime, *, days_max: int) -> None:
    """Raise unless the redemption stands, is at most `days_max` days old, and nobody recorded its holder present.

    Refusals: RedemptionOver, AttendedAlready, UndoTooLate.
    """
    require_standing(redemption)
    if now - redemption.redeemed_at > timedelta(days=days_max):
        raise UndoTooLate(days_max=days_max)


def require_standing(redemption: Redeemed) -> None:
    """Raise unless nothing has ended the right to undo but time: RedemptionOver, AttendedAlready."""
    if redemption.cancelled_at is not None:
        raise RedemptionOver
    if redemption.first_attended_at is not None:
        raise AttendedAlready(first_attended_at=redemption.first_attended_at)


class Days(NamedTuple):
    """What one day's redemptions have in common."""

    certify_by: datetime
    certify_by_text: str
    cooled_off_if_examined_by: str


@lru_cache(maxsize=64)
def days_of(today: date, deadline_months: int) -> Days:
    """Return the deadline of a certificate, and until when an earlier examination must lie (R23). Remembered."""
    certify_by = end_of_day(add_months(today, deadline_months))
    return Days(certify_by, certify_by.isoformat(), add_months(today, -1).isoformat())
