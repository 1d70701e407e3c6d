from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from voucher_service.certificates.errors import (
    CertificateBeforeExam,
    CertificateDateImpossible,
    CertificateInFuture,
    CertificateMismatch,
    CertificateNumberEmpty,
    CertificateOlderThanTraining,
)
from voucher_service.certificates.rules import canonical_issuer, canonical_number, require_days, require_match
from voucher_service.errors import Refusal

ENDS_ON, TODAY = date(2026, 5, 8), date(2026, 5, 20)
KIND = {"occupation_code": "DM01", "level": "junior", "certificate_type": "skill_level"}


@dataclass
class Training:
    occupation_code: str = "DM01"
    level: str = "junior"
    certificate_type: str = "skill_level"
    ends_on: date = ENDS_ON


def refusal_of(examined_on: date, issued_on: date, ends_on: date = ENDS_ON) -> Refusal:
    with pytest.raises(Refusal) as refused:
        require_days(ends_on, examined_on=examined_on, issued_on=issued_on, today=TODAY)
    assert refused.value.sentence_zh
    assert refused.value.sentence_en
    return refused.value


def test_training_exam_certificate_and_entry_may_be_one_day() -> None:
    require_days(TODAY, examined_on=TODAY, issued_on=TODAY, today=TODAY)
    require_days(ENDS_ON, examined_on=ENDS_ON, issued_on=TODAY, today=TODAY)


def test_an_exam_before_the_trainings_end_is_refused() -> None:
    refused = refusal_of(ENDS_ON - timedelta(days=1), TODAY)
    assert isinstance(refused, CertificateOlderThanTraining)
    assert refused.figures == {"examined_on": "2026-05-07", "ends_on": "2026-05-08"}


def test_a_certificate_before_its_exam_is_refused() -> None:
    refused = refusal_of(TODAY, TODAY - timedelta(days=1))
    assert isinstance(refused, CertificateBeforeExam)
    assert refused.figures == {"examined_on": "2026-05-20", "issued_on": "2026-05-19"}


@pytest.mark.parametrize("field", ["examined_on", "issued_on"])
def test_tomorrow_is_refused(field: str) -> None:
    tomorrow = TODAY + timedelta(days=1)
    refused = refusal_of(**{"examined_on": TODAY, "issued_on": TODAY, field: tomorrow})
    assert isinstance(refused, CertificateInFuture)
    assert refused.figures == {"field": field, "day": "2026-05-21", "today": "2026-05-20"}


@pytest.mark.parametrize("field", ["examined_on", "issued_on"])
@pytest.mark.parametrize("day", [date.min, date(1999, 12, 31), date(2100, 1, 1), date.max])
def test_a_day_of_another_century_is_refused(field: str, day: date) -> None:
    refused = refusal_of(**{"examined_on": TODAY, "issued_on": TODAY, field: day})
    assert isinstance(refused, CertificateDateImpossible)
    assert refused.figures == {"field": field, "day": day.isoformat(), "first": "2000-01-01", "last": "2099-12-31"}


@pytest.mark.parametrize("field", KIND)
def test_a_certificate_of_other_work_level_or_kind_is_refused(field: str) -> None:
    require_match(Training(), **KIND)
    with pytest.raises(CertificateMismatch) as refused:
        require_match(Training(), **{**KIND, field: "another"})
    assert refused.value.figures == {"field": field}


@pytest.mark.parametrize("spelling", ["ab-12 (3)", "AB12(3)", "ＡＢ１２（３）", " a b 1 2 ( 3 ) ", "AB–12(3)"])
def test_a_number_has_one_spelling(spelling: str) -> None:
    assert canonical_number(spelling) == "AB12(3)"


@pytest.mark.parametrize("number", ["-", " ", "()", "——"])
def test_a_number_of_nothing_is_refused(number: str) -> None:
    with pytest.raises(CertificateNumberEmpty):
        canonical_number(number)


def test_an_issuer_has_one_spelling() -> None:
    assert canonical_issuer(" 示例 评价机构（Ａ） ") == canonical_issuer("示例评价机构(A)")
