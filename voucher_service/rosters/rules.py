"""Who may stand on a roster: what the file says of a person, and what the person's past says. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from voucher_service.calendar import add_months
from voucher_service.errors import Refusal
from voucher_service.rosters.errors import (
    PersonCannotJoin,
    PersonExaminedRecently,
    PersonInOwnClass,
    PersonNotExamined,
    PersonSubsidisedBefore,
    PersonUnwilling,
    RosterOverCapacity,
)
from voucher_service.rulebook import decides

OPEN_TO: Final = ("draft", "submitted", "industry_approved", "approved")
"""The states of a class before it opens."""

SUBSIDISED: Final = ("certified", "valued", "publicised", "payable", "paid")
IN_TRAINING_OR_AFTER: Final = ("redeemed", "completed", *SUBSIDISED)
AT_NO_SCHOOL: Final = ("", "否", "无", "不在校", "非在校", "no", "none")
EXEMPT_SCHOOLS: Final = {
    "普通高校": "university",
    "university": "university",
    "特殊职业教育": "special_vocational",
    "special vocational": "special_vocational",
}
"""How a file's word begins → the school that R17j exempts."""


@dataclass(frozen=True, slots=True)
class Past:
    """One earlier voucher of a person; `ours` when the class was this institution's, `here` when it was this class."""

    state: str
    year: int
    examined_on: date | None
    occupation_code: str | None
    level: str | None
    ours: bool
    here: bool


@decides("R01", "R12")
def unwilling(answers: Mapping[str, bool | None], questions: Mapping[str, str]) -> list[Refusal]:
    """Every question of the questionnaire that is answered no."""
    return [
        PersonUnwilling(field=field, question=questions[field]) for field, answer in answers.items() if answer is False
    ]


def schooling_of(said: str) -> str:
    """Read what a file says of the schooling, in the words of a claim; whatever is not known is another school."""
    plain = said.strip().lower()
    if plain in AT_NO_SCHOOL:
        return "none"
    return next((kind for begin, kind in EXEMPT_SCHOOLS.items() if plain.startswith(begin)), "other_school")


def over_capacity(place: int, capacity: int) -> list[Refusal]:
    """Turn down whoever stands beyond the class's own seats; how many those may be, the class's rule R17c decides."""
    return [RosterOverCapacity(capacity=capacity, place=place)] if place > capacity else []


@decides("R23")
def hindered(
    past: Sequence[Past], occupation_code: str, level: str, day: date, *, rest_months: int, trainings_max: int
) -> list[Refusal]:
    """What a person's own past says against joining a class that begins on `day`.

    What happened at this institution is told; of the rest only that there is something.
    """
    found = [reason for before in past for reason in _against(before, occupation_code, level, day, rest_months)]
    told = [reason for ours, reason in found if ours]
    begun = [before for before in past if before.year == day.year and before.state in IN_TRAINING_OR_AFTER]
    silent = len(told) < len(found) or len([before for before in begun if not before.here]) >= trainings_max
    return [*told, *([PersonCannotJoin()] if silent else [])]


def _against(before: Past, occupation_code: str, level: str, day: date, rest_months: int) -> list[tuple[bool, Refusal]]:
    if before.here:
        return []
    found: list[Refusal] = []
    if before.state == "redeemed":
        found.append(PersonInOwnClass())
    if before.state == "completed" and before.examined_on is None:
        found.append(PersonNotExamined())
    if before.examined_on and day < (free_from := add_months(before.examined_on, rest_months)):
        found.append(
            PersonExaminedRecently(examined_on=before.examined_on.isoformat(), free_from=free_from.isoformat())
        )
    if before.state in SUBSIDISED and (before.occupation_code, before.level) == (occupation_code, level):
        found.append(PersonSubsidisedBefore())
    return [(before.ours, reason) for reason in found]
