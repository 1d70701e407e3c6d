"""The life of a training class: planned, checked, submitted, reviewed twice by two persons, held, ended.

Whoever changes a class locks its row first, so that two reviewers at once become a first and a second.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

from voucher_service.calendar import local_date
from voucher_service.classes import bookings
from voucher_service.classes.errors import (
    ClassBreaksRules,
    ClassWithoutSessions,
    OpinionOutOfTurn,
    ReasonMissing,
)
from voucher_service.classes.judging import (
    Clock,
    case_of,
    explained,
    findings,
    findings_of_proposal,
    judge,
    review_clock,
)
from voucher_service.classes.models import ClassOpinion, ClassSession, TrainingClass
from voucher_service.classes.moves import (
    cancel,
    end,
    hold,
    lock,
    move,
    move_on,
    require_cancellable,
    require_move,
    start,
)
from voucher_service.classes.packs import preview_of
from voucher_service.classes.proposal import Lessons, Proposal
from voucher_service.classes.register import anywhere, enrolling, find, get, opinions, sessions, visible_to
from voucher_service.classes.rules import (
    APPROVED_BY,
    STEPS,
    Meeting,
    Outcome,
    require_another_person,
    require_dates,
    require_schedule,
    unexplained,
)
from voucher_service.classes.rulings import FAKE, disqualified_for, disqualify, resume, rule, suspension_of
from voucher_service.classes.rulings import REASONS as RULING_REASONS
from voucher_service.classes.rulings import find as find_ruling
from voucher_service.classes.rulings import of_class as rulings_of
from voucher_service.classes.rulings import settle as settle_ruling
from voucher_service.classes.rulings import waiting as rulings_waiting
from voucher_service.classes.seats import TAKE_SEAT, free_seat
from voucher_service.database import db
from voucher_service.errors import Forbidden
from voucher_service.identifiers import new_id
from voucher_service.institutions import service as institutions
from voucher_service.programmes import service as programmes
from voucher_service.web.access import BUREAU, BUREAU_REVIEWER, INDUSTRY_REVIEWER, Caller

__all__ = [
    "FAKE",
    "RULING_REASONS",
    "TAKE_SEAT",
    "Clock",
    "Lessons",
    "Meeting",
    "Proposal",
    "anywhere",
    "cancel",
    "disqualified_for",
    "disqualify",
    "end",
    "enrolling",
    "explained",
    "find",
    "find_ruling",
    "findings",
    "findings_of_proposal",
    "free_seat",
    "get",
    "give_opinion",
    "hold",
    "judge",
    "lock",
    "move_on",
    "opinions",
    "plan_class",
    "preview_of",
    "require_cancellable",
    "resume",
    "review_clock",
    "rule",
    "rulings_of",
    "rulings_waiting",
    "sessions",
    "settle_ruling",
    "start",
    "submit",
    "suspension_of",
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
        family=programmes.family_of(proposal.occupation_code),
        level=proposal.level,
        certificate_type=proposal.certificate_type,
        state="draft",
        capacity=proposal.capacity,
        enrols_until=proposal.enrols_until,
        starts_on=proposal.starts_on,
        ends_on=proposal.ends_on,
        rule_pack_id=programmes.rule_pack_in_force(local_date(now)),
        plan=asdict(proposal.lessons),
        held_in_region_id=proposal.held_in_region_id,
        apprentices_of=proposal.apprentices_of,
    )
    db.session.add(draft)
    db.session.flush()  # The sessions refer to the class, and no relationship tells the session which comes first.
    db.session.add_all(
        ClassSession(region_id=region_id, class_id=draft.class_id, session_no=session_no, **meeting._asdict())
        for session_no, meeting in enumerate(proposal.sessions, start=1)
    )
    db.session.flush()  # A caller may check the draft in the same unit of work, and must find its sessions.
    return draft


def submit(region_id: int, class_id: int, now: datetime) -> TrainingClass:
    """Hand a draft in; from now on it is judged by the rule pack of this day.

    Refuses with NotFound, ClassNotInState, ClassWithoutSessions, ClassBreaksRules, StandardMissing,
    ProgrammeNotRunning, and as `institutions.require_licence`.
    """
    draft = lock(region_id, class_id)
    today = local_date(now)
    require_move(draft, "submitted")
    programmes.require_running(draft.programme_id, today)
    institutions.require_licence(region_id, draft.institution_id, draft.occupation_code, draft.level, draft.starts_on)
    institutions.lock(region_id, draft.institution_id)  # Its apprentices and its ceiling are counted one by one.
    submitted = move(draft, "submitted", rule_pack_id=programmes.rule_pack_in_force(today), submitted_at=now)
    if not sessions(submitted):
        raise ClassWithoutSessions
    judged = case_of(submitted)
    named = bookings.named_in(judged)
    bookings.lock(named)
    _require_rules_kept(submitted)
    # After the rules: a certificate that R19 rules out has no standard, and the clause says more than its absence.
    programmes.standard_fen(draft.occupation_code, draft.level, draft.certificate_type, today)
    bookings.book(submitted, judged, named)
    return submitted


def give_opinion(
    region_id: int, class_id: int, step: str, verdict: str, *, note: str, caller: Caller, now: datetime
) -> TrainingClass:
    """Sign the opinion that is due. Two approvals of a step by two persons lead on; one refusal ends the application.

    Whoever approves for the bureau although a share is broken says why. The bureau's second approval asks every rule
    once more, fixes the standard and promises the budget of every seat. Source: 二(三)4, R24.
    Refuses with NotFound, OpinionOutOfTurn, Forbidden, SecondReviewerIsFirst, ReasonMissing, ClassBreaksRules,
    StandardMissing, BudgetExhausted.
    """
    training_class = lock(region_id, class_id)
    if (due := STEPS.get(training_class.state, training_class.state)) != step:
        raise OpinionOutOfTurn(due=due, step=step)
    earlier = [opinion for opinion in opinions(training_class) if opinion.step == step]
    turn = "second" if earlier else "first"
    if caller.role not in SIGNERS[step, turn] or caller.person_id is None:
        raise Forbidden
    reviewers_min = programmes.rule_numbers(training_class.rule_pack_id)["reviewers_min"]
    require_another_person([one.person_id for one in earlier], caller.person_id, reviewers_min=reviewers_min)
    if (step, verdict) == ("bureau", "approve"):
        _require_reason(training_class, note)
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
        bookings.release(region_id, class_id, now)
        return move(training_class, "refused")
    return _approve(training_class, step, local_date(now)) if turn == "second" else training_class


def _approve(training_class: TrainingClass, step: str, today: date) -> TrainingClass:
    if step == "industry":
        return move(training_class, APPROVED_BY[step])
    _require_rules_kept(training_class)
    standard_fen = programmes.standard_fen(
        training_class.occupation_code, training_class.level, training_class.certificate_type, today
    )
    programmes.commit_budget(training_class.programme_id, training_class.capacity * standard_fen)
    return move(training_class, APPROVED_BY[step], standard_fen=standard_fen)


def _require_rules_kept(training_class: TrainingClass) -> None:
    broken = [explained(found) for found in findings(training_class) if found.outcome is Outcome.REFUSE]
    if broken:
        raise ClassBreaksRules(findings=broken)


def _require_reason(training_class: TrainingClass, note: str) -> None:
    if silent := unexplained(findings(training_class), note):
        raise ReasonMissing(findings=[explained(found) for found in silent])
