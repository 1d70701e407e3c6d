"""Classes in which nothing is open any more: everybody's voucher has ended or is certified."""

from __future__ import annotations

from typing import Final

from sqlalchemy import and_, exists, select

from voucher_service.classes.models import TrainingClass
from voucher_service.database import db
from voucher_service.redemptions.models import Redemption
from voucher_service.vouchers.models import Voucher

OVER: Final = ("ended", "exam_filed", "examined")
"""States of a class after its close; a suspended one waits for two persons."""

OPEN: Final = ("redeemed", "completed")
"""A voucher in one of these still has a certificate before it, or its deadline, or a hold to be decided."""


def settled_classes(limit: int = 500) -> list[tuple[int, int]]:
    """Return (region_id, class_id) of classes that can be closed for good: none of their vouchers leads on any more.

    Nothing leads back from there: a class that ended takes nobody in, and no certified voucher is completed again.
    """
    of_class = and_(
        Redemption.class_region_id == TrainingClass.region_id,
        Redemption.class_id == TrainingClass.class_id,
        Redemption.cancelled_at.is_(None),
    )
    of_redemption = and_(Voucher.region_id == Redemption.region_id, Voucher.voucher_id == Redemption.voucher_id)
    open_voucher = exists().where(of_class, of_redemption, Voucher.state.in_(OPEN))
    query = select(TrainingClass.region_id, TrainingClass.class_id).where(TrainingClass.state.in_(OVER), ~open_voucher)
    return [(row.region_id, row.class_id) for row in db.session.execute(query.limit(limit))]
