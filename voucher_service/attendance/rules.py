"""Which sign-ins count, who completed in thousandths of the sessions held, and what money the close frees. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from voucher_service.rulebook import decides

Numbers = Mapping[str, int]


class Record(Protocol):
    method: str
    state: str
    flags: str
    late_minutes: int


class Standing(StrEnum):
    """How one trainee stands at one session."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    LATE = "late"
    FLAGGED = "flagged"
    REJECTED = "rejected"
    NONE = "none"


COUNTING = (Standing.CONFIRMED, Standing.UNCONFIRMED)
_BEST_FIRST = (*COUNTING, Standing.FLAGGED, Standing.LATE, Standing.REJECTED, Standing.NONE)


class Tally(NamedTuple):
    """One trainee's sessions. `attended` is what counts; `flagged` are those that wait for a person's decision."""

    held: int
    confirmed: int
    unconfirmed: int
    flagged: int
    ahead: int
    attended: int


class Missing(NamedTuple):
    """What keeps a trainee from completing, as a code with a number of sessions."""

    code: str
    sessions: int


@decides("R18b", "S11")
def standing_of(records: Iterable[Record], *, late_minutes_max: int) -> Standing:
    """Return how a trainee stands at one session by all that was recorded there.

    The trainee's own sign-in decides; a clerk's tick stands in for one that is not there, and never for one that is in
    doubt, rejected or voided, unless a person has confirmed the tick itself. Who came too late was not there.
    """
    known = list(records)
    ticks = [one for one in known if one.method == "clerk"]
    own = [one for one in known if one.method != "clerk" and not _says_nothing(one)]
    proofs = [one for one in (*own, *ticks) if one.state == "confirmed"]
    if proofs:
        return Standing.CONFIRMED if any(one.late_minutes <= late_minutes_max for one in proofs) else Standing.LATE
    if any(one.state == "unconfirmed" and one.flags for one in known):
        return Standing.FLAGGED
    if any(one.state in {"rejected", "voided"} for one in (*own, *ticks)):
        return Standing.REJECTED
    if not ticks:
        return Standing.NONE
    in_time = any(one.late_minutes <= late_minutes_max for one in ticks)
    return Standing.UNCONFIRMED if in_time else Standing.LATE


def better(one: Standing, other: Standing) -> Standing:
    """Return the better of a session's standing and a make-up's."""
    return min(one, other, key=_BEST_FIRST.index)


@decides("R18b")
def tally(standings: Sequence[Standing], ahead: int, *, unconfirmed_permille_max: int) -> Tally:
    """Count a trainee's sessions; those that only a clerk ticked count up to their share of all, rounded down."""
    held = len(standings)
    confirmed, unconfirmed = standings.count(Standing.CONFIRMED), standings.count(Standing.UNCONFIRMED)
    counting = min(unconfirmed, held * unconfirmed_permille_max // 1000)
    return Tally(held, confirmed, unconfirmed, standings.count(Standing.FLAGGED), ahead, confirmed + counting)


def attended_permille(attended: int, held: int) -> int:
    """Return thousandths, rounded down, so that nobody passes by rounding; 0 when nothing was held."""
    return attended * 1000 // held if held else 0


def completes(permille: int, *, permille_min: int) -> bool:
    return permille >= permille_min


def needed(held: int, *, permille_min: int) -> int:
    """Return the fewest sessions with which a trainee completes."""
    return -(-held * permille_min // 1000)


def missing(found: Tally, *, permille_min: int) -> list[Missing]:
    """Return what a trainee still lacks before the class closes; empty for whoever has attended enough."""
    short = needed(found.held, permille_min=permille_min) - found.attended
    if found.held and short <= 0:
        return []
    named = [Missing("sessions_short", short)]
    if found.flagged:
        named.append(Missing("flagged", found.flagged))
    if not_counting := found.confirmed + found.unconfirmed - found.attended:
        named.append(Missing("unconfirmed", not_counting))
    if short > found.ahead:
        named.append(Missing("make_up_needed", short - found.ahead))
    return named


@decides("S17")
def needs_two_persons(before: Tally, after: Tally, *, permille_min: int) -> bool:
    """Whether taking a sign-in out would change who completes, now or at best with every session that is ahead."""
    needs = needed(before.held, permille_min=permille_min)
    return (before.attended >= needs) != (after.attended >= needs) or (before.attended + before.ahead >= needs) != (
        after.attended + after.ahead >= needs
    )


def hangs_on_doubts(found: Tally, *, permille_min: int) -> bool:
    """Whether a trainee completes only if some flagged sign-in is confirmed."""
    needs = needed(found.held, permille_min=permille_min)
    return found.attended < needs <= found.attended + found.flagged


def freed_fen(capacity: int, standard_fen: int, kept_fen: int) -> int:
    """Return what a class no longer needs of its promise of one standard a seat; `kept_fen` is still reserved."""
    return capacity * standard_fen - kept_fen


def _says_nothing(one: Record) -> bool:
    """Whether a record is only a repeat of one that stands."""
    return one.state == "rejected" and "repeated" in one.flags.split()
