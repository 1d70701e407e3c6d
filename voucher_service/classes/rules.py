"""The rules of a class plan, each a pure function of the plan and the rule pack's numbers, and the law of its states.

Shares are compared as integers in thousandths, so that a class at exactly the limit passes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from voucher_service.calendar import end_of_day, start_of_day
from voucher_service.classes.errors import ClassDatesImpossible, SessionsImpossible

COMPLETION: Final = "completion"
"""培训合格证书, the weakest certificate."""

CERTIFICATE_TYPES: Final = (
    "vocational_qualification",
    "skill_level",
    "special_operation",
    "special_equipment",
    "special_ability",
    COMPLETION,
)
"""Strongest first."""

LEVELS: Final = (
    "",
    "apprentice",
    "junior",
    "intermediate",
    "senior",
    "technician",
    "senior_technician",
    "special_technician",
    "chief_technician",
)
"""新八级工, lowest first; some kinds of work have no level, written as an empty text."""

STEPS: Final = {"submitted": "industry", "industry_approved": "bureau"}
"""The review that is due in a state."""

APPROVED_BY: Final = {"industry": "industry_approved", "bureau": "approved"}
"""The state that the second of two approving opinions leads to."""

MOVES: Final = {
    "draft": {"submitted", "cancelled"},
    "submitted": {"industry_approved", "refused", "cancelled"},
    "industry_approved": {"approved", "refused", "cancelled"},
    "approved": {"in_session", "cancelled"},
    "in_session": {"ended", "cancelled", "disqualified"},
    "ended": {"exam_filed", "suspended", "disqualified"},
    "suspended": {"ended", "disqualified"},
    "exam_filed": {"examined", "disqualified"},
    "examined": {"closed", "disqualified"},
    "closed": set[str](),
    "refused": set[str](),
    "cancelled": set[str](),
    "disqualified": set[str](),
}
"""State → the states that may follow it. A refused plan stays as it was signed; its institution makes a new one."""


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105 - an outcome, not a password
    REFUSE = "refuse"
    WARN = "warn"


class Finding(NamedTuple):
    """What one rule says of a plan; `figures` are the numbers compared, and fill the rule's sentences."""

    rule_id: str
    outcome: Outcome
    figures: Mapping[str, int | str]


