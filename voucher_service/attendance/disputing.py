"""What a holder's "I was not there" does to sign-ins: which can be disputed, and what an upheld dispute takes out."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from voucher_service.attendance import concluding, counting
from voucher_service.attendance.rules import completes
from voucher_service.classes import service as classes
from voucher_service.roll_calls import service as roll_calls
from voucher_service.sign_ins import service as sign_ins

STANDING: Final = ("confirmed", "unconfirmed")


def disputable_sessions(redemption: Any) -> set[int]:
    """Return the numbers of the sessions at which something stands that says that the trainee was there."""
    return {record.session_no for record in _records(redemption) if record.state in STANDING}


def reject_disputed(redemption: Any, session_no: int, now: datetime) -> bool:
    """Reject whatever says that a trainee was at one session, with the class locked; return whether they complete.

    None of it counts any more, nor could a clerk's tick stand in for it. Refusals: SignInSettled.
    """
    sign_ins.lock_people([redemption.holder_id])
    for record in _records(redemption):
        if record.session_no == session_no and record.state in STANDING:
            sign_ins.settle(record, "rejected", *STANDING)
    training_class = classes.get(redemption.class_region_id, redemption.class_id)
    attended = counting.of_trainee(training_class, redemption, now)
    if redemption.attended_permille is not None:
        concluding.note_attended(redemption, attended.permille)
    return completes(attended.permille, permille_min=roll_calls.numbers_of(training_class)["attendance_permille_min"])


def _records(redemption: Any) -> list[Any]:
    training_class = classes.get(redemption.class_region_id, redemption.class_id)
    return counting.records_of(training_class, redemption)
