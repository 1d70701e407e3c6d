"""What follows from a ruling on a class: its vouchers stand still, move again, or follow it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voucher_service.classes import service as classes
from voucher_service.ledger.service import Actor
from voucher_service.redemptions import service as redemptions
from voucher_service.risk.catching_up import catch_up
from voucher_service.vouchers import service as vouchers

if TYPE_CHECKING:
    from datetime import datetime

    from voucher_service.web.access import Caller

KIND = "class"


def rule(training_class: Any, kind: str, *, reason: str, note: str, caller: Caller, now: datetime) -> Any:
    """Suspend a class at once, with a hold on each live voucher in it; or ask for its lift or disqualification.

    Refusals: as `classes.rule`.
    """
    ruling = classes.rule(training_class, kind, reason=reason, note=note, caller=caller, now=now)
    if kind == "suspend":
        by = (caller.role, caller.person_id or caller.subject_id)
        for redemption in redemptions.of_class(ruling.region_id, ruling.class_id):
            voucher = vouchers.lock(redemption.region_id, redemption.voucher_id)
            if voucher.live:
                vouchers.place_hold(
                    voucher, KIND, reason="suspended", note="", by=by, now=now, subject=ruling.ruling_id
                )
    return ruling


def settle(ruling: Any, caller: Caller, now: datetime, *, confirmed: bool) -> Any:
    """Decide, as the second person, on a lift or a disqualification; confirmed, the vouchers follow the class.

    A lifted class stands where it stood, and its vouchers move again; a disqualified one takes them along, each as its
    rule has it. Refusals: as `classes.settle_ruling`.
    """
    held = classes.settle_ruling(ruling, caller, now, confirmed=confirmed)
    if not confirmed:
        return ruling
    if held.state == "suspended":
        _free(held, ruling, now)
    if ruling.kind == "lift":
        classes.resume(held)
        for redemption in redemptions.of_class(held.region_id, held.class_id):
            catch_up(redemption.region_id, redemption.voucher_id, now)
        return ruling
    actor = Actor(caller.role, caller.subject_id)
    redemptions.disqualify_class(held.region_id, held.class_id, ruling.reason, actor, now)
    return ruling


def _free(held: Any, ruling: Any, now: datetime) -> None:
    """End the holds that came with the suspension of a class."""
    suspended = classes.suspension_of(held)
    for redemption in redemptions.of_class(held.region_id, held.class_id):
        for hold, over in vouchers.holds_of(redemption.region_id, redemption.voucher_id):
            if hold.kind == KIND and hold.subject_id == suspended.ruling_id and over is None:
                vouchers.end_hold(hold, "lift", ruling.reason, now)
