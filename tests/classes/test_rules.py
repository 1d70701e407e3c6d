"""Every rule of a class plan at its limit and one beyond, and the dates that no plan may have."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from voucher_service.classes import rules
from voucher_service.classes.errors import ClassDatesImpossible, SessionsImpossible
from voucher_service.classes.rules import MOVES, RULES, Meeting, Outcome, Plan, YearSoFar
from voucher_service.demo.tables import rule_pack
from voucher_service.errors import in_words
from voucher_service.institutions.rules import Provider

NUMBERS = rule_pack().values
SCHOOL = Provider(licensed_from=date(2023, 1, 1))
PLAN = Plan(
    provider=SCHOOL,
    named_teachers=4,
    named_workstations=4,
    certificate_type="skill_level",
    trainees=80,
    teachers=4,
    workstations=4,
    lesson_minutes=40,
    theory_lessons=40,
    practical_lessons=60,
    scheduled_minutes=4000,
)
PLATFORM = "listed"
ONLINE = replace(
    PLAN, theory_lessons=0, online_lessons=40, online_platform=PLATFORM, listed_platforms=frozenset({PLATFORM})
)
YEAR = YearSoFar(2023, trainees=9_920, manufacturing=2_500, weak=920)
"""With one class of 80: 25.0 % manufacturing if it is of other work, 10.0 % weak if it is for a weak certificate."""

COMPLETION = replace(
    PLAN, certificate_type="completion", theory_lessons=16, practical_lessons=24, year=YEAR, manufacturing=False
)
FIRST_DAY, LAST_DAY = date(2023, 6, 8), date(2023, 6, 9)
MORNING = datetime(2023, 6, 8, 1, tzinfo=UTC)


def outcome(rule_id: str, plan: Plan) -> Outcome:
    return RULES[rule_id].check(plan, NUMBERS).outcome


@pytest.mark.parametrize("plan", [PLAN, ONLINE, COMPLETION], ids=["plain", "online", "completion"])
def test_a_plan_at_every_limit_passes(plan: Plan) -> None:
    assert {found.rule_id: found.outcome for found in rules.preflight(plan, NUMBERS)} == dict.fromkeys(
        RULES, Outcome.PASS
    )


@pytest.mark.parametrize(
    ("rule_id", "plan"),
    [
        pytest.param("R17a", replace(PLAN, teachers=3), id="too few teachers for the trainees"),
        pytest.param("R17a", replace(PLAN, workstations=3), id="too few workstations for the trainees"),
        pytest.param("R17a", replace(PLAN, trainees=81, workstations=5), id="one trainee more than the teachers have"),
        pytest.param("R17b", replace(PLAN, trainees=20, teachers=1), id="one teacher"),
        pytest.param("R17c", replace(PLAN, trainees=81, teachers=5, workstations=5), id="81 trainees"),
        pytest.param("R17d", replace(PLAN, lesson_minutes=39), id="lessons of 39 minutes"),
        pytest.param("R17d", replace(PLAN, scheduled_minutes=3999), id="a minute less scheduled than the lessons need"),
        pytest.param("R17e", replace(PLAN, theory_lessons=41, scheduled_minutes=None), id="60 of 101 practical"),
        pytest.param("R17e", replace(PLAN, theory_lessons=0, practical_lessons=0), id="no lesson at all"),
        pytest.param("R17g", replace(ONLINE, online_lessons=41, scheduled_minutes=None), id="41 of 101 online"),
        pytest.param("R17g", replace(ONLINE, online_platform="other"), id="a platform that is not listed"),
        pytest.param("R17g", replace(ONLINE, online_platform=""), id="no platform named"),
        pytest.param("R10", replace(COMPLETION, theory_lessons=15), id="39 lessons for a completion certificate"),
    ],
)
def test_a_rule_refuses_what_is_beyond_it(rule_id: str, plan: Plan) -> None:
    assert outcome(rule_id, plan) is Outcome.REFUSE


def test_only_completion_certificates_need_forty_lessons() -> None:
    assert outcome("R10", replace(PLAN, theory_lessons=1, practical_lessons=2)) is Outcome.PASS


@pytest.mark.parametrize(("stated", "expected"), [(39, Outcome.PASS), (40, Outcome.REFUSE), (60, Outcome.REFUSE)])
def test_a_course_whose_lessons_are_stated_has_those_and_not_forty(stated: int, expected: Outcome) -> None:
    """二(三) exempts what has a stated number of lessons; a longer one than the general number binds as well."""
    course = replace(COMPLETION, theory_lessons=15, lessons_stated=stated)
    assert outcome("R10", course) is expected


def test_a_plan_without_sessions_is_warned_about_its_lessons() -> None:
    assert outcome("R17d", replace(PLAN, scheduled_minutes=None)) is Outcome.WARN
    assert outcome("R17d", replace(PLAN, scheduled_minutes=None, lesson_minutes=39)) is Outcome.REFUSE


@pytest.mark.parametrize("rule_id", RULES)
def test_each_rule_explains_itself_in_both_languages_with_its_figures(rule_id: str) -> None:
    rule = RULES[rule_id]
    answer = rule.check(ONLINE, NUMBERS)
    assert answer.rule_id == rule_id
    assert answer.figures
    for sentence in (rule.zh, rule.en):
        filled = in_words(sentence, answer.figures)
        assert "{" not in filled
        assert not re.search("千分之|in a thousand|为是|means yes|[#|]|“”", filled)


def test_each_rule_asks_the_pack_and_not_itself() -> None:
    strict = {key: 10_000 if key.endswith("_min") or "_min_" in key else 0 for key in NUMBERS}
    asked = replace(
        ONLINE,
        certificate_type="completion",
        manufacturing=False,
        apprentices_of="91000000000000000X",
        provider=replace(SCHOOL, kind="enterprise_centre", on_probation=True, finding_year=2023, certified_teachers=80,
                         teachers=80, workstations=80, practice_rooms=1),
    )  # fmt: skip
    centre = replace(asked, manufacturing=True)
    counting = set(RULES) - {"R07", "R13", "R17h", "R19", "R21", "S01"}
    troubled = {
        found.rule_id
        for plan in (asked, centre)
        for found in rules.preflight(plan, strict)
        if found.outcome is not Outcome.PASS
    }
    assert troubled == counting


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "enrols_until"),
    [
        pytest.param(LAST_DAY, FIRST_DAY, MORNING, id="ends before it starts"),
        pytest.param(FIRST_DAY, LAST_DAY, datetime(2023, 6, 9, 16, 0, 0, 1, tzinfo=UTC), id="enrols after its end"),
    ],
)
def test_impossible_dates_are_refused(starts_on: date, ends_on: date, enrols_until: datetime) -> None:
    with pytest.raises(ClassDatesImpossible):
        rules.require_dates(starts_on, ends_on, enrols_until)


def test_a_class_of_one_day_may_enrol_until_that_day_is_over() -> None:
    rules.require_dates(FIRST_DAY, FIRST_DAY, datetime(2023, 6, 8, 16, tzinfo=UTC))
    assert rules.MOVES["draft"] == {"submitted", "cancelled"}


def meeting(begins: int, lasts: int = 60) -> Meeting:
    """A session that begins so many minutes after 9 o'clock on the first day, and lasts so many."""
    starts_at = MORNING + timedelta(minutes=begins)
    return Meeting(starts_at, starts_at + timedelta(minutes=lasts), "theory")


