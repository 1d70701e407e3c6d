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

Seated = tuple[Any, Any]
"""A redemption and its voucher."""

Trainee = tuple[Any, Any, Attended]
"""A redemption, its voucher, and how its holder attended."""


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
    free, held_back = _in_training(ended)
    trainees = [(seat, voucher, everybody[seat.region_id, seat.redemption_id]) for seat, voucher in free]
    _require_decided([attended for *_, attended in trainees], permille_min)
    vouchers.leave_over([voucher for _, voucher in held_back], now)
    completed, forfeited = _conclude(trainees, permille_min, now)
    _give_promise_back(ended, sum(seat.amount_fen for seat in [*completed, *(seat for seat, _ in held_back)]))
    return {"completed": len(completed), "forfeited": len(forfeited)}


def conclude_left_over(redemption: Any, now: datetime) -> None:
    """Decide about a trainee whom the close of the class left out because the voucher was held, and is not any more."""
    training_class = classes.get(redemption.class_region_id, redemption.class_id)
    permille_min = roll_calls.numbers_of(training_class)["attendance_permille_min"]
    voucher = vouchers.find(redemption.region_id, redemption.voucher_id)
    attended = counting.of_trainee(training_class, redemption, now)
    _conclude([(redemption, voucher, attended)], permille_min, now)


def _in_training(training_class: Any) -> tuple[list[Seated], list[Seated]]:
    """The redemptions of a class whose vouchers are in training, each voucher locked: the free ones and the held."""
    seats = redemptions.of_class(training_class.region_id, training_class.class_id)
    locked = vouchers.lock_all([(seat.region_id, seat.voucher_id) for seat in seats])
    pairs = [(seat, locked[seat.region_id, seat.voucher_id]) for seat in seats]
    found = [(seat, voucher) for seat, voucher in pairs if voucher.state == IN_TRAINING]
    return [pair for pair in found if not pair[1].holds], [pair for pair in found if pair[1].holds]


def _conclude(trainees: Sequence[Trainee], permille_min: int, now: datetime) -> tuple[list[Any], list[Any]]:
    """Let those who attended enough complete, and the others forfeit; return the redemptions of both."""
    completing: list[Seated] = []
    failing: list[Seated] = []
    for seat, voucher, attended in trainees:
        seat.attended_permille = attended.permille
        enough = completes(attended.permille, permille_min=permille_min)
        (completing if enough else failing).append((seat, voucher))
    db.session.flush()  # Whoever decides on it in this unit of work must find it.
    steps = [vouchers.Step(voucher, reference_id=seat.redemption_id) for seat, voucher in completing]
    vouchers.move_all(steps, "TrainingCompleted", "completed", actor=SYSTEM, now=now)
    ends = [(voucher, seat.redemption_id) for seat, voucher in failing]
    vouchers.end_all_unpaid(ends, "VoucherForfeited", actor=SYSTEM, now=now)
    return [seat for seat, _ in completing], [seat for seat, _ in failing]


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
