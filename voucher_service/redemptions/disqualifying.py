"""A class that loses its subsidy: what becomes of each trainee's voucher, and of the money that was promised."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from voucher_service.classes import service as classes
from voucher_service.redemptions.register import of_class
from voucher_service.redemptions.undoing import give_back
from voucher_service.vouchers import service as vouchers

if TYPE_CHECKING:
    from datetime import datetime

    from voucher_service.ledger.service import Actor

VALUED: Final = ("certified", "valued", "publicised", "payable")


def disqualify_class(region_id: int, class_id: int, reason: str, actor: Actor, now: datetime) -> Counter[str]:
    """Disqualify a class, in the open unit of work; return how many vouchers went which way.

    Whoever had not completed did nothing wrong and has the voucher back with the validity that was lost, unless the
    class is disqualified because its trainees were not there. Who completed forfeits, as the life of a voucher has
    it, and what was certified already is revoked. A voucher that is on hold and would forfeit waits for its decision.
    Refusals: NotFound, ClassNotInState. Source: 二(三)2, the life of a voucher, 二(五).
    """
    held = classes.lock(region_id, class_id)
    fates = Counter({"given_back": 0, "forfeited": 0, "revoked": 0, "held": 0})
    for redemption in of_class(region_id, class_id):
        if fate := conclude_disqualified(redemption, reason, actor, now):
            fates[fate] += 1
    classes.disqualify(held, now)
    return fates


def conclude_disqualified(redemption: Any, reason: str, actor: Actor, now: datetime) -> str | None:
    """Let one trainee's voucher follow its disqualified class; return what became of it, None if it had ended."""
    voucher = vouchers.lock(redemption.region_id, redemption.voucher_id)
    reference_id = redemption.redemption_id
    if voucher.state == "redeemed" and reason != classes.FAKE:
        give_back(redemption, "RedemptionGivenBack", reason, actor, now)
        return "given_back"
    if voucher.state in VALUED:
        vouchers.end_unpaid(voucher, "VoucherRevoked", actor=actor, now=now, reference_id=reference_id)
        return "revoked"
    if voucher.state not in {"redeemed", "completed"}:
        return None
    if voucher.holds:
        return "held"
    vouchers.end_unpaid(voucher, "VoucherForfeited", actor=actor, now=now, reference_id=reference_id)
    return "forfeited"
