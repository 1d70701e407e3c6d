"""What speaks against a sign-in. Pure: times, places, other sign-ins and the rule pack's numbers are handed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from voucher_service.rulebook import decides

Numbers = Mapping[str, int]
Key = tuple[int, int]
"""(region_id, sign_in_id) of a sign-in."""

CODE, FACE, CLERK = "code", "face", "clerk"
METHODS: Final = (CODE, FACE, CLERK)
CONFIRMED, UNCONFIRMED, REJECTED, VOIDED = "confirmed", "unconfirmed", "rejected", "voided"
STATES: Final = (CONFIRMED, UNCONFIRMED, REJECTED, VOIDED)

OUTSIDE_TIME: Final = "outside_time"
OUTSIDE_PLACE: Final = "outside_place"
NO_SUCH_SESSION: Final = "no_such_session"
NOT_OF_THIS_CLASS: Final = "not_of_this_class"
TWO_PLACES: Final = "two_places"
TWO_CITIES: Final = "two_cities"
BURST: Final = "burst"
SAME_SECOND: Final = "same_second"
REPEATED: Final = "repeated"
NOT_LIVE: Final = "not_live"
WEAK_MATCH: Final = "weak_match"
ARRIVED_LATE: Final = "arrived_late"
CLOCK_AHEAD: Final = "clock_ahead"
NUMBER_REUSED: Final = "number_reused"
FLAGS: Final = (
    NO_SUCH_SESSION,
    NOT_OF_THIS_CLASS,
    OUTSIDE_TIME,
    OUTSIDE_PLACE,
    TWO_PLACES,
    TWO_CITIES,
    BURST,
    SAME_SECOND,
    REPEATED,
    NOT_LIVE,
    WEAK_MATCH,
    ARRIVED_LATE,
    CLOCK_AHEAD,
    NUMBER_REUSED,
)
"""Why a sign-in does not count before a person has looked at it."""

CLOCK_TOLERANCE: Final = timedelta(minutes=2)
"""How far a device's clock may be ahead of the service's."""

_MINUTE: Final = timedelta(minutes=1)


class Meeting(Protocol):
    @property
    def starts_at(self) -> datetime: ...

    @property
    def ends_at(self) -> datetime: ...


class Mark(NamedTuple):
    """Another sign-in at the same session; `device_id` is None for a phone."""

    key: Key
    signed_at: datetime
    device_id: int | None


class Elsewhere(NamedTuple):
    """The same person's sign-in in another class: when that session is, where, and when they signed in.

    `signed_at` is None for a clerk's tick, whose own time says nothing about where the person was.
    """

    key: Key
    starts_at: datetime
    ends_at: datetime
    region_id: int
    signed_at: datetime | None


@decides("S11")
def time_flags(sitting: Meeting, signed_at: datetime, numbers: Numbers) -> list[str]:
    """Flag what lies outside the session and the minutes before it in which people arrive."""
    opens_at = sitting.starts_at - _MINUTE * numbers["sign_in_opens_minutes"]
    return [] if opens_at <= signed_at <= sitting.ends_at else [OUTSIDE_TIME]


def late_minutes(sitting: Meeting, signed_at: datetime) -> int:
    """Whole minutes after the beginning; 0 for whoever is in time."""
    return max((signed_at - sitting.starts_at) // _MINUTE, 0)


@decides("S13")
def place_flags(distance_metres: int | None, numbers: Numbers) -> list[str]:
    """Flag what was sent from too far away, where both places are known."""
    far = distance_metres is not None and distance_metres > numbers["place_metres_max"]
    return [OUTSIDE_PLACE] if far else []


@decides("S14")
def met_elsewhere(
    sitting: Meeting, region_id: int, signed_at: datetime | None, others: Iterable[Elsewhere], numbers: Numbers
) -> dict[Key, str]:
    """Return which of a person's other sign-ins cannot be true together with this one, by key, and why.

    Sessions of two classes that overlap, or two regions of the city within the minutes that the way takes.
    """
    found: dict[Key, str] = {}
    for other in others:
        if sitting.starts_at < other.ends_at and other.starts_at < sitting.ends_at:
            found[other.key] = TWO_PLACES
        elif region_id != other.region_id and _within(signed_at, other.signed_at, numbers["two_places_minutes_min"]):
            found[other.key] = TWO_CITIES
    return found


@decides("S15")
def burst(signed_at: datetime, others: Sequence[Mark], numbers: Numbers) -> list[Key]:
    """Return the keys of the others if, with this one, too many people signed in within too few seconds."""
    window = timedelta(seconds=numbers["burst_seconds"])
    near = sorted(
        (mark for mark in others if abs(mark.signed_at - signed_at) <= window), key=lambda mark: mark.signed_at
    )
    for first_at in sorted({signed_at, *(mark.signed_at for mark in near if mark.signed_at < signed_at)}):
        together = [mark.key for mark in near if first_at <= mark.signed_at <= first_at + window]
        if len(together) + 1 >= numbers["burst_sign_ins"]:
            return together
    return []


@decides("S15")
def same_second(device_id: int, signed_at: datetime, others: Sequence[Mark], numbers: Numbers) -> list[Key]:
    """Return the keys of the others if one device names one second for more people than can pass before it."""
    second = signed_at.replace(microsecond=0)
    together = [
        mark.key for mark in others if mark.device_id == device_id and mark.signed_at.replace(microsecond=0) == second
    ]
    return together if len(together) + 1 > numbers["same_second_max"] else []


@decides("S16", "R18b")
def face_flags(
    seen_at: datetime, received_at: datetime, score_permille: int, numbers: Numbers, *, live: bool
) -> list[str]:
    """Flag a face device's record that is no proof: not live, a weak match, from the future, or brought too late."""
    flags = [] if live else [NOT_LIVE]
    if score_permille < numbers["face_score_permille_min"]:
        flags.append(WEAK_MATCH)
    if seen_at > received_at + CLOCK_TOLERANCE:
        flags.append(CLOCK_AHEAD)
    if received_at - seen_at > timedelta(hours=numbers["face_record_hours_max"]):
        flags.append(ARRIVED_LATE)
    return flags


@decides("S12")
def is_fresh(drawn_at: datetime, now: datetime, numbers: Numbers) -> bool:
    """Whether a nonce is as young as it has to be."""
    return timedelta(0) <= now - drawn_at <= timedelta(seconds=numbers["sign_in_nonce_seconds"])


@decides("S12")
def tries_left(wrong: int, *, wrong_max: int) -> int:
    """How many more times a holder may type digits for a session, after so many wrong ones."""
    return max(wrong_max - wrong, 0)


def state_of(flags: Sequence[str]) -> str:
    """Return the state in which a sign-in that proves itself begins: a repeat says nothing new, a doubt waits."""
    if REPEATED in flags:
        return REJECTED
    return UNCONFIRMED if flags else CONFIRMED


def in_order(flags: Iterable[str]) -> list[str]:
    given = set(flags)
    return [flag for flag in FLAGS if flag in given]


def _within(one: datetime | None, other: datetime | None, minutes: int) -> bool:
    return one is not None and other is not None and abs(one - other) < _MINUTE * minutes
