"""Asking a phone whether its owner agrees: a real-name check, a code, and the person whom the right code stands for.

Logging in and being helped begin alike; the purpose of the code tells them apart, so that neither opens the other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from voucher_service.calendar import local_date
from voucher_service.database import unit_of_work
from voucher_service.holders import adapters, log_in_codes, rules
from voucher_service.holders.errors import HolderExists, IdentityNotConfirmed, PhoneTaken, RegionUnknown
from voucher_service.holders.log_in_codes import LogInRequest
from voucher_service.holders.people import (
    enrol,
    known_by_number,
    note_phone,
    number_on_phone,
    opened,
    present,
    require_category,
    require_same_person,
)
from voucher_service.holders.rules import Identity
from voucher_service.identifiers import new_id


class Challenge(NamedTuple):
    """A code was sent. `trial_code` is that code where nothing was really sent, which only a trial may do."""

    challenge_id: int
    trial_code: str | None


class Proven(NamedTuple):
    """A holder who answered with the right code, as read at that moment; a person's particulars are in it."""

    holder_id: int
    region_id: int
    category: str
    identity: Identity


class Particulars(NamedTuple):
    """What somebody says of a person. Region and category count at enrolment and change nothing later."""

    name: str
    id_number: str
    phone: str
    region_id: int
    category: str


def checked(told: Particulars, regions: Collection[int]) -> Identity:
    """Bring particulars into canonical spelling and ask the register about them.

    Refuses as `rules.identity` does, with RegionUnknown, CategoryUnknown, IdentityNotConfirmed and
    IdentityCheckUnavailable.
    """
    identity = rules.identity(told.name, told.id_number, told.phone, local_date(present()))
    if told.region_id not in regions:
        raise RegionUnknown(region_id=told.region_id)
    require_category(told.category)
    if not adapters.real_name_check().confirms(identity):
        raise IdentityNotConfirmed
    require_same_person(known_by_number(identity.id_number), identity)
    return identity


def challenge(told: Particulars, regions: Collection[int], purpose: str, more: Sequence[object] = ()) -> Challenge:
    """Send a code to the phone, in a unit of work of its own; refuses as `checked` does, and with TooManyCodes."""
    sender = adapters.sms_sender()
    identity = checked(told, regions)
    asked = LogInRequest(identity.name, identity.id_number, identity.phone, told.region_id, told.category)
    challenge_id, code = new_id(), log_in_codes.new_code()
    with unit_of_work():
        log_in_codes.keep(challenge_id, code, identity.phone, purpose=purpose, request=[*asked, *more], now=present())
    return Challenge(challenge_id, sender.send_code(identity.phone, code))


def person_of(asked: LogInRequest) -> Proven:
    """Return whoever answered with the right code, enrolling them the first time.

    Their phone is theirs until the unit of work ends: what is opened for it now, a change of phone finds and ends.
    Refuses with HolderExists, IdentityNotConfirmed and PhoneTaken.
    """
    holder = known_by_number(asked.id_number, held=True)
    require_same_person(holder, asked.identity)
    if holder is None:
        _require_phone_free(asked)  # also where the first of several who shared it has left
        holder_id = enrol(asked.identity, asked.region_id, asked.category, phone_number=1)
        return Proven(holder_id, asked.region_id, asked.category, asked.identity)
    note_phone(holder, asked.identity)
    return Proven(holder.holder_id, holder.region_id, holder.category, opened(holder))


def _require_phone_free(asked: LogInRequest) -> None:
    """Refuse with PhoneTaken, and with HolderExists where it is the same person who took it a moment ago."""
    try:
        number_on_phone(asked.phone, reason="")
    except PhoneTaken:
        if known_by_number(asked.id_number) is not None:
            raise HolderExists from None
        raise
