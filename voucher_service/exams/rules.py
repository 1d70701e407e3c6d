"""When an exam is filed in time, and which classes may share one. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from voucher_service.exams.errors import CompletedAfterExam, ExamClassesDiffer, ExamFiledTooLate, ExamNotFiled
from voucher_service.rulebook import decides

if TYPE_CHECKING:
    from collections.abc import Sequence

PASSED: Final = "passed"
OUTCOMES: Final = (PASSED, "failed", "absent")


class Examined(Protocol):
    region_id: int
    occupation_code: str
    level: str


@decides("R22")
def require_notice(held_on: date, today: date, *, days_min: int) -> None:
    """Let pass an exam at least `days_min` city days after `today`. Refuses with ExamFiledTooLate. Source: 附件3."""
    earliest = today + timedelta(days=days_min)
    if held_on < earliest:
        raise ExamFiledTooLate(
            days_min=days_min, today=today.isoformat(), earliest=earliest.isoformat(), held_on=held_on.isoformat()
        )


@decides("R22")
def require_filed(filed: int, *, exams_min: int) -> None:
    """Let pass a class that has filed its exam. Refuses with ExamNotFiled. Source: 附件3."""
    if filed < exams_min:
        raise ExamNotFiled(filed=filed, exams_min=exams_min)


@decides("R18f")
def require_completed(completed_on: date, held_on: date) -> None:
    """Let pass a result of somebody who had completed by the exam's day. Refuses with CompletedAfterExam. 二(三)2.

    What is made up or decided after the exam lets nobody have sat it: they sit the class's next one.
    """
    if completed_on > held_on:
        raise CompletedAfterExam(completed_on=completed_on.isoformat(), held_on=held_on.isoformat())


@decides("R20")
def require_alike(classes: Sequence[Examined]) -> None:
    """Let classes of one region, occupation and level share an exam. Refuses with ExamClassesDiffer. 二(三)3."""
    for field in ("region_id", "occupation_code", "level"):
        if len({getattr(each, field) for each in classes}) > 1:
            raise ExamClassesDiffer(field=field)
