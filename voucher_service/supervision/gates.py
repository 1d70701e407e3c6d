"""The two questions that later rooms ask: may this class file its exam, and may one more certificate have a value?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from voucher_service.attendance import service as attendance
from voucher_service.classes import service as classes
from voucher_service.errors import Refusal
from voucher_service.supervision.inspections import standing_inspections
from voucher_service.supervision.online import unrecognised
from voucher_service.supervision.recordings import effective_head_counts, incomplete, unrecorded
from voucher_service.supervision.rules import (
    COUNTS,
    Checked,
    Checks,
    require_inspected,
    require_payable,
    require_recognised,
    require_recorded,
    require_subsidised,
    training_head_count,
)
from voucher_service.supervision.surveys import numbers_of, require_satisfied


def require_fit_for_exam(training_class: Any) -> None:
    """Let a class file its exam that has its subsidy still (R18d) and whose trainees are satisfied (R18g).

    Refusals: ClassLostSubsidy, SurveyNotClosed, SatisfactionTooLow.
    """
    strikes = numbers_of(training_class)["incomplete_recordings_disqualify"]
    require_subsidised(training_class.state, incomplete(training_class), strikes=strikes)
    require_satisfied(training_class)


def require_worth(training_class: Any, redemption: Any, valued: int, now: datetime) -> None:
    """Let one more certificate of a class have a value; `valued` of them have one already.

    Whoever asks has locked the class, so that two at once are counted one after the other. Asks R18d, R18a with R15,
    R18b, R18g, R18h and R14. Refusals: ClassLostSubsidy, ClassNotInspected, RecordingsMissing, SurveyNotClosed,
    SatisfactionTooLow, OnlineNotRecognised, PayableReached.
    """
    numbers, checks = numbers_of(training_class), checks_of(training_class)
    strikes = numbers["incomplete_recordings_disqualify"]
    require_subsidised(training_class.state, incomplete(training_class), strikes=strikes)
    require_inspected(checks, inspections_min=numbers["inspections_min"])
    require_recorded(unrecorded(training_class, now))
    require_satisfied(training_class)
    if faulty := unrecognised(training_class):
        require_recognised(
            attendance.of_trainee(training_class, redemption, now).counted,
            faulty,
            len(classes.sessions(training_class)),
            permille_min=numbers["attendance_permille_min"],
        )
    require_payable(valued, checks)


class Prospect(NamedTuple):
    """What stands between a class and the value of its certificates today."""

    obstacles: dict[str, Refusal | None]
    """For each question that every certificate is asked, what it would be refused with."""
    payable: int | None
    """How many certificates can have a value at most; None while nobody has counted heads."""


def prospect(training_class: Any, now: datetime) -> Prospect:
    """Ask of a class at once what `require_worth` asks for each certificate."""
    numbers, checks = numbers_of(training_class), checks_of(training_class)
    strikes = numbers["incomplete_recordings_disqualify"]
    obstacles = {
        "subsidised": _refusal(require_subsidised, training_class.state, incomplete(training_class), strikes=strikes),
        "inspected": _refusal(require_inspected, checks, inspections_min=numbers["inspections_min"]),
        "recorded": _refusal(require_recorded, unrecorded(training_class, now)),
        "surveyed": _refusal(require_satisfied, training_class),
    }
    return Prospect(obstacles, training_head_count(checks))


def _refusal(require: Callable[..., None], *about: Any, **numbers: int) -> Refusal | None:
    try:
        require(*about, **numbers)
    except Refusal as refusal:
        return refusal
    return None


def checks_of(training_class: Any) -> Checks:
    """Return what a class's head-count rests on; nobody counts for more than the seats there are."""
    most = training_class.capacity
    visits = [
        Checked(row.kind, min(row.present, most))
        for row in standing_inspections(training_class)
        if row.standing == COUNTS
    ]
    return Checks(visits, [min(present, most) for present in effective_head_counts(training_class)])
