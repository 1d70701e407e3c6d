"""The close of a class: who attended enough has completed, who did not forfeits, and what the promise still covers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from voucher_service.attendance import counting
from voucher_service.attendance.counting import Attended
from voucher_service.attendance.errors import ClassNotOver, SignInsUndecided
from voucher_service.attendance.rules import completes, freed_fen, hangs_on_doubts
from voucher_service.classes import service as classes
from voucher_service.database import db
from voucher_service.ledger.service import SYSTEM
from voucher_service.programmes import service as programmes
from voucher_service.redemptions import service as redemptions
from voucher_service.roll_calls import service as roll_calls
from voucher_service.vouchers import service as vouchers

IN_TRAINING: Final = "redeemed"


def close_class(training_class: Any, now: datetime) -> dict[str, int]:
    """Close a class whose sessions are over: who attended enough has completed, who did not forfeits.

    The class ends first, so that nobody enters or is recorded while it is counted; whose voucher has ended meanwhile
    is left as they are, and whose voucher is held is left over. The promise of every seat that nobody completed on
    goes back to the budget, once. Returns how many completed and forfeited.
    Refusals: ClassNotOver, SignInsUndecided, and as classes.service.end.
    """
    held = roll_calls.sittings(training_class)
    if not held or any(session.ends_at > now for session in held):
        raise ClassNotOver
    ended = classes.end(training_class.region_id, training_class.class_id, now)
    permille_min = roll_calls.numbers_of(ended)["attendance_permille_min"]
    everybody = {(one.region_id, one.redemption_id): one for one in counting.of_class(ended, now)}
    outcome, kept_fen = {"completed": 0, "forfeited": 0}, 0
    in_training = _in_training(ended)
    free = [everybody[one.region_id, one.redemption_id] for one, voucher in in_training if not voucher.holds]
    _require_decided(free, permille_min)
    for redemption, voucher in in_training:
        if voucher.holds:
            vouchers.leave_over(voucher, now)
            kept_fen += redemption.amount_fen
            continue
        attended = everybody[redemption.region_id, redemption.redemption_id]
        concluded = _conclude(redemption, voucher, attended, permille_min, now)
        outcome[concluded] += 1
        kept_fen += redemption.amount_fen if concluded == "completed" else 0
    _give_promise_back(ended, kept_fen)
    return outcome


def conclude_left_over(redemption: Any, now: datetime) -> None:
    """Decide about a trainee whom the close of the class left out because the voucher was held, and is not any more."""
    training_class = classes.get(redemption.class_region_id, redemption.class_id)
    permille_min = roll_calls.numbers_of(training_class)["attendance_permille_min"]
    voucher = vouchers.find(redemption.region_id, redemption.voucher_id)
    _conclude(redemption, voucher, counting.of_trainee(training_class, redemption, now), permille_min, now)


def _in_training(training_class: Any) -> list[tuple[Any, Any]]:
    """The redemptions of a class whose vouchers are in training, each voucher locked."""
    seated = redemptions.of_class(training_class.region_id, training_class.class_id)
    pairs = [(seat, vouchers.lock(seat.region_id, seat.voucher_id)) for seat in seated]
    return [(seat, voucher) for seat, voucher in pairs if voucher.state == IN_TRAINING]


def _conclude(redemption: Any, voucher: Any, attended: Attended, permille_min: int, now: datetime) -> str:
    note_attended(redemption, attended.permille)
    if not completes(attended.permille, permille_min=permille_min):
        forfeit(redemption, voucher, now)
        return "forfeited"
    vouchers.move(
        voucher, "TrainingCompleted", "completed", actor=SYSTEM, now=now, reference_id=redemption.redemption_id
    )
    return "completed"


def note_attended(redemption: Any, permille: int) -> None:
    """Write down what share of its sessions a redemption's holder attended, in thousandths."""
    redemption.attended_permille = permille
    db.session.flush()  # Whoever decides on it in this unit of work must find it.


def forfeit(redemption: Any, voucher: Any, now: datetime) -> None:
    vouchers.end_unpaid(voucher, "VoucherForfeited", actor=SYSTEM, now=now, reference_id=redemption.redemption_id)


def _require_decided(attended: Sequence[Attended], permille_min: int) -> None:
    doubtful = [one for one in attended if hangs_on_doubts(one.tally, permille_min=permille_min)]
    if doubtful:
        raise SignInsUndecided(trainees=len(doubtful), sign_ins=sum(one.tally.flagged for one in doubtful))


def _give_promise_back(training_class: Any, kept_fen: int) -> None:
    """Take back what was promised for empty seats and for those who did not complete."""
    fen = freed_fen(training_class.capacity, training_class.standard_fen, kept_fen)
    if fen:
        programmes.give_back_budget(training_class.programme_id, fen)
