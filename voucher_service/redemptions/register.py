"""The register of redemptions: reading them, and marking whose holder has come."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from voucher_service.database import db
from voucher_service.errors import NotFound
from voucher_service.programmes import service as programmes
from voucher_service.redemptions.models import Redemption


def live_redemption(region_id: int, voucher_id: int) -> Redemption | None:
    query = select(Redemption).where(
        Redemption.region_id == region_id, Redemption.voucher_id == voucher_id, Redemption.cancelled_at.is_(None)
    )
    return db.session.scalars(query).one_or_none()


def live_of(vouchers: Collection[tuple[int, int]]) -> dict[int, Redemption]:
    """Return the live redemption of each voucher, given as (region_id, voucher_id), that has one, by voucher."""
    found: dict[int, Redemption] = {}
    for region_id in {region_id for region_id, _ in vouchers}:
        ids = [voucher_id for lies_in, voucher_id in vouchers if lies_in == region_id]
        query = select(Redemption).where(
            Redemption.region_id == region_id, Redemption.voucher_id.in_(ids), Redemption.cancelled_at.is_(None)
        )
        found.update({redemption.voucher_id: redemption for redemption in db.session.scalars(query)})
    return found


def find(region_id: int, redemption_id: int) -> Redemption:
    """Return one redemption; raises NotFound."""
    found = db.session.get(Redemption, (region_id, redemption_id), populate_existing=True)
    if found is None:
        raise NotFound
    return found


def of_class(class_region_id: int, class_id: int, holder_ids: Collection[int] | None = None) -> list[Redemption]:
    """Return the live redemptions of a class, or of some holders in it, in the order of their seats."""
    query = select(Redemption).where(
        Redemption.class_region_id == class_region_id,
        Redemption.class_id == class_id,
        Redemption.cancelled_at.is_(None),
    )
    if holder_ids is not None:
        query = query.where(Redemption.holder_id.in_(holder_ids))
    return list(db.session.scalars(query.order_by(Redemption.redeemed_at)))


def mark_attended(
    class_region_id: int, class_id: int, redemption_ids: Collection[int], now: datetime
) -> list[Redemption]:
    """Return these live redemptions of a class by their ids, locked, each marked from its first attended session on.

    One that is missing is not of this class, or was undone while somebody recorded its holder: the list is shorter.
    """
    query = select(Redemption).where(
        Redemption.class_region_id == class_region_id,
        Redemption.class_id == class_id,
        Redemption.redemption_id.in_(redemption_ids),
        Redemption.cancelled_at.is_(None),
    )
    # In one order, so that two clerks with the same list never wait for each other in a circle.
    query = query.order_by(Redemption.region_id, Redemption.redemption_id).with_for_update()
    found = list(db.session.scalars(query.execution_options(populate_existing=True)))
    for redemption in found:
        redemption.first_attended_at = redemption.first_attended_at or now
    db.session.flush()  # The unit's later statements, and whoever waits for these rows, must find the mark.
    return found


def by_id(redemption_id: int) -> Redemption | None:
    """Return a live redemption wherever its holder lives, for whoever was told its number; None if there is none."""
    query = select(Redemption).where(
        Redemption.region_id.in_(programmes.region_ids()),  # the key begins with the region
        Redemption.redemption_id == redemption_id,
        Redemption.cancelled_at.is_(None),
    )
    return db.session.scalars(query).first()
