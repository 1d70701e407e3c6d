"""Every rule of a class plan, the law of its states, and the dates that no plan may have.

The rules themselves stand by their subject: lessons, the institution, the year's shares. Each is a pure function of
the plan and the rule pack's numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from voucher_service.calendar import end_of_day, start_of_day
from voucher_service.classes.errors import ClassDatesImpossible, SecondReviewerIsFirst, SessionsImpossible
from voucher_service.classes.institution_rules import INSTITUTION_RULES
from voucher_service.classes.lesson_rules import LESSON_RULES
from voucher_service.classes.share_rules import SHARE_RULES
from voucher_service.classes.terms import (
    CERTIFICATE_TYPES,
    COMPLETION,
    LEVELS,
    LIGHTS,
    SPECIAL_ABILITY,
    WEAK,
    Finding,
    Meeting,
    Numbers,
    Outcome,
    Plan,
    Rule,
    YearSoFar,
)
from voucher_service.rulebook import decides

__all__ = [
    "APPROVED_BY",
    "CERTIFICATE_TYPES",
    "COMPLETION",
    "COUNTED_STATES",
    "HELD_STATES",
    "LEVELS",
    "LIGHTS",
    "MOVES",
    "RULES",
    "SPECIAL_ABILITY",
    "STEPS",
    "WEAK",
    "Finding",
    "Meeting",
    "Numbers",
    "Outcome",
    "Plan",
    "Rule",
    "YearSoFar",
    "is_overdue",
    "minutes_of",
    "preflight",
    "require_another_person",
    "require_dates",
    "require_schedule",
    "unexplained",
]

STEPS: Final = {"submitted": "industry", "industry_approved": "bureau"}
"""The review that is due in a state."""

APPROVED_BY: Final = {"industry": "industry_approved", "bureau": "approved"}
"""The state that the second of two approving opinions leads to."""

MOVES: Final = {
    "draft": {"submitted", "cancelled"},
    "submitted": {"industry_approved", "refused", "cancelled"},
    "industry_approved": {"approved", "refused", "cancelled"},
    "approved": {"in_session", "cancelled"},
    "in_session": {"ended", "cancelled", "suspended", "disqualified"},
    "ended": {"exam_filed", "suspended", "disqualified", "closed"},
    "suspended": {"in_session", "ended", "exam_filed", "examined", "disqualified"},
    "exam_filed": {"examined", "ended", "suspended", "disqualified", "closed"},
    "examined": {"exam_filed", "closed", "suspended", "disqualified"},
    "closed": set[str](),
    "refused": set[str](),
    "cancelled": set[str](),
    "disqualified": set[str](),
}
"""State → the states that may follow it. A refused plan stays as it was signed; its institution makes a new one."""


COUNTED_STATES: Final = frozenset({"approved", "in_session", "ended", "exam_filed", "examined", "closed", "suspended"})
"""Classes that count in the year's shares: approved, and not called off or disqualified since."""

HELD_STATES: Final = COUNTED_STATES | {"submitted", "industry_approved"}
"""Classes that hold their institution's apprentices, teachers and rooms: submitted, and not turned down."""

RULES: Final[Mapping[str, Rule]] = {**INSTITUTION_RULES, **LESSON_RULES, **SHARE_RULES}
"""In the order in which they are shown."""


def preflight(plan: Plan, numbers: Numbers) -> list[Finding]:
    """Ask every rule about a plan; the answers come in the order of RULES."""
    return [rule.check(plan, numbers) for rule in RULES.values()]


def unexplained(findings: Sequence[Finding], note: str) -> list[Finding]:
    """Return the warnings that nobody may approve in silence; none when the note says why."""
    if note.strip():
        return []
    return [finding for finding in findings if finding.outcome is Outcome.WARN and RULES[finding.rule_id].wants_reason]


@decides("R27")
def is_overdue(today: date, due_on: date) -> bool:
    """Whether a review is late: its last day, itself still in time, is over."""
    return today > due_on


@decides("R24")
def require_another_person(signed: Collection[int], person_id: int, *, reviewers_min: int) -> None:
    """Let pass a person who has not signed this review yet. Refuses with SecondReviewerIsFirst. Source: 二(三)4."""
    if person_id in signed:
        raise SecondReviewerIsFirst(signed=len(set(signed)), reviewers_min=reviewers_min)


def require_dates(starts_on: date, ends_on: date, enrols_until: datetime) -> None:
    """Let pass dates in order: enrolment ends before the class does. Refuses with ClassDatesImpossible."""
    if starts_on > ends_on or enrols_until > end_of_day(ends_on):
        raise ClassDatesImpossible


def require_schedule(meetings: Sequence[Meeting], starts_on: date, ends_on: date) -> None:
    """Let pass sessions inside the class's days, in order and without overlap. Refuses with SessionsImpossible."""
    free_from, free_until = start_of_day(starts_on), end_of_day(ends_on)
    for session_no, meeting in enumerate(meetings, start=1):
        if not free_from <= meeting.starts_at < meeting.ends_at <= free_until:
            raise SessionsImpossible(session_no=session_no)
        free_from = meeting.ends_at


def minutes_of(meetings: Sequence[Meeting]) -> int | None:
    """Count the whole minutes that sessions last; None when there is no session."""
    if not meetings:
        return None
    return sum(((meeting.ends_at - meeting.starts_at) for meeting in meetings), timedelta()) // timedelta(minutes=1)
