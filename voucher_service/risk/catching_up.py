"""What was skipped while a voucher stood still follows once nothing holds it any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voucher_service.attendance import service as attendance
from voucher_service.classes import service as classes
from voucher_service.ledger.service import SYSTEM
from voucher_service.redemptions import service as redemptions
from voucher_service.vouchers import service as vouchers

if TYPE_CHECKING:
    from datetime import datetime


def catch_up(region_id: int, voucher_id: int, now: datetime) -> None:
    """Let the voucher follow its class: disqualified meanwhile, or closed without it. Its class is locked already."""
    voucher, redemption = vouchers.find(region_id, voucher_id), redemptions.live_redemption(region_id, voucher_id)
    if voucher.holds or redemption is None:
        return
    training_class = classes.get(redemption.class_region_id, redemption.class_id)
    if training_class.state == "disqualified":
        redemptions.conclude_disqualified(redemption, classes.disqualified_for(training_class), SYSTEM, now)
    elif voucher.state == "redeemed" and voucher.left_over_at is not None:
        attendance.conclude_left_over(redemption, now)
