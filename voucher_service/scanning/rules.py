"""What stands against an off-line scan before the ledger is asked, and how a device's log has to hang together.

An off-line scan is a claim, never a redemption. It is decided once, by the first arrival of its bytes; each later
arrival of the same bytes gets the same answer. Two things decide about time, and neither is the device's clock: the
step that the holder's code proves, and the moments at which the service itself heard from the device.

What must not change the outcome: the order of the entries in an upload, of a device's uploads, and of the uploads of
different devices, as long as every log is whole. Which vouchers are redeemed is then the same in any order; of two
scans of one voucher the first to arrive redeems. What may: an entry whose number was used twice (the first to arrive
stands), and a moment (72 hours, a device's revocation, the last seat) that passes between two arrivals.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from voucher_service.scanning.errors import (
    DeviceRevoked,
    EntryNotSigned,
    LogForked,
    LogRolledBack,
    NumberReused,
    OfflineFromFuture,
    OfflineStale,
    OfflineTooLate,
    RefusedAtDoor,
)
from voucher_service.scanning.log import PASSED, START

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from voucher_service.errors import Refusal

HOURS_MAX: Final = 72
STEP: Final = timedelta(seconds=30)
WINDOW: Final = 4 * STEP
"""How far a live code may lie from the moment of an off-line scan."""
MISSING_MAX: Final = 50


class Link(NamedTuple):
    """A place in a device's log: what stands there, and what that names as the entry before."""

    digest: bytes
    previous: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """What the service has of the log around one entry: links by number, as far as they have arrived."""

    around: Mapping[int, Link]
    revoked_at: datetime | None = None
    seen_at: datetime | None = None
    """When the service last heard from the device before it wrote this entry."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What an entry amounts to: the device's verdict, the step that a genuine code proves, and what is against them.

    `step_at` is None exactly when the code is refused, and `against_code` says why.
    """

    verdict: str
    step_at: datetime | None = None
    against_code: Refusal | None = None
    against_card: Refusal | None = None


def against_place(number: int, link: Link, place: Place, *, is_signed: bool) -> Refusal | None:
    """Return why an entry that is new to us does not belong where it says it stands, or None."""
    if number in place.around:
        return NumberReused(number=number)
    before, after = place.around.get(number - 1), place.around.get(number + 1)
    begins_wrongly = number == 1 and link.previous != START
    if begins_wrongly or (before and before.digest != link.previous) or (after and after.previous != link.digest):
        return LogForked(number=number)
    return None if is_signed else EntryNotSigned(number=number)


def against_head(number: int, digest: bytes, known: int, there: bytes | None) -> Refusal | None:
    """Return why a log cannot end with this entry, or None.

    `known` is the highest number that was received or told of before, and `there` what was received under `number`.
    """
    is_shorter, is_another = number < known, there is not None and there != digest
    return LogRolledBack() if is_shorter or is_another else None


def against_device(place: Place) -> Refusal | None:
    return None if place.revoked_at is None else DeviceRevoked(revoked_at=place.revoked_at)


def against_claim(claim: Claim, place: Place, now: datetime) -> Refusal | None:
    """Return why the ledger is not even asked, or None: what the device said, the code, the moment, the card."""
    if claim.verdict != PASSED:
        return RefusedAtDoor(reason=claim.verdict)
    if claim.step_at is None:
        return claim.against_code
    return against_moment(claim.step_at, place, now) or claim.against_card


def against_moment(step_at: datetime, place: Place, now: datetime) -> Refusal | None:
    """Return why a genuine code of the step that began at `step_at` cannot count now, or None."""
    if step_at > now + STEP:
        return OfflineFromFuture(step_at=step_at)
    if now - step_at > timedelta(hours=HOURS_MAX):
        return OfflineTooLate(step_at=step_at, hours_max=HOURS_MAX)
    if place.seen_at is not None and step_at + STEP + WINDOW < place.seen_at:
        return OfflineStale(step_at=step_at, seen_at=place.seen_at)
    return None


def missing(numbers: Iterable[int]) -> list[int]:
    """Return the first numbers that a log has left out up to its last: scans that were made and never arrived."""
    there = set(numbers)
    return [number for number in range(1, max(there, default=0)) if number not in there][:MISSING_MAX]
