"""What attendance shows: a clerk's ticks, who stands how with what is missing, decisions, and the close of a class."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from voucher_service.attendance.concluding import close_class, conclude_left_over
from voucher_service.attendance.counting import Attended, of_class, of_trainee
from voucher_service.attendance.deciding import (
    decide_flagged,
    decisions_of,
    find_decision,
    settle_void,
    void,
    waiting_voids,
)
from voucher_service.attendance.disputing import disputable_sessions, reject_disputed
from voucher_service.attendance.models import SignInDecision
from voucher_service.attendance.rules import COUNTING, Missing, Standing, attended_permille, completes
from voucher_service.sign_ins import service as sign_ins

__all__ = [
    "COUNTING",
    "Attended",
    "Missing",
    "SignInDecision",
    "Standing",
    "attended_permille",
    "close_class",
    "completes",
    "conclude_left_over",
    "decide_flagged",
    "decisions_of",
    "disputable_sessions",
    "find_decision",
    "of_class",
    "of_trainee",
    "record_attendance",
    "reject_disputed",
    "settle_void",
    "void",
    "waiting_voids",
]


def record_attendance(
    training_class: Any,
    session_no: int,
    redemption_ids: Sequence[int],
    recorded_by: int,
    now: datetime,
    *,
    late_minutes: int = 0,
) -> int:
    """Record whom a clerk ticked at one session that has begun; return how many are newly present.

    A tick is unconfirmed; how many of those count is the rule pack's to say. The first attended session ends the right
    to undo a redemption. Refusals: SessionUnknown, ClassNotHeld, NotOfThisClass.
    """
    return sign_ins.tick(training_class, session_no, redemption_ids, late=late_minutes, by=recorded_by, now=now)
