"""The words in which rules of a class speak: what is planned, what the year has so far, and what a rule answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from voucher_service.institutions.service import Provider

COMPLETION: Final = "completion"
"""培训合格证书, the weakest certificate."""

SPECIAL_ABILITY: Final = "special_ability"
WEAK: Final = frozenset({SPECIAL_ABILITY, COMPLETION})
"""The two kinds that R09 keeps down."""

CERTIFICATE_NAMES: Final = {
    "vocational_qualification": ("职业资格证书", "vocational qualification"),
    "skill_level": ("职业技能等级证书", "skill-level certificate"),
    "special_operation": ("特种作业操作证", "special-operation permit"),
    "special_equipment": ("特种设备作业人员证", "special-equipment operator's certificate"),
    SPECIAL_ABILITY: ("专项职业能力证书", "special-ability certificate"),
    COMPLETION: ("培训合格证书", "completion certificate"),
}
"""Strongest first; what each is called in Chinese and in English."""
CERTIFICATE_TYPES: Final = tuple(CERTIFICATE_NAMES)

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


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105 - an outcome, not a password
    REFUSE = "refuse"
    WARN = "warn"


LIGHTS: Final = {Outcome.PASS: "green", Outcome.WARN: "amber", Outcome.REFUSE: "red"}


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
class YearSoFar:
    """Person-times of the classes approved for one calendar year, without the class that is judged.

    `manufacturing` and `weak` are among `trainees`; occupations that no register classifies count in `trainees` only.
    Apprentices are those of the same institution, submitted classes included, so that two cannot slip in side by side.
    """

    year: int = 0
    trainees: int = 0
    manufacturing: int = 0
    weak: int = 0
    apprentices_same: int = 0
    """Of the same enterprise and occupation."""
    apprentices: int = 0
    trainees_at_once: int = 0
    """Of the institution's other classes that overlap with this one."""


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
    provider: Provider
    year: YearSoFar = field(default_factory=YearSoFar)
    online_lessons: int = 0
    online_platform: str = ""
    listed_platforms: frozenset[str] = frozenset()
    lessons_stated: int | None = None
    """How many lessons the programme states for this occupation's completion course; None where it states none."""
    scheduled_minutes: int | None = None
    starts_on: str = ""
    manufacturing: bool | None = None
    """None when no register says what the occupation is."""
    strongest_certificate: str = ""
    """The strongest certificate that can be had for the occupation and level; empty when none is known."""
    outside_region: bool = False
    apprentices_of: str = ""
    named_required: bool = True
    named_teachers: int = 0
    named_workstations: int = 0
    named_rooms: int = 0
    unfit_named: int = 0
    """Named teachers and rooms that are not confirmed, have left, or whose papers end before the class does."""
    clashes: int = 0
    """Sessions in which a named teacher or room is booked for another class."""
    first_clash: str = ""

    @property
    def lessons(self) -> int:
        return self.theory_lessons + self.practical_lessons + self.online_lessons


Numbers = Mapping[str, int]


class Rule(NamedTuple):
    """A rule as the check before submission asks it; its sentences are over a finding's figures.

    A warning of a rule that `wants_reason` lets nobody approve without writing down why.
    """

    check: Callable[[Plan, Numbers], Finding]
    zh: str
    en: str
    wants_reason: bool = False


def found(rule_id: str, kept: bool, **figures: int | str) -> Finding:  # noqa: FBT001 - the question itself
    """Pass or refuse, with the figures that were compared."""
    return Finding(rule_id, Outcome.PASS if kept else Outcome.REFUSE, figures)


def warned(rule_id: str, kept: bool, **figures: int | str) -> Finding:  # noqa: FBT001 - the question itself
    """Pass or warn, with the figures that were compared."""
    return Finding(rule_id, Outcome.PASS if kept else Outcome.WARN, figures)
