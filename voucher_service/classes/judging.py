"""Asking every rule about a class: collects what the registers and the year say, and lets the rules answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from voucher_service import rulebook
from voucher_service.calendar import CalendarYearUnknown, local_date, local_text
from voucher_service.classes import bookings, case, year
from voucher_service.classes.case import Case
from voucher_service.classes.models import TrainingClass
from voucher_service.classes.proposal import Proposal
from voucher_service.classes.register import sessions
from voucher_service.classes.rules import (
    CERTIFICATE_TYPES,
    LIGHTS,
    RULES,
    Finding,
    Meeting,
    Plan,
    is_overdue,
    minutes_of,
    preflight,
)
from voucher_service.classes.terms import CERTIFICATE_NAMES
from voucher_service.errors import NOTHING, in_words
from voucher_service.institutions import service as institutions
from voucher_service.programmes import service as programmes

NOT_OF_THE_RULES = {"teacher_ids", "venue_ids"}


class Clock(NamedTuple):
    """The time that the industry department has for a class, R27; days are working days of the Chinese calendar.

    A year whose holidays nobody has entered leaves the last day open and is named: a deadline is never guessed.
    """

    accepted_on: date
    due_on: date | None
    working_days_left: int | None
    overdue: bool
    unknown_year: int | None = None


def case_of(training_class: TrainingClass) -> Case:
    """Return a class with its sessions as it is judged."""
    meetings = [Meeting(held.starts_at, held.ends_at, held.kind) for held in sessions(training_class)]
    return case.of_class(training_class, meetings)


def findings(training_class: TrainingClass) -> list[Finding]:
    """Ask every rule about a class, with the numbers of the rule pack that it is judged by."""
    return judge(case_of(training_class), programmes.rule_numbers(training_class.rule_pack_id))


def findings_of_proposal(region_id: int, institution_id: int, proposal: Proposal, today: date) -> list[Finding]:
    """Ask every rule about a plan that nobody has drafted yet. Refuses with NotFound, RulePackMissing."""
    numbers = programmes.rule_numbers(programmes.rule_pack_in_force(today))
    return judge(case.of_proposal(region_id, institution_id, proposal), numbers)


def judge(judged: Case, numbers: Mapping[str, int]) -> list[Finding]:
    """Ask every rule about a case; the answers come in the order of RULES. Refuses with NotFound."""
    return preflight(plan_of(judged), numbers)


def plan_of(judged: Case) -> Plan:
    """Collect what the rules look at. Refuses with NotFound for an institution or programme that is not there."""
    programme = programmes.get(judged.programme_id)
    institution = institutions.get(judged.region_id, judged.institution_id)
    named = bookings.named_in(judged)
    clash = bookings.clash(judged, named)
    occupation = programmes.occupations().get(judged.occupation_code)
    wanted = institutions.Wanted(
        judged.occupation_code, judged.level, judged.starts_on, in_region_id=judged.held_in_region_id
    )
    lessons = {name: value for name, value in asdict(judged.lessons).items() if name not in NOT_OF_THE_RULES}
    return Plan(
        certificate_type=judged.certificate_type,
        trainees=judged.capacity,
        provider=institutions.provider_on(institution, wanted, year.last_taught_on(judged)),
        year=year.so_far(judged),
        listed_platforms=frozenset(programme.settings.get("online_platforms", ())),
        lessons_stated=programme.settings.get("lessons_stated", {}).get(judged.occupation_code),
        scheduled_minutes=minutes_of(judged.meetings),
        starts_on=judged.starts_on.isoformat(),
        manufacturing=None if occupation is None else occupation.manufacturing,
        strongest_certificate=_strongest(judged),
        outside_region=_is_outside(judged),
        apprentices_of=judged.apprentices_of or "",
        named_required=bool(programme.settings.get("named_staff_required", True)),
        named_teachers=named.teachers,
        named_workstations=named.workstations,
        named_rooms=named.rooms,
        unfit_named=named.unfit,
        clashes=clash.sessions,
        first_clash="" if clash.first_at is None else clash.first_at.isoformat(),
        **lessons,
    )


def explained(finding: Finding) -> dict[str, Any]:
    """Return a finding with its clause and both sentences, as it is shown and as a refusal carries it."""
    rule, demand = RULES[finding.rule_id], rulebook.demands()[finding.rule_id]
    zh, en = ({name: _called(name, told, language) for name, told in finding.figures.items()} for language in (0, 1))
    return {
        "rule_id": finding.rule_id,
        "clause": demand.clause or "",
        "outcome": finding.outcome.value,
        "light": LIGHTS[finding.outcome],
        "wants_reason": rule.wants_reason and LIGHTS[finding.outcome] == "amber",
        "figures": dict(finding.figures),
        "zh": in_words(rule.zh, zh),
        "en": in_words(rule.en, en),
    }


def _called(name: str, figure: int | str, language: int) -> int | str:
    """A moment as the city's clock shows it, a certificate by its name; machines get both as they are."""
    if name == "first_clash" and figure != NOTHING:
        return local_text(datetime.fromisoformat(str(figure)))
    if name.endswith(("certificate_type", "strongest_certificate")) and figure in CERTIFICATE_NAMES:
        return CERTIFICATE_NAMES[str(figure)][language]
    return figure


def review_clock(training_class: TrainingClass, today: date) -> Clock | None:
    """Return how long the industry department still has; None when nothing waits for it."""
    if training_class.state != "submitted" or training_class.submitted_at is None:
        return None
    accepted_on = local_date(training_class.submitted_at)
    most = programmes.rule_numbers(training_class.rule_pack_id)["industry_review_working_days_max"]
    calendar = programmes.working_calendar()
    try:
        due_on = calendar.add_working_days(accepted_on, most)
        left = calendar.working_days_between(today - timedelta(days=1), due_on)
    except CalendarYearUnknown as unknown:
        return Clock(accepted_on, None, None, overdue=False, unknown_year=int(str(unknown.figures["year"])))
    return Clock(accepted_on, due_on, left, is_overdue(today, due_on))


def _strongest(judged: Case) -> str:
    obtainable = programmes.obtainable_certificates(judged.occupation_code, judged.starts_on)
    return next((kind for kind in CERTIFICATE_TYPES if kind in obtainable), "")


def _is_outside(judged: Case) -> bool:
    """A class lies outside when it is in another region; an institution of the city itself is at home in all nine."""
    return judged.region_id not in {judged.held_in_region_id, institutions.CITY_REGION}
