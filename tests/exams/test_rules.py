from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from voucher_service.exams.errors import CompletedAfterExam, ExamClassesDiffer, ExamFiledTooLate, ExamNotFiled
from voucher_service.exams.rules import require_alike, require_completed, require_filed, require_notice


@dataclass
class Held:
    region_id: int = 411202
    occupation_code: str = "DM01"
    level: str = "junior"


def test_the_notice_counts_whole_days() -> None:
    require_notice(date(2026, 3, 3), date(2026, 2, 28), days_min=3)
    with pytest.raises(ExamFiledTooLate):
        require_notice(date(2026, 3, 2), date(2026, 2, 28), days_min=3)


def test_a_certificate_wants_as_many_filed_exams_as_the_pack_says() -> None:
    require_filed(1, exams_min=1)
    require_filed(0, exams_min=0)
    with pytest.raises(ExamNotFiled) as refused:
        require_filed(0, exams_min=1)
    assert refused.value.figures == {"filed": 0, "exams_min": 1}


def test_whoever_completed_by_the_day_of_the_exam_has_a_result_and_nobody_later() -> None:
    require_completed(date(2026, 3, 3), date(2026, 3, 3))
    with pytest.raises(CompletedAfterExam) as refused:
        require_completed(date(2026, 3, 4), date(2026, 3, 3))
    assert refused.value.figures == {"completed_on": "2026-03-04", "held_on": "2026-03-03"}
    assert refused.value.clause == "二(三)2"


@pytest.mark.parametrize(("field", "other"), [("region_id", 411203), ("occupation_code", "X"), ("level", "senior")])
def test_only_classes_that_are_alike_share_an_exam(field: str, other: object) -> None:
    require_alike([Held(), Held()])
    with pytest.raises(ExamClassesDiffer) as refused:
        require_alike([Held(), Held(**{field: other})])  # type: ignore[arg-type]
    assert refused.value.figures == {"field": field}
