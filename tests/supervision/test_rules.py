from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from voucher_service.supervision.errors import (
    ClassLostSubsidy,
    ClassNotInspected,
    InspectionPlacesFilled,
    OnlineNotRecognised,
    PayableReached,
    RecordingsMissing,
    RepairNotOver,
    SurveyTooFewAnswers,
)
from voucher_service.supervision.rules import (
    COUNTS,
    FAULTS,
    FIRST_DAY,
    MID_COURSE,
    OUTSIDE_DAYS,
    OUTSIDE_SESSIONS,
    UNANNOUNCED,
    UNLISTED,
    UNREPORTED,
    Checked,
    Checks,
    OnlineReport,
    Tally,
    answers_needed,
    faults_in,
    kept_until,
    loses_subsidy,
    opening_head_count,
    reasons_against,
    repaired_from,
    require_answers,
    require_inspected,
    require_payable,
    require_place,
    require_recognised,
    require_recorded,
    require_repaired,
    require_subsidised,
    satisfies,
    short_lessons,
    standing,
    training_head_count,
    unfilmed_minutes,
)

NINE = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
"""Nine in the morning in the city."""


@dataclass
class Piece:
    starts_at: datetime
    ends_at: datetime


def minutes(start: float, end: float) -> Piece:
    return Piece(NINE + timedelta(minutes=start), NINE + timedelta(minutes=end))


def visits(*present: int) -> Checks:
    return Checks([Checked(MID_COURSE, heads) for heads in present], [])


# R14, R15, R18a


def test_the_average_present_is_rounded_down() -> None:
    assert training_head_count(visits(*[28] * 9, 27)) == 27  # 27.9
    assert training_head_count(visits(28, 28)) == 28
    assert training_head_count(visits()) is None


def test_the_average_is_of_the_visits_during_the_course_then_of_recordings_then_of_the_first_day() -> None:
    first, later = Checked(FIRST_DAY, 40), Checked(UNANNOUNCED, 20)
    assert training_head_count(Checks([first, later], [30])) == 20
    assert training_head_count(Checks([first], [30, 31])) == 30
    assert training_head_count(Checks([first], [])) == 40
    assert opening_head_count(Checks([later, first], [])) == 40
    assert opening_head_count(Checks([later], [])) is None


def test_the_cap_lets_the_last_place_go_and_not_one_more() -> None:
    checks = visits(*[28] * 9, 27)
    require_payable(26, checks)
    with pytest.raises(PayableReached) as refused:
        require_payable(27, checks)
    assert refused.value.figures == {"checks": 10, "payable": 27, "valued": 27, "next": 28}
    with pytest.raises(PayableReached):
        require_payable(0, visits(0))


def test_one_inspection_or_one_effective_recording_is_enough() -> None:
    require_inspected(visits(20), inspections_min=1)
    require_inspected(Checks([], [20]), inspections_min=1)
    require_inspected(Checks([Checked(FIRST_DAY, 20)], [20]), inspections_min=2)
    with pytest.raises(ClassNotInspected) as refused:
        require_inspected(visits(), inspections_min=1)
    assert refused.value.figures == {"inspections": 0, "videos": 0, "inspections_min": 1}


@pytest.mark.parametrize(
    ("at", "kind", "expected"),
    [
        (minutes(0, 1).starts_at, FIRST_DAY, COUNTS),
        (minutes(360, 361).starts_at, MID_COURSE, COUNTS),
        (minutes(361, 362).starts_at, MID_COURSE, OUTSIDE_SESSIONS),
        (minutes(-1, 0).starts_at, UNANNOUNCED, OUTSIDE_SESSIONS),
        (NINE + timedelta(days=1), FIRST_DAY, OUTSIDE_DAYS),
        (NINE + timedelta(days=2), MID_COURSE, OUTSIDE_DAYS),
        (NINE - timedelta(days=1), MID_COURSE, OUTSIDE_DAYS),
    ],
)
def test_a_visit_counts_within_days_and_sessions(at: datetime, kind: str, expected: str) -> None:
    sessions = [minutes(0, 360), minutes(24 * 60, 30 * 60)]
    assert standing(at, kind, sessions, days=(date(2026, 3, 9), date(2026, 3, 10))) == expected


def test_the_form_has_one_place_for_the_first_day_and_two_during_the_course() -> None:
    require_place(FIRST_DAY, 0)
    require_place(MID_COURSE, 1)
    require_place(UNANNOUNCED, 99)
    with pytest.raises(InspectionPlacesFilled):
        require_place(FIRST_DAY, 1)
    with pytest.raises(InspectionPlacesFilled) as refused:
        require_place(MID_COURSE, 2)
    assert refused.value.figures == {"made": 2, "places": 2}


# R18b to R18e


def test_a_session_without_a_recording_is_named() -> None:
    require_recorded([])
    with pytest.raises(RecordingsMissing) as refused:
        require_recorded([7, 3])
    assert refused.value.figures == {"sessions": 2, "first": 3}


def test_theory_is_filmed_throughout_and_overlaps_count_once() -> None:
    session = minutes(0, 360)
    assert unfilmed_minutes(session, [minutes(-5, 400)]) == 0
    assert unfilmed_minutes(session, [minutes(0, 200), minutes(100, 359)]) == 1
    assert unfilmed_minutes(session, [minutes(0, 359.5)]) == 1
    assert unfilmed_minutes(session, []) == 360


