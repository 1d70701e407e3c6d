"""The exams of one class in their order: the first, and further ones for whoever completed after it was held.

Somebody whose voucher was on hold at the close of the class completes when the hold is lifted. By then the exam may be
over: the class files another one, and the results of the first stand.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from voucher_service.calendar import local_date
from voucher_service.classes.errors import ClassNotInState
from voucher_service.database import db
from voucher_service.exams.models import Exam, ExamClass, ExamResult
from voucher_service.redemptions import service as redemptions
from voucher_service.vouchers import service as vouchers

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

CANDIDATE = "completed"
"""The voucher's state in which a trainee is examined; a certified one's result stands."""

FILED = ("exam_filed", "examined")
"""States of a class that has an exam."""


def standing_exams(region_id: int, class_id: int) -> Sequence[Exam]:
    """Return the exams that stand filed for a class, the first one first; withdrawn ones are not among them."""
    query = (
        select(Exam)
        .join(ExamClass, (ExamClass.region_id == Exam.region_id) & (ExamClass.exam_id == Exam.exam_id))
        .where(ExamClass.region_id == region_id, ExamClass.class_id == class_id, ExamClass.withdrawn_at.is_(None))
        .order_by(ExamClass.round_no)
    )
    return db.session.scalars(query).all()


def round_of(exam: Exam, class_id: int) -> int:
    """Return which of a class's exams this is, from 1."""
    return db.session.get_one(ExamClass, (exam.region_id, exam.exam_id, class_id)).round_no


def results_of_class(region_id: int, class_id: int) -> dict[int, tuple[Exam, ExamResult]]:
    """The result that counts of each trainee of a class who has one, with its exam, by redemption."""
    return results_in(standing_exams(region_id, class_id))


def results_in(
    exams: Sequence[Exam], redemption_ids: Collection[int] | None = None
) -> dict[int, tuple[Exam, ExamResult]]:
    """The same of the exams of one class or of some trainees; whoever sits with them of another class is there too."""
    if not exams:
        return {}
    by_id = {exam.exam_id: exam for exam in exams}
    rows = select(ExamResult).where(ExamResult.region_id == exams[0].region_id, ExamResult.exam_id.in_(by_id))
    if redemption_ids is not None:
        rows = rows.where(ExamResult.redemption_id.in_(redemption_ids))
    found = db.session.scalars(rows.order_by(ExamResult.revision))
    return {row.redemption_id: (by_id[row.exam_id], row) for row in found}


def candidates_of(exam: Exam, class_id: int) -> dict[int, Any]:
    """Who of a class this exam examines, by redemption: completed, and with no result of another exam."""
    known = results_of_class(exam.region_id, class_id)
    elsewhere = {key for key, (other, _) in known.items() if other.exam_id != exam.exam_id}
    return {key: one for key, one in _completed(exam.region_id, class_id).items() if key not in elsewhere}


def completed_on(seats: Collection[Any]) -> dict[int, date]:
    """The day on which each of these trainees completed the training, by redemption."""
    keys = {(seat.region_id, seat.voucher_id): seat.redemption_id for seat in seats}
    return {keys[key]: local_date(moment) for key, moment in vouchers.completed_at(list(keys)).items()}


def unexamined(region_id: int, class_id: int) -> int:
    """How many of a class have completed and have no result."""
    return len(_completed(region_id, class_id).keys() - results_of_class(region_id, class_id).keys())


def all_examined(region_id: int, class_id: int) -> bool:
    return unexamined(region_id, class_id) == 0


def next_round(held: Any, today: date) -> int:
    """Return the number of the exam that a locked class files now.

    A further one is filed when the last is over and somebody who completed has no result. Refuses with ClassNotInState.
    """
    if held.state == "ended":
        return 1
    last = standing_exams(held.region_id, held.class_id)[-1:] if held.state in FILED else []
    if not last or today <= last[0].held_on or all_examined(held.region_id, held.class_id):
        raise ClassNotInState(state=held.state)
    return round_of(last[0], held.class_id) + 1


def files_again(training_class: Any, today: date) -> bool:
    """Whether a class that has an exam may file another one now."""
    if training_class.state not in FILED:
        return False
    try:
        return next_round(training_class, today) > 1
    except ClassNotInState:
        return False


def _completed(region_id: int, class_id: int) -> dict[int, Any]:
    seats = redemptions.of_class(region_id, class_id)
    states = vouchers.states([(seat.region_id, seat.voucher_id) for seat in seats])
    return {seat.redemption_id: seat for seat in seats if states.get((seat.region_id, seat.voucher_id)) == CANDIDATE}