def test_sessions_may_follow_one_another_without_a_pause() -> None:
    schedule = [meeting(0), meeting(60), meeting(24 * 60)]
    rules.require_schedule(schedule, FIRST_DAY, LAST_DAY)
    assert rules.minutes_of(schedule) == 180
    assert rules.minutes_of([]) is None


@pytest.mark.parametrize(
    ("schedule", "session_no"),
    [
        pytest.param([meeting(-10 * 60)], 1, id="before the first day"),
        pytest.param([meeting(0), meeting(48 * 60)], 2, id="after the last day"),
        pytest.param([meeting(0), meeting(59)], 2, id="overlapping"),
        pytest.param([meeting(60), meeting(0)], 2, id="out of order"),
        pytest.param([meeting(0, 0)], 1, id="of no length"),
        pytest.param([meeting(0, -5)], 1, id="ending before it starts"),
    ],
)
def test_an_impossible_session_is_refused_by_its_number(schedule: list[Meeting], session_no: int) -> None:
    with pytest.raises(SessionsImpossible) as refused:
        rules.require_schedule(schedule, FIRST_DAY, LAST_DAY)
    assert refused.value.figures == {"session_no": session_no}


def test_every_state_that_can_follow_is_a_state() -> None:
    assert {state for following in MOVES.values() for state in following} <= set(MOVES)
    assert {state for state, following in MOVES.items() if not following} == {
        "closed",
        "refused",
        "cancelled",
        "disqualified",
    }
