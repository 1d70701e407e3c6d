"""A programme that states the lessons of a completion course takes it out of the general number, R10."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.accounts.application import START
from tests.classes.proposals import proposal
from voucher_service.classes import judging, service
from voucher_service.classes.terms import Finding, Outcome
from voucher_service.database import unit_of_work
from voucher_service.programmes import service as programmes

if TYPE_CHECKING:
    from voucher_service.classes.models import TrainingClass
    from voucher_service.demo.loading import City

COMMERCE = 10
"""The school that is licensed for the shopkeepers' course, which ends with a completion certificate."""


def finding_of(training_class: TrainingClass, rule_id: str) -> Finding:
    return next(found for found in judging.findings(training_class) if found.rule_id == rule_id)


def test_a_programme_states_the_lessons_of_a_course(city: City) -> None:
    """39 lessons are too few, until the programme says that this course has so many."""
    lessons = replace(proposal().lessons, theory_lessons=15, practical_lessons=24)
    wanted = proposal(occupation_code="DA02", level="", certificate_type="completion", lessons=lessons)
    with unit_of_work():
        short = service.plan_class(*city.schools[COMMERCE][:2], wanted, START)
        assert finding_of(short, "R10").outcome is Outcome.REFUSE
        programme = programmes.get(city.programme_id)
        kept = dict(programme.settings)
        programme.settings = {**kept, "lessons_stated": {"DA02": 39}}
        assert finding_of(short, "R10").outcome is Outcome.PASS
        assert finding_of(short, "R10").figures == {"lessons": 39, "completion_lessons_min": 39}
        programme.settings = kept
