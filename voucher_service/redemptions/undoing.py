"""Taking a redemption back: asked by the institution and confirmed by the bureau, or given back to a whole class."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from voucher_service.classes import service as classes
from voucher_service.database import db
from voucher_service.errors import NotFound
from voucher_service.institutions import service as institutions
from voucher_service.ledger import service as ledger
from voucher_service.programmes import service as programmes
from voucher_service.redemptions.errors import RedemptionOver, UndoNotAsked
from voucher_service.redemptions.models import Redemption
from voucher_service.redemptions.register import find
from voucher_service.redemptions.rules import require_standing, require_undoable
from voucher_service.vouchers import service as vouchers

if TYPE_CHECKING:
    from voucher_service.web.access import Caller


def ask_undo(redemption: Redemption, *, reason: str, note: str, caller: Caller, now: datetime) -> Any:
    """Ask, for the institution, that a redemption be undone; return the open decision.

    Refusals: RedemptionOver, UndoTooLate, AttendedAlready, VoucherNotInState, ReasonUnknown, NoteMissing, DecisionOpen.
    """
    _require_undoable(redemption, now)
    voucher = vouchers.find(redemption.region_id, redemption.voucher_id)
    vouchers.require_state(voucher, "redeemed")
    return vouchers.ask(
        "undo", voucher, reason=reason, note=note, caller=caller, now=now, reference_id=redemption.redemption_id
    )


def settle_undo(redemption: Redemption, caller: Caller, now: datetime, *, confirmed: bool) -> None:
    """Confirm or decline, as the bureau's person, what the institution asked; confirmed, the voucher is claimed again.

    Refusals: NotFound, UndoNotAsked, DecisionByOnePerson, DecisionMade, and when confirmed RedemptionOver, UndoTooLate,
    AttendedAlready, VoucherNotInState. Source: the life of a voucher, 二(五); two persons, 二(三)4.
    """
    if caller.region_id not in {redemption.region_id, redemption.class_region_id, institutions.CITY_REGION}:
        raise NotFound
    decision = vouchers.find_open("undo", redemption.region_id, redemption.voucher_id)
    if decision is None or decision.reference_id != redemption.redemption_id:
        # Somebody may have confirmed it since the redemption was read, and then that is the reason.
        over = find(redemption.region_id, redemption.redemption_id).cancelled_at is not None
        raise RedemptionOver if over else UndoNotAsked
    reason = decision.reason
    vouchers.settle(decision, caller, now, confirmed=confirmed)
    if confirmed:
        _require_undoable(redemption, now)
        give_back(redemption, "RedemptionUndone", reason, ledger.Actor(caller.role, caller.subject_id), now)


def _require_undoable(redemption: Redemption, now: datetime) -> None:
    training_class = classes.get(redemption.class_region_id, redemption.class_id)
    days_max = programmes.rule_numbers(training_class.rule_pack_id)["undo_days_max"]
    require_undoable(redemption, now, days_max=days_max)


def give_back(redemption: Redemption, kind: str, reason: str, actor: ledger.Actor, now: datetime) -> None:
    """Undo a redemption or give it back: the voucher is claimed again, the seat free, the promise void.

    `kind` is RedemptionUndone, which nobody who has attended can have, or RedemptionGivenBack, which everybody in a
    cancelled class gets. Seat, redemption, voucher: every verb locks them in this order.
    Refusals: RedemptionOver, AttendedAlready, VoucherNotInState.
    """
    if find(redemption.region_id, redemption.redemption_id).cancelled_at is not None:
        raise RedemptionOver
    classes.free_seat(redemption.class_region_id, redemption.class_id)
    _cancel(redemption, reason, now, unless_attended=kind == "RedemptionUndone")
    voucher = vouchers.find(redemption.region_id, redemption.voucher_id)
    vouchers.require_state(voucher, "redeemed")
    # What the holder could not use is given back: the time between redemption and now is added.
    lost = now - redemption.redeemed_at
    left_over, programme_id = voucher.left_over_at is not None, voucher.programme_id
    vouchers.move(
        voucher, kind, "claimed", actor=actor, now=now, amount_fen=redemption.amount_fen,
        reference_id=redemption.redemption_id, reserved_fen=None, certify_by=None, occupation_code=None, level=None,
        expires_at=voucher.expires_at + lost, left_over_at=None,
    )  # fmt: skip
    if left_over:
        programmes.give_back_budget(programme_id, redemption.amount_fen)


def _cancel(redemption: Redemption, reason: str, now: datetime, *, unless_attended: bool) -> None:
    """End a live redemption; the UPDATE itself looks whether somebody recorded its holder at this very moment."""
    cancelled = (
        update(Redemption)
        .where(
            Redemption.region_id == redemption.region_id,
            Redemption.redemption_id == redemption.redemption_id,
            Redemption.cancelled_at.is_(None),
        )
        .values(cancelled_at=now, cancel_reason=reason)
        .returning(Redemption.redemption_id)
        .execution_options(synchronize_session=False)
    )
    if unless_attended:
        cancelled = cancelled.where(Redemption.first_attended_at.is_(None))
    if db.session.execute(cancelled).first() is None:
        require_standing(find(redemption.region_id, redemption.redemption_id))
        raise RedemptionOver
    db.session.expire(redemption)
