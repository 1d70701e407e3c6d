"""Holders: enrolled once, recognised by their particulars, shown masked, and told who looked.

`request_log_in` and `confirm_log_in` open a unit of work of their own, one each: a wrong code has to stay counted and
a message is sent only once its code is kept. All other verbs run in the caller's unit of work.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple, cast

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from voucher_service.accounts.service import open_session
from voucher_service.calendar import local_date
from voucher_service.database import db, unit_of_work
from voucher_service.errors import NotFound
from voucher_service.holders import adapters, log_in_codes, masking, rules
from voucher_service.holders.categories import CATEGORIES, Category
from voucher_service.holders.errors import (
    CategoryUnknown,
    CodeNotAccepted,
    HolderExists,
    IdentityNotConfirmed,
    RegionUnknown,
)
from voucher_service.holders.log_in_codes import LogInRequest
from voucher_service.holders.looks import accesses, record_access, write_down_look
from voucher_service.holders.models import Holder
from voucher_service.holders.rules import Identity
from voucher_service.holders.sealing import FieldSealer, commitment, new_salt
from voucher_service.identifiers import new_id
from voucher_service.web.access import HOLDER, Caller

__all__ = [
    "Category",
    "Challenge",
    "Identity",
    "LogIn",
    "Masked",
    "Standing",
    "accesses",
    "acquainted",
    "categories",
    "confirm_log_in",
    "enrol",
    "identity_for_tag",
    "masked",
    "masked_all",
    "particulars",
    "record_access",
    "request_log_in",
    "require_age",
    "standing",
    "standing_of_age",
]


class Challenge(NamedTuple):
    """A code was sent. `trial_code` is that code where nothing was really sent, which only a trial may do."""

    challenge_id: int
    trial_code: str | None


class LogIn(NamedTuple):
    token: str
    holder_id: int


class Standing(NamedTuple):
    """What the rest of the service may know of a holder; `commitment` is 32 bytes, for the ledger."""

    region_id: int
    category: str
    commitment: bytes


class Masked(NamedTuple):
    """A holder as anyone but the holder is shown them."""

    name: str
    id_number: str
    phone: str


def request_log_in(
    name: str, id_number: str, phone: str, *, region_id: int, category: str, regions: Collection[int]
) -> Challenge:
    """Check who someone says they are and send a code to their phone.

    Region, one of `regions`, and category count at the first log-in and change nothing later. Refuses as
    `rules.identity` does, with RegionUnknown, CategoryUnknown, IdentityNotConfirmed, IdentityCheckUnavailable and
    TooManyCodes.
    """
    now = _now()
    identity = rules.identity(name, id_number, phone, local_date(now))
    if region_id not in regions:
        raise RegionUnknown(region_id=region_id)
    _require_category(category)
    sender = adapters.sms_sender()
    if not adapters.real_name_check().confirms(identity):
        raise IdentityNotConfirmed
    _require_same_person(_holder_with(identity.id_number), identity)
    challenge_id, code = new_id(), log_in_codes.new_code()
    with unit_of_work():
        log_in_codes.keep(challenge_id, code, LogInRequest(identity, region_id, category), _sealer(), now)
    return Challenge(challenge_id, sender.send_code(identity.phone, code))


def confirm_log_in(challenge_id: int, code: str) -> LogIn:
    """Log in whoever was sent `code`, enrolling them the first time.

    Refuses with CodeNotAccepted and, if they were enrolled or changed meanwhile, HolderExists or IdentityNotConfirmed.
    """
    with unit_of_work():
        asked = log_in_codes.spend_try(challenge_id, code, _sealer(), _now())
        log_in = _log_in(asked) if asked else None
    if log_in is None:
        raise CodeNotAccepted
    return log_in


def enrol(identity: Identity, region_id: int, category: str) -> int:
    """Enrol a person by canonical particulars; return the holder's id. Refuses with CategoryUnknown, HolderExists."""
    _require_category(category)
    holder_id, sealer, salt = new_id(), _sealer(), new_salt()
    db.session.add(
        Holder(
            holder_id=holder_id,
            region_id=region_id,
            id_sealed=sealer.seal(Holder.id_sealed.key, holder_id, identity.id_number),
            name_sealed=sealer.seal(Holder.name_sealed.key, holder_id, identity.name),
            phone_sealed=sealer.seal(Holder.phone_sealed.key, holder_id, identity.phone),
            id_index=sealer.blind_index(Holder.id_index.key, identity.id_number),
            category=category,
            commitment_salt=salt,
            commitment=commitment(salt, identity.id_number, identity.name),
            created_at=_now(),
        )
    )
    try:
        db.session.flush()  # so that the unique key answers here, where it can be put into words
    except IntegrityError:
        raise HolderExists from None
    return holder_id