class Meeting(NamedTuple):
    """One session as scheduled; `kind` is theory, practical or online."""

    starts_at: datetime
    ends_at: datetime
    kind: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What an institution plans. Theory is taught in the room and online lessons are counted apart from it.

    `scheduled_minutes` are those of the sessions, None while none is scheduled.
    """

    certificate_type: str
    trainees: int
    teachers: int
    workstations: int
    lesson_minutes: int
    theory_lessons: int
    practical_lessons: int
    online_lessons: int = 0
    online_platform: str = ""
    listed_platforms: frozenset[str] = frozenset()
    scheduled_minutes: int | None = None

    @property
    def lessons(self) -> int:
        return self.theory_lessons + self.practical_lessons + self.online_lessons


Numbers = Mapping[str, int]


def rule_r17a(plan: Plan, numbers: Numbers) -> Finding:
    """Trainees to a teacher and to a workstation, each within the limit."""
    per_teacher, per_workstation = numbers["trainees_per_teacher_max"], numbers["trainees_per_workstation_max"]
    kept = plan.trainees <= min(plan.teachers * per_teacher, plan.workstations * per_workstation)
    return _finding(
        "R17a",
        kept,
        trainees=plan.trainees,
        teachers=plan.teachers,
        workstations=plan.workstations,
        trainees_per_teacher_max=per_teacher,
        trainees_per_workstation_max=per_workstation,
    )


def rule_r17b(plan: Plan, numbers: Numbers) -> Finding:
    least = numbers["teachers_min"]
    return _finding("R17b", plan.teachers >= least, teachers=plan.teachers, teachers_min=least)


def rule_r17c(plan: Plan, numbers: Numbers) -> Finding:
    most = numbers["trainees_max"]
    return _finding("R17c", plan.trainees <= most, trainees=plan.trainees, trainees_max=most)


def rule_r17d(plan: Plan, numbers: Numbers) -> Finding:
    """A lesson is long enough, as stated and as scheduled. A plan without sessions is only warned."""
    least = numbers["lesson_minutes_min"]
    scheduled = plan.scheduled_minutes
    kept = plan.lesson_minutes >= least and (scheduled is None or scheduled >= plan.lessons * least)
    figures: dict[str, int | str] = {
        "lesson_minutes": plan.lesson_minutes,
        "lessons": plan.lessons,
        "scheduled_minutes": scheduled or 0,
        "lesson_minutes_min": least,
    }
    if kept and scheduled is None:
        return Finding("R17d", Outcome.WARN, figures)
    return _finding("R17d", kept, **figures)


def rule_r17e(plan: Plan, numbers: Numbers) -> Finding:
    least = numbers["practical_share_min_permille"]
    return _finding(
        "R17e",
        plan.lessons > 0 and plan.practical_lessons * 1000 >= plan.lessons * least,
        practical_lessons=plan.practical_lessons,
        lessons=plan.lessons,
        practical_share_min_permille=least,
    )


def rule_r17g(plan: Plan, numbers: Numbers) -> Finding:
    """Online theory within its share of all lessons, and on a listed platform only."""
    most = numbers["online_share_max_permille"]
    listed = plan.online_lessons == 0 or plan.online_platform in plan.listed_platforms
    return _finding(
        "R17g",
        listed and plan.online_lessons * 1000 <= plan.lessons * most,
        online_lessons=plan.online_lessons,
        lessons=plan.lessons,
        online_platform=plan.online_platform,
        online_share_max_permille=most,
    )


def rule_r10(plan: Plan, numbers: Numbers) -> Finding:
    """A course for a completion certificate is long enough; other certificates pass."""
    least = numbers["completion_lessons_min"]
    kept = plan.certificate_type != COMPLETION or plan.lessons >= least
    return _finding("R10", kept, lessons=plan.lessons, completion_lessons_min=least)


def _finding(rule_id: str, kept: bool, **figures: int | str) -> Finding:  # noqa: FBT001 - the question itself
    return Finding(rule_id, Outcome.PASS if kept else Outcome.REFUSE, figures)


class Rule(NamedTuple):
    """A rule with its clause of the city's plan and what it demands, as sentences over a finding's figures."""

    clause: str
    check: Callable[[Plan, Numbers], Finding]
    zh: str
    en: str


RULES: Final = {
    "R17a": Rule(
        "二(三)1",
        rule_r17a,
        "学员{trainees}人，教师{teachers}人，工位{workstations}个："
        "每名教师最多对应{trainees_per_teacher_max}名学员，每个工位最多对应{trainees_per_workstation_max}名。",
        "{trainees} trainees, {teachers} teachers, {workstations} workstations: at most {trainees_per_teacher_max} "
        "trainees to a teacher and {trainees_per_workstation_max} to a workstation.",
    ),
    "R17b": Rule(
        "二(三)1",
        rule_r17b,
        "教师{teachers}人，至少{teachers_min}人。",
        "{teachers} teachers; at least {teachers_min}.",
    ),
    "R17c": Rule(
        "二(三)1",
        rule_r17c,
        "学员{trainees}人，最多{trainees_max}人。",
        "{trainees} trainees; at most {trainees_max}.",
    ),
    "R17d": Rule(
        "二(三)1",
        rule_r17d,
        "每课时{lesson_minutes}分钟，共{lessons}课时，已排{scheduled_minutes}分钟：每课时至少{lesson_minutes_min}分钟。",
        "{lessons} lessons of {lesson_minutes} minutes, {scheduled_minutes} minutes scheduled: a lesson has at least "
        "{lesson_minutes_min} minutes.",
    ),
    "R17e": Rule(
        "二(三)1",
        rule_r17e,
        "实操{practical_lessons}课时，共{lessons}课时：实操至少占千分之{practical_share_min_permille}。",
        "{practical_lessons} practical of {lessons} lessons: at least {practical_share_min_permille} in a thousand.",
    ),
    "R17g": Rule(
        "三(二)",
        rule_r17g,
        "线上理论{online_lessons}课时，共{lessons}课时，平台“{online_platform}”："
        "线上最多占千分之{online_share_max_permille}，且只能用目录清单内的平台。",
        "{online_lessons} online of {lessons} lessons on platform {online_platform!r}: at most "
        "{online_share_max_permille} in a thousand, and on a listed platform only.",
    ),
    "R10": Rule(
        "二(三)",
        rule_r10,
        "共{lessons}课时：培训合格证书的课程至少{completion_lessons_min}课时。",
        "{lessons} lessons: a course for a completion certificate has at least {completion_lessons_min}.",
    ),
}


def preflight(plan: Plan, numbers: Numbers) -> list[Finding]:
    """Ask every rule about a plan; the answers come in the order of RULES."""
    return [rule.check(plan, numbers) for rule in RULES.values()]


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
