"""The rows behind holders: found by number, opened, enrolled. For this room only; others ask its service."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from flask import current_app
from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError

from voucher_service.database import db
from voucher_service.errors import NotFound
from voucher_service.holders import rules
from voucher_service.holders.categories import CATEGORIES
from voucher_service.holders.errors import (
    CategoryUnknown,
    HolderExists,
    IdentityNotConfirmed,
    PhoneSharedByTooMany,
    PhoneTaken,
)
from voucher_service.holders.introducing import adopt
from voucher_service.holders.keys import field_sealer
from voucher_service.holders.models import Holder, PhoneChange
from voucher_service.holders.rules import Identity
from voucher_service.holders.sealing import SealBrokenError, commitment, new_salt
from voucher_service.identifiers import new_id


def enrol(identity: Identity, region_id: int, category: str, phone_number: int | None = None) -> int:
    """Enrol a person by canonical particulars; return the holder's id.

    `phone_number` says which of their phone's persons they are, None while nobody has shown that the phone is theirs.
    Refuses with CategoryUnknown, HolderExists, PhoneTaken.
    """
    require_category(category)
    holder_id, sealer, salt = adopt(identity.id_number) or new_id(), field_sealer(), new_salt()
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
            created_at=present(),
            phone_index=phone_index_of(identity.phone) if phone_number else None,
            phone_number=phone_number,
        )
    )
    try:
        db.session.flush()  # so that the unique key answers here, where it can be put into words
    except IntegrityError as error:
        raise (PhoneTaken if "phone" in str(error.orig) else HolderExists) from None
    return holder_id


def note_phone(holder: Holder, identity: Identity) -> None:
    """Put down that a holder of earlier days has shown a phone to be theirs, unless somebody did so before."""
    if holder.phone_index is None and sharers(identity.phone) == 0:
        holder.phone_index, holder.phone_number = phone_index_of(identity.phone), 1


def sharers(phone: str) -> int:
    """Return how many persons a phone stands for."""
    return len(_numbers_on(phone))


def number_on_phone(phone: str, reason: str) -> int:
    """Return which of a phone's persons one more would be: the first is anybody's, more need a clerk's reason.

    Somebody who changed to another phone leaves a number free. Refuses with PhoneTaken and PhoneSharedByTooMany.
    """
    taken = _numbers_on(phone)
    if taken and not reason:
        raise PhoneTaken
    if len(taken) >= rules.PHONE_SHARERS_MAX:
        raise PhoneSharedByTooMany(persons_max=rules.PHONE_SHARERS_MAX)
    return min(set(range(1, rules.PHONE_SHARERS_MAX + 1)) - taken)


def _numbers_on(phone: str) -> set[int]:
    numbers = select(Holder.phone_number).where(Holder.phone_index == phone_index_of(phone))
    return {number for number in db.session.scalars(numbers) if number}


def phone_index_of(phone: str) -> bytes:
    return field_sealer().blind_index(Holder.phone_index.key, phone)


def phone_changed(holder_id: int, since: datetime, until: datetime) -> bool:
    """Whether a counter gave a holder another phone between two moments, both included."""
    changed = exists().where(PhoneChange.holder_id == holder_id, PhoneChange.changed_at.between(since, until))
    return bool(db.session.scalar(select(changed)))


def particulars(holder_id: int) -> Identity:
    """A holder's own particulars in clear, for nobody else's eyes. Refuses with NotFound."""
    return opened(row_of(holder_id))


def require_same_person(holder: Holder | None, identity: Identity) -> None:
    """Let nobody become a holder by that holder's ID number and a phone of their own."""
    if holder is None:
        return
    known = opened(holder)
    if rules.match(known, identity.id_number, identity.name) != rules.Match.MATCH or known.phone != identity.phone:
        raise IdentityNotConfirmed


def require_category(category: str) -> None:
    if category not in CATEGORIES:
        raise CategoryUnknown(category=category)


def known_by_number(id_number: str, *, held: bool = False) -> Holder | None:
    """Find a holder; `held` lets nobody change their phone until this unit of work ends."""
    index = field_sealer().blind_index(Holder.id_index.key, id_number)
    query = select(Holder).where(Holder.id_index == index)
    if held:
        query = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(query)


def row_of(holder_id: int) -> Holder:
    holder = db.session.get(Holder, holder_id)
    if holder is None:
        raise NotFound
    return holder


def opened(holder: Holder) -> Identity:
    sealer = field_sealer()
    return Identity(
        name=sealer.open(Holder.name_sealed.key, holder.holder_id, holder.name_sealed),
        id_number=sealer.open(Holder.id_sealed.key, holder.holder_id, holder.id_sealed),
        phone=sealer.open(Holder.phone_sealed.key, holder.holder_id, holder.phone_sealed),
    )


def not_as_committed(limit: int) -> list[tuple[int, int]]:
    """Return (region_id, holder_id) of people whose sealed particulars are not those that the ledger committed to."""
    wrong: list[tuple[int, int]] = []
    for holder in db.session.scalars(select(Holder).order_by(Holder.holder_id).execution_options(yield_per=1000)):
        if not _is_as_committed(holder):
            wrong.append((holder.region_id, holder.holder_id))
            if len(wrong) == limit:
                break
    return wrong


def _is_as_committed(holder: Holder) -> bool:
    try:
        shown = opened(holder)
    except SealBrokenError:
        return False
    index = field_sealer().blind_index(Holder.id_index.key, shown.id_number)
    made = commitment(holder.commitment_salt, shown.id_number, shown.name)
    return (made, index) == (holder.commitment, holder.id_index)


def present() -> datetime:
    return cast("datetime", current_app.extensions["clock"].now())
