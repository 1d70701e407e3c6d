"""A class that does not take place: everybody in it has their voucher back, and its promised budget is free again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from voucher_service.classes import service as classes
from voucher_service.ledger.service import Actor
from voucher_service.redemptions.register import of_class
from voucher_service.redemptions.undoing import give_back
from voucher_service.vouchers import service as vouchers

if TYPE_CHECKING:
    from voucher_service.web.access import Caller


class Cancelled(NamedTuple):
    """The class as it is now; how many vouchers went back to their holders, and how many had ended before."""

    training_class: Any
    given_back: int
    ended_before: int


def cancel_class(region_id: int, class_id: int, reason: str, caller: Caller, now: datetime) -> Cancelled:
    """Call off a class and give every trainee's voucher back, with the validity that was lost in it.

    The class is locked first: whoever scans at this moment is either in it and gets the voucher back, or is refused.
    A voucher that ended while its holder was in training, by forfeit for example, stays ended. The promise for every
    seat goes back to the programme once, with the class. Source: the life of a voucher, 二(五).
    Refuses with NotFound, ClassNotInState.
    """
    held = classes.lock(region_id, class_id)
    classes.require_cancellable(held)
    actor, given_back, ended_before = Actor(caller.role, caller.subject_id), 0, 0
    for redemption in of_class(region_id, class_id):
        if vouchers.find(redemption.region_id, redemption.voucher_id).state == "redeemed":
            give_back(redemption, "RedemptionGivenBack", reason, actor, now)
            given_back += 1
        else:
            ended_before += 1
    return Cancelled(classes.cancel(region_id, class_id, now, lost_seats=ended_before), given_back, ended_before)
