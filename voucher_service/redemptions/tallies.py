"""How a class's door is doing: scans that redeemed and scans that were refused, by reason."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from voucher_service.database import db
from voucher_service.redemptions.models import Redemption, RefusedScan


@dataclass(frozen=True, slots=True)
class Tally:
    """`redeemed` counts live redemptions, `refused` refused scans by the code of the reason, most frequent first."""

    redeemed: int
    refused: dict[str, int]


def tally_of_class(region_id: int, class_id: int) -> Tally:
    """Count the scans of one class so far."""
    live = select(func.count()).where(
        Redemption.class_region_id == region_id, Redemption.class_id == class_id, Redemption.cancelled_at.is_(None)
    )
    scans = func.count().label("scans")
    by_reason = (
        select(RefusedScan.reason, scans)
        .where(RefusedScan.region_id == region_id, RefusedScan.class_id == class_id)
        .group_by(RefusedScan.reason)
        .order_by(scans.desc(), RefusedScan.reason)
    )
    refused = {row.reason: row.scans for row in db.session.execute(by_reason)}
    return Tally(db.session.scalar(live) or 0, refused)