def acquainted(name: str, id_number: str, phone: str, *, region_id: int) -> int:
    """Return the id of a person whom somebody else introduces, a teacher for example, enrolling them if need be.

    Refuses as `rules.identity` does, and with IdentityNotConfirmed when the number is known with another name or phone.
    """
    identity = rules.identity(name, id_number, phone, local_date(_now()))
    known = _holder_with(identity.id_number)
    _require_same_person(known, identity)
    if known:
        return known.holder_id
    if not adapters.real_name_check().confirms(identity):
        raise IdentityNotConfirmed
    return enrol(identity, region_id, "other")


def particulars(holder_id: int) -> Identity:
    """A holder's own particulars in clear, for nobody else's eyes. Refuses with NotFound."""
    return _opened(_holder(holder_id))


def masked(holder_id: int) -> Masked:
    """Refuses with NotFound."""
    return masked_all([holder_id])[holder_id]


def masked_all(holder_ids: Collection[int]) -> dict[int, Masked]:
    """Many holders at once, by id; a look by anyone but a holder is written down for them, or nobody gets to see.

    Refuses with NotFound if one of them is not there.
    """
    found = db.session.scalars(select(Holder).where(Holder.holder_id.in_(holder_ids))).all()
    write_down_look([(holder.region_id, holder.holder_id) for holder in found])
    shown = {holder.holder_id: _masked(_opened(holder)) for holder in found}
    if len(shown) < len(set(holder_ids)):
        raise NotFound
    return shown


def identity_for_tag(holder_id: int) -> tuple[str, str]:
    """ID number and name in clear, for the tag in the holder's code and for comparing a card. Refuses with NotFound."""
    identity = particulars(holder_id)
    return identity.id_number, identity.name


def standing(holder_id: int) -> Standing:
    """Refuses with NotFound."""
    return _standing(_holder(holder_id))


def standing_of_age(holder_id: int, day: date, age_min: int) -> Standing:
    """As `standing` and `require_age`, from one reading: claims come by the hundred in a second."""
    holder = _holder(holder_id)
    id_number = _sealer().open(Holder.id_sealed.key, holder_id, holder.id_sealed)
    rules.require_age(id_number, day, age_min)
    return _standing(holder)


def categories() -> Collection[Category]:
    """The categories that a person can say they belong to, in the plan's order."""
    return CATEGORIES.values()


def require_age(holder_id: int, day: date, age_min: int) -> None:
    """Refuses with HolderTooYoung, which says from when, and with NotFound."""
    rules.require_age(particulars(holder_id).id_number, day, age_min)


def _log_in(asked: LogInRequest) -> LogIn:
    holder = _holder_with(asked.identity.id_number)
    _require_same_person(holder, asked.identity)
    if holder:
        holder_id, region_id = holder.holder_id, holder.region_id
    else:
        holder_id, region_id = enrol(asked.identity, asked.region_id, asked.category), asked.region_id
    return LogIn(open_session(Caller(HOLDER, holder_id, region_id)), holder_id)


def _require_same_person(holder: Holder | None, identity: Identity) -> None:
    """Let nobody become a holder by that holder's ID number and a phone of their own."""
    if holder is None:
        return
    known = _opened(holder)
    if rules.match(known, identity.id_number, identity.name) != rules.Match.MATCH or known.phone != identity.phone:
        raise IdentityNotConfirmed


def _require_category(category: str) -> None:
    if category not in CATEGORIES:
        raise CategoryUnknown(category=category)


def _holder_with(id_number: str) -> Holder | None:
    index = _sealer().blind_index(Holder.id_index.key, id_number)
    return db.session.scalar(select(Holder).where(Holder.id_index == index))


def _holder(holder_id: int) -> Holder:
    holder = db.session.get(Holder, holder_id)
    if holder is None:
        raise NotFound
    return holder


def _standing(holder: Holder) -> Standing:
    return Standing(holder.region_id, holder.category, holder.commitment)


def _opened(holder: Holder) -> Identity:
    sealer = _sealer()
    return Identity(
        name=sealer.open(Holder.name_sealed.key, holder.holder_id, holder.name_sealed),
        id_number=sealer.open(Holder.id_sealed.key, holder.holder_id, holder.id_sealed),
        phone=sealer.open(Holder.phone_sealed.key, holder.holder_id, holder.phone_sealed),
    )


def _masked(identity: Identity) -> Masked:
    return Masked(
        masking.masked_name(identity.name),
        masking.masked_id_number(identity.id_number),
        masking.masked_phone(identity.phone),
    )


def _sealer() -> FieldSealer:
    extensions = current_app.extensions
    if "field_sealer" not in extensions:
        held = extensions["settings"].secrets
        extensions["field_sealer"] = FieldSealer(held.field_keys, held.field_key_active, held.index_key)
    return cast("FieldSealer", extensions["field_sealer"])


def _now() -> datetime:
    return cast("datetime", current_app.extensions["clock"].now())
