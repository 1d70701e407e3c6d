"""What an institution proposes when it plans a class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from voucher_service.classes.terms import Meeting


@dataclass(frozen=True, slots=True)
class Lessons:
    """Who and what teaches: kept with the class as its plan."""

    teachers: int
    workstations: int
    lesson_minutes: int
    theory_lessons: int
    practical_lessons: int
    online_lessons: int = 0
    online_platform: str = ""
    teacher_ids: Sequence[int] = ()
    venue_ids: Sequence[int] = ()
    """Of the institution's registers; each named teacher is there in every session, each room in those of its kind."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Everything that an institution says about a class that it wants to hold."""

    programme_id: int
    occupation_code: str
    level: str
    certificate_type: str
    capacity: int
    enrols_until: datetime
    starts_on: date
    ends_on: date
    lessons: Lessons
    sessions: Sequence[Meeting] = ()
    held_in_region_id: int | None = None
    """None for the institution's own region."""
    apprentices_of: str | None = None
    """The enterprise, by its unified social credit code, whose new apprentices are trained; None for other classes."""
