"""Recording attendance, and at the close of a class deciding who completed it and what its promise still covers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Insert, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from voucher_service.attendance.errors import ClassNotHeld, ClassNotOver, NotOfThisClass, SessionUnknown
from voucher_service.attendance.models import Attendance
from voucher_service.attendance.rules import attended_permille, completes, freed_fen
from voucher_service.classes import service as classes
from voucher_service.database import db
from voucher_service.ledger.service import SYSTEM
from voucher_service.programmes import service as programmes
from voucher_service.redemptions import service as redemptions
from voucher_service.vouchers import service as vouchers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

IN_TRAINING = "redeemed"


def record_attendance(
    training_class: Any, session_no: int, redemption_ids: Sequence[int], recorded_by: int, now: datetime
) -> int:
    """Record who is present at one session that has begun; return how many are newly present.

    Someone recorded twice, or by two clerks at once, counts once. The first attended session ends the right to undo a
    redemption. Refusals: SessionUnknown, ClassNotHeld, NotOfThisClass.
    """
    started = {session.session_no for session in classes.sessions(training_class) if session.starts_at <= now}
    if session_no not in started:
        raise SessionUnknown(session_no=session_no)
    _require_held(training_class, now)
    wanted = set(redemption_ids)
    present = redemptions.mark_attended(training_class.region_id, training_class.class_id, wanted, now)
    if len(present) < len(wanted):
        raise NotOfThisClass(unknown=len(wanted) - len(present))
    if not present:
        return 0
    rows = [
        {
            "region_id": redemption.region_id,
            "redemption_id": redemption.redemption_id,
            "session_no": session_no,
            "class_id": training_class.class_id,
            "recorded_by": recorded_by,
            "recorded_at": now,
        }
        for redemption in present
    ]
    return len(db.session.execute(_recorded().values(rows).returning(Attendance.redemption_id)).all())


def close_class(training_class: Any, now: datetime) -> dict[str, int]:
    """Close a class whose sessions are over: who attended enough has completed, who did not forfeits.

    The class ends first, so that nobody enters or is recorded while it is counted; whose voucher has ended meanwhile
    is left as they are. The promise of every seat that nobody completed on goes back to the budget, once.
    Returns how many completed and forfeited. Refusals: ClassNotOver, and those of classes.service.end.
    """
    held = classes.sessions(training_class)
    if not held or any(session.ends_at > now for session in held):
        raise ClassNotOver
    ended = classes.end(training_class.region_id, training_class.class_id, now)
    permille_min = programmes.rule_numbers(ended.rule_pack_id)["attendance_permille_min"]
    attended = _sessions_attended(ended)
    outcome, kept_fen = {"completed": 0, "forfeited": 0}, 0
    for redemption in redemptions.of_class(ended.region_id, ended.class_id):
        voucher = vouchers.lock(redemption.region_id, redemption.voucher_id)
        if voucher.state != IN_TRAINING:
            continue
        if voucher.holds:
            vouchers.leave_over(voucher, now)
            kept_fen += redemption.amount_fen
            continue
        permille = attended_permille(attended[redemption.region_id, redemption.redemption_id], len(held))
        done = completes(permille, permille_min=permille_min)
        outcome[_conclude(redemption, voucher, permille, completed=done, now=now)] += 1
        kept_fen += redemption.amount_fen if done else 0
    _give_promise_back(ended, kept_fen)
    return outcome


def conclude_left_over(redemption: Any, now: datetime) -> None:
    """Decide about a trainee whom the close of the class left out because the voucher was held, and is not any more."""
    training_class = classes.get(redemption.class_region_id, redemption.class_id)
    held = classes.sessions(training_class)
    permille_min = programmes.rule_numbers(training_class.rule_pack_id)["attendance_permille_min"]
    permille = attended_permille(len(attended_sessions(redemption.region_id, redemption.redemption_id)), len(held))
    voucher = vouchers.find(redemption.region_id, redemption.voucher_id)
    _conclude(redemption, voucher, permille, completed=completes(permille, permille_min=permille_min), now=now)


def _require_held(training_class: Any, now: datetime) -> None:
    """Let the first attendance open the class, once, however many clerks record at that moment."""
    state = training_class.state
    if state == "approved":
        state = classes.lock(training_class.region_id, training_class.class_id).state
    if state == "approved":
        classes.start(training_class.region_id, training_class.class_id, now)
    elif state != "in_session":
        raise ClassNotHeld(state=state)


def _recorded() -> Insert:
    """Return an INSERT that passes over who is recorded already; both databases say it alike, the library does not."""
    if db.engine.dialect.name == "sqlite":
        return sqlite.insert(Attendance).on_conflict_do_nothing()
    return postgresql.insert(Attendance).on_conflict_do_nothing()


def _conclude(redemption: Any, voucher: Any, permille: int, *, completed: bool, now: datetime) -> str:
    db.session.execute(
        update(type(redemption))
        .where(
            type(redemption).region_id == redemption.region_id,
            type(redemption).redemption_id == redemption.redemption_id,
        )
        .values(attended_permille=permille)
    )
    if not completed:
        vouchers.end_unpaid(voucher, "VoucherForfeited", actor=SYSTEM, now=now, reference_id=redemption.redemption_id)
        return "forfeited"
    vouchers.move(
        voucher, "TrainingCompleted", "completed", actor=SYSTEM, now=now, reference_id=redemption.redemption_id
    )
    return "completed"


def _give_promise_back(training_class: Any, kept_fen: int) -> None:
    """Take back what was promised for empty seats and for those who did not complete."""
    fen = freed_fen(training_class.capacity, training_class.standard_fen, kept_fen)
    if fen:
        programmes.give_back_budget(training_class.programme_id, fen)


def _sessions_attended(training_class: Any) -> Counter[tuple[int, int]]:
    """Count the sessions of each (region_id, redemption_id) of a class."""
    key = (Attendance.region_id, Attendance.redemption_id)
    query = select(*key, func.count()).where(Attendance.class_id == training_class.class_id).group_by(*key)
    return Counter({(region_id, redemption_id): held for region_id, redemption_id, held in db.session.execute(query)})


def attended_sessions(region_id: int, redemption_id: int) -> set[int]:
    """Return the numbers of the sessions at which one trainee was present."""
    query = select(Attendance.session_no).where(
        Attendance.region_id == region_id, Attendance.redemption_id == redemption_id
    )
    return set(db.session.scalars(query))
