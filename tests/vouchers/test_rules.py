from __future__ import annotations

from datetime import date

import pytest

from voucher_service.vouchers.errors import NoteMissing, ReasonUnknown
from voucher_service.vouchers.rules import REASONS, REQUIRED_ANSWERS, Past, judge_claim, require_reason

TODAY = date(2026, 3, 31)
WILLING = dict.fromkeys(REQUIRED_ANSWERS, True)


def found(*past: Past, today: date = TODAY, answers: dict[str, bool] | None = None) -> list[tuple[str, date | None]]:
    findings = judge_claim(answers or WILLING, past, today, trainings_max=3, cooling_months=1)
    return [(finding.rule_id, finding.eligible_from) for finding in findings]


def test_a_willing_newcomer_may_claim() -> None:
    assert found() == []


@pytest.mark.parametrize("question", REQUIRED_ANSWERS)
def test_every_question_has_to_be_answered_with_yes(question: str) -> None:
    unanswered = {asked: yes for asked, yes in WILLING.items() if asked != question}
    assert found(answers=unanswered) == found(answers={**WILLING, question: False}) == [("R01", None)]


def test_the_fourth_training_of_a_year_waits_for_the_next() -> None:
    taken = [Past(state, 2026, date(2026, 1, 5)) for state in ("certified", "paid", "completed")]
    assert found(*taken) == [("R01", date(2027, 1, 1))]
    assert found(*taken, today=date(2027, 1, 1)) == []


@pytest.mark.parametrize("state", ["claimed", "returned", "expired", "voided", "forfeited", "revoked"])
def test_what_was_never_used_counts_for_nothing(state: str) -> None:
    assert found(*[Past(state, 2026, None)] * 3) == []


def test_a_course_that_is_not_examined_bars_the_next() -> None:
    assert found(Past("completed", 2026, None)) == [("R23", None)]


def test_an_exam_bars_for_one_calendar_month_that_is_cut_at_its_end() -> None:
    examined = Past("certified", 2026, date(2026, 1, 31))
    assert found(examined, today=date(2026, 2, 27)) == [("R23", date(2026, 2, 28))]
    assert found(examined, today=date(2026, 2, 28)) == []


def test_every_reason_against_a_claim_is_told_at_once() -> None:
    past = [Past("certified", 2026, date(2026, 3, 30))] * 3
    assert [rule for rule, _ in found(*past, answers=dict.fromkeys(REQUIRED_ANSWERS, False))] == ["R01", "R01", "R23"]


@pytest.mark.parametrize("kind", REASONS)
def test_a_decision_needs_one_of_its_own_reasons(kind: str) -> None:
    for reason in REASONS[kind]:
        require_reason(kind, reason, "说明")
    with pytest.raises(ReasonUnknown) as unknown:
        require_reason(kind, "because", "说明")
    assert unknown.value.figures["reasons"] == list(REASONS[kind])


@pytest.mark.parametrize("note", ["", "  "])
def test_another_reason_needs_words(note: str) -> None:
    with pytest.raises(NoteMissing):
        require_reason("void", "other", note)
