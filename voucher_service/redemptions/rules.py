"""Until when a redemption can be undone: pure, the limit and the moment are handed in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

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
