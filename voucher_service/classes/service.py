"""The life of a training class: planned, checked, submitted, reviewed twice by two persons, held, ended.

Whoever changes a class locks its row first, so that two reviewers at once become a first and a second.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import update

from voucher_service.calendar import local_date
from voucher_service.classes.errors import (
    ClassBreaksRules,
    ClassHasTrainees,
    ClassNotInState,
    ClassNotYet,
    ClassWithoutSessions,
    OpinionOutOfTurn,
    SecondReviewerIsFirst,
)
from voucher_service.classes.models import ClassOpinion, ClassSession, TrainingClass
from voucher_service.classes.proposal import Lessons, Proposal
from voucher_service.classes.register import enrolling, find, get, opinions, sessions, visible_to
from voucher_service.classes.rules import (
    APPROVED_BY,
    MOVES,
    RULES,
    STEPS,
    Finding,
    Meeting,
    Outcome,
    Plan,
    minutes_of,
    preflight,
    require_dates,
    require_schedule,
)
from voucher_service.classes.seats import TAKE_SEAT, free_seat
from voucher_service.database import db
from voucher_service.errors import Forbidden, NotFound
from voucher_service.identifiers import new_id
from voucher_service.institutions import service as institutions
from voucher_service.programmes import service as programmes
from voucher_service.web.access import BUREAU, BUREAU_REVIEWER, INDUSTRY_REVIEWER, Caller

__all__ = [
    "TAKE_SEAT",
    "Lessons",
    "Meeting",
    "Proposal",
    "cancel",
    "end",
    "enrolling",
    "explained",
    "find",
    "findings",
    "free_seat",
    "get",
    "give_opinion",
    "move_on",
    "opinions",
    "plan_class",
    "sessions",
    "start",
    "submit",
    "visible_to",
]

SIGNERS = {
    ("industry", "first"): {INDUSTRY_REVIEWER},
    ("industry", "second"): {INDUSTRY_REVIEWER},
    ("bureau", "first"): set(BUREAU),
    ("bureau", "second"): {BUREAU_REVIEWER},
}
"""Who may sign which opinion."""


def plan_class(region_id: int, institution_id: int, proposal: Proposal, now: datetime) -> TrainingClass:
    """Write a draft with its sessions.

    Refuses with ProgrammeNotRunning, ClassDatesImpossible, SessionsImpossible, and as `institutions.require_licence`.
    """
    programmes.require_running(proposal.programme_id, local_date(now))
    require_dates(proposal.starts_on, proposal.ends_on, proposal.enrols_until)
    require_schedule(proposal.sessions, proposal.starts_on, proposal.ends_on)
    institutions.require_licence(
        region_id, institution_id, proposal.occupation_code, proposal.level, proposal.starts_on
    )
    draft = TrainingClass(
        region_id=region_id,
        class_id=new_id(),
        programme_id=proposal.programme_id,
        institution_id=institution_id,
        occupation_code=proposal.occupation_code,
        level=proposal.level,
        certificate_type=proposal.certificate_type,
        state="draft",
        capacity=proposal.capacity,
        enrols_until=proposal.enrols_until,
        starts_on=proposal.starts_on,
        ends_on=proposal.ends_on,
        rule_pack_id=programmes.rule_pack_in_force(local_date(now)),
        plan=asdict(proposal.lessons),
    )
    db.session.add(draft)
    db.session.flush()  # The sessions refer to the class, and no relationship tells the session which comes first.
    db.session.add_all(
        ClassSession(region_id=region_id, class_id=draft.class_id, session_no=session_no, **meeting._asdict())
        for session_no, meeting in enumerate(proposal.sessions, start=1)
    )
    db.session.flush()  # A caller may check the draft in the same unit of work, and must find its sessions.
    return draft


def findings(training_class: TrainingClass) -> list[Finding]:
    """Ask every rule about a class, with the numbers of the rule pack that it is judged by."""
    programme = programmes.get(training_class.programme_id)
    meetings = [Meeting(held.starts_at, held.ends_at, held.kind) for held in sessions(training_class)]
    plan = Plan(
        certificate_type=training_class.certificate_type,
        trainees=training_class.capacity,
        listed_platforms=frozenset(programme.settings.get("online_platforms", ())),
        scheduled_minutes=minutes_of(meetings),
        **training_class.plan,
    )
    return preflight(plan, programmes.rule_numbers(training_class.rule_pack_id))


def explained(finding: Finding) -> dict[str, Any]:
    """Return a finding with its clause and both sentences, as it is shown and as a refusal carries it."""
    rule = RULES[finding.rule_id]
    return {
        "rule_id": finding.rule_id,
        "clause": rule.clause,
        "outcome": finding.outcome.value,
        "figures": dict(finding.figures),
        "zh": rule.zh.format_map(finding.figures),
        "en": rule.en.format_map(finding.figures),
    }


def submit(region_id: int, class_id: int, now: datetime) -> TrainingClass:
    """Hand a draft in; from now on it is judged by the rule pack of this day.

    Refuses with NotFound, ClassNotInState, ClassWithoutSessions, ClassBreaksRules, StandardMissing,
    ProgrammeNotRunning, and as `institutions.require_licence`.
    """
    draft = _locked(region_id, class_id)
    today = local_date(now)
    _require_move(draft, "submitted")
    programmes.require_running(draft.programme_id, today)
    programmes.standard_fen(draft.occupation_code, draft.level, draft.certificate_type, today)
    institutions.require_licence(region_id, draft.institution_id, draft.occupation_code, draft.level, draft.starts_on)
    submitted = _move(draft, "submitted", rule_pack_id=programmes.rule_pack_in_force(today), submitted_at=now)
    _require_rules_kept(submitted)
    return submitted


def give_opinion(
    region_id: int, class_id: int, step: str, verdict: str, *, note: str, caller: Caller, now: datetime
) -> TrainingClass:
    """Sign the opinion that is due. Two approvals of a step by two persons lead on; one refusal ends the application.

    The bureau's second approval fixes the standard and promises the budget of every seat. Source: 二(三)4, R24.
    Refuses with NotFound, OpinionOutOfTurn, Forbidden, SecondReviewerIsFirst, StandardMissing, BudgetExhausted.
    """
    training_class = _locked(region_id, class_id)
    if (due := STEPS.get(training_class.state, training_class.state)) != step:
        raise OpinionOutOfTurn(due=due, step=step)
    earlier = [opinion for opinion in opinions(training_class) if opinion.step == step]
    turn = "second" if earlier else "first"
    if caller.role not in SIGNERS[step, turn] or caller.person_id is None:
        raise Forbidden
    if any(opinion.person_id == caller.person_id for opinion in earlier):
        raise SecondReviewerIsFirst
    db.session.add(
        ClassOpinion(
            region_id=region_id,
            class_id=class_id,
            step=step,
            turn=turn,
            person_id=caller.person_id,
            account_id=caller.subject_id,
            verdict=verdict,
            note=note,
            given_at=now,
        )
    )
    db.session.flush()  # The next opinion of this unit of work must find this one.
    if verdict == "refuse":
        return _move(training_class, "refused")
    return _approve(training_class, step, local_date(now)) if turn == "second" else training_class


def start(region_id: int, class_id: int, now: datetime) -> TrainingClass:
    """Open an approved class on its first day or later. Refuses with NotFound, ClassNotInState, ClassNotYet."""
    training_class = _locked(region_id, class_id)
    _require_move(training_class, "in_session")
    _require_day(training_class.starts_on, now)
    return _move(training_class, "in_session")


def end(region_id: int, class_id: int, now: datetime) -> TrainingClass:
    """End a class on its last day or later. Refuses with NotFound, ClassNotInState, ClassNotYet."""
    training_class = _locked(region_id, class_id)
    _require_move(training_class, "ended")
    _require_day(training_class.ends_on, now)
    return _move(training_class, "ended")


def cancel(region_id: int, class_id: int) -> TrainingClass:
    """Call off a class that nobody is in, and give its promised budget back.

    Whoever has trainees in it gives their vouchers back first.
    Refuses with NotFound, ClassNotInState, ClassHasTrainees.
    """
    training_class = _locked(region_id, class_id)
    if training_class.seats_taken:
        raise ClassHasTrainees(seats_taken=training_class.seats_taken)
    promised_fen = training_class.capacity * training_class.standard_fen
    cancelled = _move(training_class, "cancelled", standard_fen=0)
    if promised_fen:
        programmes.give_back_budget(cancelled.programme_id, promised_fen)
    return cancelled


def move_on(region_id: int, class_id: int, to_state: str) -> TrainingClass:
    """Take a class that has ended to exam, close or disqualification. Refuses with NotFound, ClassNotInState."""
    return _move(_locked(region_id, class_id), to_state)


def _approve(training_class: TrainingClass, step: str, today: date) -> TrainingClass:
    if step == "industry":
        return _move(training_class, APPROVED_BY[step])
    standard_fen = programmes.standard_fen(
        training_class.occupation_code, training_class.level, training_class.certificate_type, today
    )
    programmes.commit_budget(training_class.programme_id, training_class.capacity * standard_fen)
    return _move(training_class, APPROVED_BY[step], standard_fen=standard_fen)


def _require_rules_kept(training_class: TrainingClass) -> None:
    if not sessions(training_class):
        raise ClassWithoutSessions
    broken = [explained(found) for found in findings(training_class) if found.outcome is Outcome.REFUSE]
    if broken:
        raise ClassBreaksRules(findings=broken)


def _require_day(day: date, now: datetime) -> None:
    if local_date(now) < day:
        raise ClassNotYet(day=day.isoformat())


def _require_move(training_class: TrainingClass, to_state: str) -> None:
    if to_state not in MOVES[training_class.state]:
        raise ClassNotInState(state=training_class.state)


def _locked(region_id: int, class_id: int) -> TrainingClass:
    found = db.session.get(TrainingClass, (region_id, class_id), with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def _move(training_class: TrainingClass, to_state: str, **also: object) -> TrainingClass:
    _require_move(training_class, to_state)
    moved = db.session.execute(
        update(TrainingClass)
        .where(
            TrainingClass.region_id == training_class.region_id,
            TrainingClass.class_id == training_class.class_id,
            TrainingClass.state == training_class.state,
        )
        .values(state=to_state, **also)
        .returning(TrainingClass.class_id)
    )
    if moved.first() is None:
        raise ClassNotInState(state=training_class.state)
    return training_class
