"""A class from draft to end: who may move it on, what stops it, and what becomes of the budget."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError

from tests.accounts.application import START
from tests.classes.proposals import proposal
from voucher_service.classes import service
from voucher_service.classes.errors import (
    ClassBreaksRules,
    ClassHasTrainees,
    ClassNotInState,
    ClassNotYet,
    ClassWithoutSessions,
    OpinionOutOfTurn,
    SecondReviewerIsFirst,
)
from voucher_service.classes.models import ClassOpinion, TrainingClass
from voucher_service.database import db, unit_of_work
from voucher_service.errors import Forbidden, NotFound
from voucher_service.institutions import service as institutions
from voucher_service.institutions.errors import InstitutionSuspended, NotLicensed
from voucher_service.institutions.suspending import suspend
from voucher_service.programmes import service as programmes
from voucher_service.programmes.errors import BudgetExhausted, StandardMissing

if TYPE_CHECKING:
    from voucher_service.classes.service import Proposal
    from voucher_service.demo.loading import City
    from voucher_service.web.access import Caller

REVIEWERS = ("industry1", "industry2", "bureau1", "bureau2")
DAY = timedelta(days=1)


def plan(city: City, wanted: Proposal | None = None) -> TrainingClass:
    school = city.schools[0]
    with unit_of_work():
        return service.plan_class(school.region_id, school.institution_id, wanted or proposal(), START)


def submit(planned: TrainingClass) -> TrainingClass:
    with unit_of_work():
        return service.submit(planned.region_id, planned.class_id, START)


def sign(
    training_class: TrainingClass, who: Caller, step: str, verdict: str = "approve", note: str = ""
) -> TrainingClass:
    with unit_of_work():
        return service.give_opinion(
            training_class.region_id, training_class.class_id, step, verdict, note=note, caller=who, now=START
        )


def approve(city: City, training_class: TrainingClass, *reviewers: str) -> TrainingClass:
    """Let reviewers sign in turn, each the step that their name begins with."""
    for login_name in reviewers or REVIEWERS:
        sign(training_class, city.staff[login_name], login_name[:-1])
    return service.get(training_class.region_id, training_class.class_id)


def committed_fen(city: City) -> int:
    with unit_of_work():
        return programmes.get(city.programme_id).committed_fen


def test_four_signatures_lead_from_draft_to_approved(city: City) -> None:
    before = committed_fen(city)
    planned = plan(city)
    assert (planned.state, planned.standard_fen, planned.seats_taken) == ("draft", 0, 0)
    assert submit(planned).submitted_at == START
    states = [sign(planned, city.staff[login_name], login_name[:-1]).state for login_name in REVIEWERS]
    assert states == ["submitted", "industry_approved", "industry_approved", "approved"]
    approved = service.get(planned.region_id, planned.class_id)
    assert approved.standard_fen == 96_000
    assert committed_fen(city) - before == approved.capacity * 96_000


def test_a_plan_that_breaks_rules_stays_a_draft_and_names_each_rule(city: City) -> None:
    wanted = proposal(capacity=81, lessons=replace(proposal().lessons, teachers=1))
    planned = plan(city, wanted)
    with pytest.raises(ClassBreaksRules) as refused:
        submit(planned)
    findings = refused.value.figures["findings"]
    assert isinstance(findings, list)
    assert [found["rule_id"] for found in findings] == ["R17a", "R17b", "R17c"]
    assert findings[2]["clause"] == "二(三)1"
    assert "81" in findings[2]["zh"]
    with unit_of_work():
        assert service.get(planned.region_id, planned.class_id).state == "draft"


def test_an_online_class_needs_a_platform_that_the_programme_lists(city: City) -> None:
    lessons = replace(proposal().lessons, theory_lessons=0, online_lessons=24, online_platform="elsewhere")
    with pytest.raises(ClassBreaksRules):
        submit(plan(city, proposal(lessons=lessons)))
    with unit_of_work():
        platform = programmes.get(city.programme_id).settings["online_platforms"][0]
    listed = plan(city, proposal(lessons=replace(lessons, online_platform=platform)))
    assert submit(listed).state == "submitted"


def test_a_class_without_sessions_is_not_submitted(city: City) -> None:
    with pytest.raises(ClassWithoutSessions):
        submit(plan(city, proposal(sessions=[])))


def test_a_class_is_submitted_once(city: City) -> None:
    planned = plan(city)
    submit(planned)
    with pytest.raises(ClassNotInState) as refused:
        submit(planned)
    assert refused.value.figures == {"state": "submitted"}


def test_nobody_plans_what_they_are_not_licensed_for(city: City) -> None:
    with pytest.raises(NotLicensed):
        plan(city, proposal(occupation_code="DX03", level=""))


def test_a_class_whose_certificate_is_worth_nothing_is_not_submitted(city: City) -> None:
    with pytest.raises(StandardMissing):
        submit(plan(city, proposal(certificate_type="special_ability")))


def test_suspension_stops_a_draft(city: City) -> None:
    school = city.schools[7]
    with unit_of_work():
        planned = service.plan_class(school.region_id, school.institution_id, proposal(), START)
        suspend(institutions.get(school.region_id, school.institution_id), city.staff["bureau1"], START)
    with pytest.raises(InstitutionSuspended):
        submit(planned)


@pytest.mark.parametrize("step", ["industry", "bureau"])
def test_nobody_signs_both_opinions_of_a_step(city: City, step: str) -> None:
    planned = plan(city)
    submit(planned)
    if step == "bureau":
        approve(city, planned, "industry1", "industry2")
    sign(planned, city.staff[f"{step}1"], step)
    with pytest.raises(SecondReviewerIsFirst):
        sign(planned, city.staff[f"{step}1"], step)


def test_another_account_of_the_same_person_does_not_count_as_a_second(city: City) -> None:
    planned = plan(city)
    submit(planned)
    first = city.staff["industry1"]
    sign(planned, first, "industry")
    with pytest.raises(SecondReviewerIsFirst):
        sign(planned, replace(city.staff["industry2"], person_id=first.person_id), "industry")


def test_the_database_itself_keeps_one_person_from_signing_twice(city: City) -> None:
    planned = plan(city)
    both = {"region_id": planned.region_id, "class_id": planned.class_id, "step": "industry", "person_id": 7}
    signed = {"account_id": 8, "verdict": "approve", "note": "", "given_at": START}
    with pytest.raises(IntegrityError), unit_of_work():
        db.session.add_all(ClassOpinion(turn=turn, **both, **signed) for turn in ("first", "second"))


@pytest.mark.parametrize(
    ("login_name", "step", "refusal"),
    [
        pytest.param("bureau1", "bureau", OpinionOutOfTurn, id="the bureau before the industry"),
        pytest.param("bureau1", "industry", Forbidden, id="the bureau for the industry"),
        pytest.param("school1-admin", "industry", Forbidden, id="the school itself"),
        pytest.param("finance1", "industry", Forbidden, id="finance"),
    ],
)
def test_only_whose_turn_it_is_signs(city: City, login_name: str, step: str, refusal: type[Exception]) -> None:
    planned = plan(city)
    submit(planned)
    with pytest.raises(refusal):
        sign(planned, city.staff[login_name], step)
    assert service.opinions(planned) == []


def test_a_clerk_may_sign_first_but_not_decide(city: City) -> None:
    planned = plan(city)
    submit(planned)
    approve(city, planned, "industry1", "industry2")
    sign(planned, city.staff["bureau1"], "bureau")
    with pytest.raises(Forbidden):
        sign(planned, city.staff["bureau-clerk"], "bureau")


def test_a_draft_is_not_reviewed(city: City) -> None:
    with pytest.raises(OpinionOutOfTurn) as refused:
        sign(plan(city), city.staff["industry1"], "industry")
    assert refused.value.figures == {"due": "draft", "step": "industry"}


def test_one_refusal_ends_the_application_and_keeps_its_reason(city: City) -> None:
    planned = plan(city)
    submit(planned)
    assert sign(planned, city.staff["industry1"], "industry", "refuse", "no site").state == "refused"
    with pytest.raises(OpinionOutOfTurn):
        sign(planned, city.staff["industry2"], "industry")
    assert [(opinion.verdict, opinion.note) for opinion in service.opinions(planned)] == [("refuse", "no site")]


def test_a_class_beyond_the_budget_is_not_approved(city: City) -> None:
    planned = plan(city)
    submit(planned)
    approve(city, planned, *REVIEWERS[:3])
    with unit_of_work():
        programme = programmes.get(city.programme_id)
        left_fen = programme.budget_fen - programme.committed_fen
        programmes.commit_budget(city.programme_id, left_fen - planned.capacity * 96_000 + 1)
    with pytest.raises(BudgetExhausted):
        sign(planned, city.staff["bureau2"], "bureau")
    with unit_of_work():
        assert service.get(planned.region_id, planned.class_id).state == "industry_approved"
        programmes.give_back_budget(city.programme_id, 1)
    assert sign(planned, city.staff["bureau2"], "bureau").state == "approved"
    with unit_of_work():
        programmes.give_back_budget(city.programme_id, left_fen - planned.capacity * 96_000)


def test_cancelling_gives_the_promised_budget_back(city: City) -> None:
    before = committed_fen(city)
    planned = plan(city)
    submit(planned)
    approve(city, planned)
    with unit_of_work():
        cancelled = service.cancel(planned.region_id, planned.class_id, START)
    assert (cancelled.state, committed_fen(city)) == ("cancelled", before)
    with pytest.raises(ClassNotInState), unit_of_work():
        service.cancel(planned.region_id, planned.class_id, START)


def test_a_class_with_trainees_is_not_cancelled(city: City) -> None:
    planned = plan(city)
    with unit_of_work():
        service.get(planned.region_id, planned.class_id).seats_taken = 1
    with pytest.raises(ClassHasTrainees), unit_of_work():
        service.cancel(planned.region_id, planned.class_id, START)


def test_the_database_itself_seats_nobody_beyond_the_capacity(city: City) -> None:
    planned = plan(city)
    with pytest.raises(IntegrityError), unit_of_work():
        service.get(planned.region_id, planned.class_id).seats_taken = planned.capacity + 1


def test_a_class_starts_on_its_first_day_and_ends_on_its_last(city: City) -> None:
    planned = plan(city)
    submit(planned)
    key = (planned.region_id, planned.class_id)
    with pytest.raises(ClassNotInState), unit_of_work():
        service.start(*key, START)
    approve(city, planned)
    with pytest.raises(ClassNotYet) as refused, unit_of_work():
        service.start(*key, START)
    assert refused.value.figures == {"day": planned.starts_on.isoformat()}
    with unit_of_work():
        assert service.start(*key, START + 7 * DAY).state == "in_session"
    with pytest.raises(ClassNotYet), unit_of_work():
        service.end(*key, START + 7 * DAY)
    with unit_of_work():
        assert service.end(*key, START + 67 * DAY).state == "ended"
    with unit_of_work():
        assert service.move_on(*key, "exam_filed").state == "exam_filed"
    with pytest.raises(ClassNotInState), unit_of_work():
        service.move_on(*key, "approved")


def test_a_class_that_is_not_there_is_not_found(city: City) -> None:
    with pytest.raises(NotFound), unit_of_work():
        service.submit(city.schools[0].region_id, 1, START)


def test_a_draft_is_not_open_for_enrolment_and_an_approved_one_is_until_its_day(city: City) -> None:
    planned = plan(city)
    region_id = planned.region_id
    assert planned.class_id not in _enrolling(region_id, timedelta())
    submit(planned)
    approve(city, planned)
    assert planned.class_id in _enrolling(region_id, timedelta())
    assert planned.class_id not in _enrolling(region_id, planned.enrols_until - START)


def _enrolling(region_id: int, later: timedelta) -> set[int]:
    with unit_of_work():
        return {found.class_id for found in db.session.scalars(service.enrolling(region_id, START + later))}
