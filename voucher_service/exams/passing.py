"""Whether a certificate may rest on an exam of its class: filed, passed, and on the day that the certificate says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voucher_service.classes import service as classes
from voucher_service.exams.errors import ExamDayMismatch, ExamNotPassed
from voucher_service.exams.rounds import results_in, standing_exams
from voucher_service.exams.rules import PASSED, require_filed
from voucher_service.programmes import service as programmes

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from voucher_service.exams.models import Exam, ExamResult


@dataclass(frozen=True, slots=True)
class Examined:
    """The exams of one class, read once for many certificates: how many stand, and each trainee's result that counts.

    `exams_min` is how many the class's rule pack demands.
    """

    filed: int
    exams_min: int
    results: Mapping[int, tuple[Exam, ExamResult]]

    def require_passed(self, redemption: Any, examined_on: date) -> None:
        """Let pass the certificate of one trainee, by the day of its exam. Refuses as `require_passed` below."""
        require_filed(self.filed, exams_min=self.exams_min)
        if not self.filed:
            return
        if (known := self.results.get(redemption.redemption_id)) is None:
            raise ExamNotPassed(outcome="none")
        exam, result = known
        if result.outcome != PASSED:
            raise ExamNotPassed(outcome=result.outcome)
        if examined_on != exam.held_on:
            raise ExamDayMismatch(examined_on=examined_on.isoformat(), held_on=exam.held_on.isoformat())


def examined(region_id: int, class_id: int, redemption_ids: Collection[int]) -> Examined:
    """Read what the certificates of these trainees of a class rest on, as it stands now."""
    filed = standing_exams(region_id, class_id)
    numbers = programmes.rule_numbers(classes.get(region_id, class_id).rule_pack_id)
    return Examined(len(filed), numbers.get("exams_filed_min", 0), results_in(filed, redemption_ids))


def require_passed(redemption: Any, examined_on: date) -> None:
    """Let pass a certificate that rests on the filed exam, which the class's rule pack may demand.

    Refusals: ExamNotFiled, ExamNotPassed, ExamDayMismatch.
    """
    key = (redemption.class_region_id, redemption.class_id)
    examined(*key, [redemption.redemption_id]).require_passed(redemption, examined_on)
