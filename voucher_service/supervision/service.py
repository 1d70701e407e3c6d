"""Recording attendance, and at the close of a class deciding who completed it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from voucher_service.classes import service as classes
from voucher_service.database import db
from voucher_service.ledger.service import SYSTEM
from voucher_service.programmes import service as programmes
from voucher_service.redemptions import service as redemptions
from voucher_service.supervision.errors import ClassNotOver, NotOfThisClass, SessionUnknown
from voucher_service.supervision.models import Attendance
from voucher_service.supervision.rules import attended_permille, completes
from voucher_service.vouchers import service as vouchers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def record_attendance(
    training_class: Any, session_no: int, redemption_ids: Sequence[int], recorded_by: int, now: datetime
) -> int:
    """Record who was present at one session; return how many are newly present.

    Someone recorded twice counts once. Refusals: SessionUnknown, NotOfThisClass.
    """
    started = {session.session_no for session in classes.sessions(training_class) if session.starts_at <= now}
    if session_no not in started:
        raise SessionUnknown(session_no=session_no)
    if training_class.state == "approved":
        classes.start(training_class.region_id, training_class.class_id, now)
    enrolled = {
        redemption.redemption_id: redemption
        for redemption in redemptions.of_class(training_class.region_id, training_class.class_id)
    }
    if not enrolled.keys() >= set(redemption_ids):
        raise NotOfThisClass
    present = _present(training_class, session_no)
    fresh = sorted(set(redemption_ids) - present)
    if fresh:
        db.session.execute(
            insert(Attendance),
            [
                {
                    "region_id": enrolled[redemption_id].region_id,
                    "redemption_id": redemption_id,
                    "session_no": session_no,
                    "class_id": training_class.class_id,
                    "recorded_by": recorded_by,
                    "recorded_at": now,
                }
                for redemption_id in fresh
            ],
        )
    return len(fresh)


def close_class(training_class: Any, now: datetime) -> dict[str, int]:
    """Close a class whose sessions are over: who attended enough has completed, who did not forfeits.

    Returns how many of each. Refusals: ClassNotOver, and those of classes.service.end.
    """
    held = classes.sessions(training_class)
    if not held or any(session.ends_at > now for session in held):
        raise ClassNotOver
    numbers = programmes.rule_numbers(training_class.rule_pack_id)
    attended = Counter(
        db.session.scalars(select(Attendance.redemption_id).where(Attendance.class_id == training_class.class_id))
    )
    outcome = {"completed": 0, "forfeited": 0}
    for redemption in redemptions.of_class(training_class.region_id, training_class.class_id):
        permille = attended_permille(attended[redemption.redemption_id], len(held))
        done = completes(permille, permille_min=numbers["attendance_permille_min"])
        outcome[_conclude(redemption, permille, completed=done, now=now)] += 1
    classes.end(training_class.region_id, training_class.class_id, now)
    return outcome


def _conclude(redemption: Any, permille: int, *, completed: bool, now: datetime) -> str:
    kind, state = ("TrainingCompleted", "completed") if completed else ("VoucherForfeited", "forfeited")
    db.session.execute(
        update(type(redemption))
        .where(
            type(redemption).region_id == redemption.region_id,
            type(redemption).redemption_id == redemption.redemption_id,
        )
        .values(attended_permille=permille)
    )
    voucher = vouchers.find(redemption.region_id, redemption.voucher_id)
    vouchers.move(
        voucher,
        kind,
        state,
        actor=SYSTEM,
        now=now,
        amount_fen=0 if completed else redemption.amount_fen,
        reference_id=redemption.redemption_id,
    )
    return state


def _present(training_class: Any, session_no: int) -> set[int]:
    query = select(Attendance.redemption_id).where(
        Attendance.class_id == training_class.class_id, Attendance.session_no == session_no
    )
    return set(db.session.scalars(query))