def test_fifteen_unbroken_minutes_of_each_lesson_are_enough_and_fourteen_are_not() -> None:
    session = minutes(0, 90)

    def short(*films: Piece) -> int:
        return short_lessons(session, films, lesson_minutes=45, minutes_min=15)

    assert short(minutes(0, 15), minutes(45, 60)) == 0
    assert short(minutes(0, 15), minutes(45, 59)) == 1
    assert short(minutes(30, 60)) == 0
    assert short(minutes(31, 60)) == 1
    assert short(minutes(0, 8), minutes(8, 15), minutes(45, 90)) == 0
    assert short(minutes(0, 8), minutes(9, 16), minutes(45, 90)) == 1
    assert short() == 2
    assert short_lessons(minutes(0, 20), [minutes(0, 15)], lesson_minutes=45, minutes_min=15) == 0


def test_the_third_strike_takes_the_subsidy() -> None:
    assert not loses_subsidy(2, strikes=3)
    assert loses_subsidy(3, strikes=3)
    require_subsidised("examined", 2, strikes=3)
    for state, incomplete in (("examined", 3), ("disqualified", 0)):
        with pytest.raises(ClassLostSubsidy) as refused:
            require_subsidised(state, incomplete, strikes=3)
        assert refused.value.figures == {"incomplete": incomplete, "strikes": 3}


def test_recordings_are_kept_three_calendar_years() -> None:
    assert kept_until(date(2026, 3, 9), years=3) == date(2029, 3, 9)
    assert kept_until(date(2028, 2, 29), years=3) == date(2031, 2, 28)


# R18h


def report(**changes: int) -> OnlineReport:
    sound = {
        "fast_forwards": 0,
        "windows_max": 1,
        "longest_seconds_without_popup": 300,
        "liveness_checks": 1,
        "out_of_order": 0,
        "photos": 4,
    }
    return OnlineReport(session_no=1, platform="示例平台", **{**sound, **changes})


def test_a_sound_report_has_no_fault() -> None:
    assert faults_in(report(), lessons=4, popup_minutes_max=5) == {}


@pytest.mark.parametrize(
    ("fault", "changes", "figure"),
    [
        ("fast_forward", {"fast_forwards": 1}, 1),
        ("several_windows", {"windows_max": 2}, 2),
        ("no_popup", {"longest_seconds_without_popup": 301}, 301),
        ("no_liveness", {"liveness_checks": 0}, 0),
        ("out_of_order", {"out_of_order": 1}, 1),
        ("no_photo", {"photos": 3}, 3),
    ],
)
def test_each_of_the_six_faults_is_found(fault: str, changes: dict[str, int], figure: int) -> None:
    assert faults_in(report(**changes), lessons=4, popup_minutes_max=5) == {fault: figure}


def test_what_is_not_reported_or_not_listed_is_not_recognised() -> None:
    assert reasons_against("示例平台", [], {"示例平台"}) == [UNREPORTED]
    assert reasons_against("别的平台", [{}], {"示例平台"}) == [UNLISTED]
    assert reasons_against("示例平台", [{}, {}], {"示例平台"}) == []
    both = [{"no_photo": 1}, {"fast_forward": None}]
    assert reasons_against("示例平台", both, {"示例平台"}) == ["fast_forward", "no_photo"]
    assert len(FAULTS) == 6


def test_a_trainee_needs_enough_sessions_without_those_that_do_not_count() -> None:
    require_recognised({1, 2, 3, 4}, [5], 5, permille_min=800)
    require_recognised({1, 2, 3}, [], 5, permille_min=800)
    with pytest.raises(OnlineNotRecognised) as refused:
        require_recognised({1, 2, 3, 4}, [4], 5, permille_min=800)
    assert refused.value.figures == {
        "unrecognised": 1,
        "attended": 4,
        "held": 5,
        "permille": 600,
        "permille_min": 800,
    }


# R18g


def test_eighty_five_in_a_hundred_are_enough_and_a_little_less_is_not() -> None:
    assert satisfies(Tally(1000, 850), permille_min=850)
    assert not satisfies(Tally(1000, 849), permille_min=850)
    assert satisfies(Tally(20, 17), permille_min=850)
    assert not satisfies(Tally(13, 11), permille_min=850)  # 84.6 %
    assert Tally(13, 11).permille == 846
    assert Tally(0, 0).permille == 0


def test_the_answers_needed_are_rounded_up_and_at_least_one() -> None:
    assert [answers_needed(people, permille_min=300) for people in (0, 1, 3, 4, 10, 11, 80)] == [1, 1, 1, 2, 3, 4, 24]
    require_answers(Tally(24, 0), 80, 1, permille_min=300)
    with pytest.raises(SurveyTooFewAnswers) as refused:
        require_answers(Tally(23, 23), 80, 1, permille_min=300)
    assert refused.value.figures == {"round_no": 1, "answers": 23, "completed": 80, "answers_needed": 24}


@pytest.mark.parametrize(
    ("closed_on", "opens_on"),
    [
        (date(2026, 3, 10), date(2026, 4, 10)),
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2028, 1, 30), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2027, 1, 31)),
    ],
)
def test_a_repair_takes_a_calendar_month_and_not_one_day_less(closed_on: date, opens_on: date) -> None:
    assert repaired_from(closed_on, months=1) == opens_on
    require_repaired(opens_on, opens_on, months=1)
    day_before = opens_on - timedelta(days=1)
    with pytest.raises(RepairNotOver) as refused:
        require_repaired(opens_on, day_before, months=1)
    assert refused.value.figures == {
        "months": 1,
        "today": day_before.isoformat(),
        "repair_until": opens_on.isoformat(),
    }
