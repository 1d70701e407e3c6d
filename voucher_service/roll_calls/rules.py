"""When a class meets, how long its code lasts, and what a make-up session has to be. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

from voucher_service.roll_calls.errors import MakeUpImpossible, MakeUpTooShort
from voucher_service.rulebook import decides

MAKE_UPS_FROM: Final = 1001
"""Make-up sessions are numbered from here on, so that one number tells which meeting is meant."""

EARLIER_PACKS: Final = MappingProxyType(
    {
        "sign_in_opens_minutes": 30,
        "late_minutes_max": 30,
        "unconfirmed_permille_max": 1000,
        "roll_code_seconds": 30,
        "sign_in_nonce_seconds": 120,
        "wrong_digits_max": 10,
        "place_metres_max": 500,
        "two_places_minutes_min": 30,
        "burst_seconds": 20,
        "burst_sign_ins": 60,
        "same_second_max": 3,
        "face_score_permille_min": 800,
        "face_record_hours_max": 24,
    }
)
"""What holds for classes that were submitted under a pack from before sign-ins had numbers."""


class Sitting(NamedTuple):
    """One meeting of a class. `makes_up` is the session that a make-up stands in for, None for a scheduled one.

    `recording` is the reference of a make-up's film; without one it counts for nothing (R18f).
    """

    session_no: int
    starts_at: datetime
    ends_at: datetime
    kind: str
    makes_up: int | None = None
    recording: str = ""


def with_earlier(numbers: Mapping[str, int]) -> Mapping[str, int]:
    """Return a rule pack's numbers, those of sign-ins included however old the pack is."""
    return {**EARLIER_PACKS, **numbers}


@decides("S12")
def is_current(step: int, step_now: int) -> bool:
    """Whether a code of `step` still counts: it is on the screen, or the one before it, for whoever is typing."""
    return step_now - 1 <= step <= step_now


@decides("R18f")
def require_make_up(missed: Sitting, starts_at: datetime, ends_at: datetime, others: Iterable[Sitting]) -> None:
    """Let pass a make-up that follows what it makes up, is as long, and overlaps with no other meeting of the class.

    Refusals: MakeUpTooShort, MakeUpImpossible. Source: 二(三)2.
    """
    overlaps = any(starts_at < other.ends_at and other.starts_at < ends_at for other in others)
    if overlaps or starts_at < missed.ends_at or ends_at <= starts_at:
        raise MakeUpImpossible(session_no=missed.session_no)
    if ends_at - starts_at < missed.ends_at - missed.starts_at:
        raise MakeUpTooShort(
            session_no=missed.session_no,
            minutes=(ends_at - starts_at) // timedelta(minutes=1),
            minutes_min=(missed.ends_at - missed.starts_at) // timedelta(minutes=1),
        )


@decides("R18f")
def makes_up_for(sitting: Sitting) -> int | None:
    """Return the session that attendance at a meeting counts for; None for a make-up without a recording."""
    if sitting.makes_up is None:
        return sitting.session_no
    return sitting.makes_up if sitting.recording else None
