"""What supervision shows to the other rooms: its verbs, the two gates, and one overview of a class."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from voucher_service.supervision.gates import checks_of, prospect, require_fit_for_exam, require_worth
from voucher_service.supervision.inspections import (
    SUPERVISED,
    Visit,
    inspections,
    record_inspection,
    standing_inspections,
)
from voucher_service.supervision.online import Found, ask_platform, online_standings, record_faults, write_reports
from voucher_service.supervision.recordings import (
    Film,
    Seen,
    incomplete,
    judge,
    judgements,
    recordings,
    register_recordings,
    shortfalls,
    unrecorded,
)
from voucher_service.supervision.rules import opening_head_count, training_head_count
from voucher_service.supervision.surveys import (
    answer,
    answerable,
    close_round,
    numbers_of,
    open_next_round,
    own_voucher,
    shared_devices,
    standing,
)
from voucher_service.web.access import Caller

__all__ = [
    "SUPERVISED",
    "Film",
    "Found",
    "Seen",
    "Visit",
    "answer",
    "answerable",
    "ask_platform",
    "checks_of",
    "close_round",
    "judge",
    "open_next_round",
    "overview",
    "own_voucher",
    "payable",
    "prospect",
    "record_faults",
    "record_inspection",
    "register_recordings",
    "require_fit_for_exam",
    "require_worth",
    "shared_devices",
    "standing",
    "write_reports",
]


def payable(training_class: Any) -> int | None:
    """Return how many certificates of a class can have a value at most; None while nobody has checked it."""
    return training_head_count(checks_of(training_class))


def overview(training_class: Any, caller: Caller, now: datetime) -> dict[str, Any]:
    """Return how a class stands in supervision: what was seen, what is missing, and what the payment is capped at.

    What could point at single trainees' answers is not for the institution.
    """
    for_the_bureau = {} if caller.institution_id else {"shared_devices": shared_devices(training_class)}
    checks, numbers = checks_of(training_class), numbers_of(training_class)
    current = {row.inspection_id for row in standing_inspections(training_class)}
    judged = judgements(training_class)
    return {
        "opening_head_count": opening_head_count(checks),
        "training_head_count": training_head_count(checks),
        "checks": len(checks.counted),
        "inspections_min": numbers["inspections_min"],
        "inspections": [
            {"row": row, "is_current": row.inspection_id in current} for row in inspections(training_class)
        ],
        "recordings": [{"row": row, "judgement": judged.get(row.recording_id)} for row in recordings(training_class)],
        "unrecorded": unrecorded(training_class, now),
        "shortfalls": shortfalls(training_class),
        "incomplete": incomplete(training_class),
        "strikes": numbers["incomplete_recordings_disqualify"],
        "survey": standing(training_class),
        "online": online_standings(training_class),
        **for_the_bureau,
    }
