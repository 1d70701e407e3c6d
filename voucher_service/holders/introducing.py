"""People whom somebody else names before they come themselves: recognised if known, introduced if not.

An institution that lists somebody cannot make them a holder, or its phone number would keep the person out. Their
number is kept sealed under an id of their own, which is theirs too once they have logged in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import delete, select, text

from voucher_service.clock import to_microseconds
from voucher_service.database import db
from voucher_service.holders import person_name
from voucher_service.holders.keys import field_sealer
from voucher_service.holders.models import Holder, IntroducedPerson
from voucher_service.identifiers import new_id

_AT_ONCE = 500
_RECOGNISED_BY = (Holder.holder_id, Holder.region_id, Holder.category, Holder.name_sealed, Holder.id_index)
_INTRODUCE = text(
    "INSERT INTO introduced_person (person_id, id_sealed, name_sealed, id_index, introduced_at) "
    "VALUES (:person_id, :id_sealed, :name_sealed, :id_index, :introduced_at) "
    "ON CONFLICT (id_index) DO UPDATE SET introduced_at = excluded.introduced_at RETURNING person_id"
)


class Recognised(NamedTuple):
    """A holder who is known by an ID number; `same_name` is by skeleton, as a card is compared."""

    holder_id: int
    region_id: int
    category: str
    same_name: bool


def recognised(
    people: Sequence[tuple[str, str]], digests: Mapping[str, bytes] | None = None
) -> dict[tuple[str, str], Recognised]:
    """Find the holders among people given as (name, canonical ID number); return them by both.

    `digests` are `person_digests` of these numbers, if the caller has them already.
    """
    digests = digests or person_digests([id_number for _, id_number in people])
    found: dict[tuple[str, str], Recognised] = {}
    for at in range(0, len(people), _AT_ONCE):
        asked: dict[bytes, list[tuple[str, str]]] = {}
        for person in people[at : at + _AT_ONCE]:
            asked.setdefault(digests[person[1]], []).append(person)
        for holder in db.session.execute(select(*_RECOGNISED_BY).where(Holder.id_index.in_(asked))):
            found |= {person: _compared(holder, person[0]) for person in asked[holder.id_index]}
    return found


def _compared(holder: Any, name: str) -> Recognised:
    known_as = field_sealer().open(Holder.name_sealed.key, holder.holder_id, holder.name_sealed)
    same = name == known_as or person_name.skeleton(name) == person_name.skeleton(known_as)
    return Recognised(holder.holder_id, holder.region_id, holder.category, same)


def person_digest(id_number: str) -> bytes:
    """32 bytes that two rows about one person share, and that tell nothing without the city's key."""
    return person_digests([id_number])[id_number]


def person_digests(id_numbers: Iterable[str]) -> dict[str, bytes]:
    """The digest of each of many numbers, by number."""
    sealer = field_sealer()
    return {id_number: sealer.blind_index(Holder.id_index.key, id_number) for id_number in id_numbers}


def introduce(people: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return the id of each person given as (name, canonical ID number), by number, in the open unit of work.

    Whoever is no holder is kept until they come, or until nobody has named them for long; of two who introduce one
    person the first stays.
    """
    ids = {id_number: holder.holder_id for (_, id_number), holder in recognised(people).items()}
    sealer = field_sealer()
    for name, id_number in people:
        if id_number in ids:
            continue
        person_id, index = new_id(), person_digest(id_number)
        row = {
            "person_id": person_id,
            "id_sealed": sealer.seal(IntroducedPerson.id_sealed.key, person_id, id_number),
            "name_sealed": sealer.seal(IntroducedPerson.name_sealed.key, person_id, name),
            "id_index": index,
            "introduced_at": to_microseconds(current_app.extensions["clock"].now()),
        }
        ids[id_number] = db.session.execute(_INTRODUCE, row).scalar_one()
    return ids


def adopt(id_number: str) -> int | None:
    """Return the id under which somebody who now enrols was introduced, and forget the introduction."""
    index = person_digest(id_number)
    person_id = db.session.scalar(select(IntroducedPerson.person_id).where(IntroducedPerson.id_index == index))
    if person_id is not None:
        db.session.execute(delete(IntroducedPerson).where(IntroducedPerson.person_id == person_id))
    return person_id


def introduced_before(moment: datetime, after: int | None = None, limit: int = _AT_ONCE) -> list[int]:
    """Return the ids of people who were named last before a moment and never came, in the order of their ids."""
    old = select(IntroducedPerson.person_id).where(IntroducedPerson.introduced_at < moment)
    if after is not None:
        old = old.where(IntroducedPerson.person_id > after)
    return list(db.session.scalars(old.order_by(IntroducedPerson.person_id).limit(limit)))


def forget_introduced(person_ids: Collection[int], before: datetime) -> int:
    """Delete what is known of these people, but of those who were named since `before`; return how many."""
    old = IntroducedPerson.person_id.in_(person_ids), IntroducedPerson.introduced_at < before
    forgotten = db.session.execute(delete(IntroducedPerson).where(*old).returning(IntroducedPerson.person_id))
    return len(forgotten.all())


def enrolled(person_ids: Collection[int]) -> list[int]:
    """Return those of these ids who are holders."""
    return list(db.session.scalars(select(Holder.holder_id).where(Holder.holder_id.in_(person_ids))))


def introduced_all(person_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Return (name, ID number) in clear of those who are introduced only; for masking, and nobody else's eyes."""
    sealer = field_sealer()
    found = db.session.scalars(select(IntroducedPerson).where(IntroducedPerson.person_id.in_(person_ids)))
    return {
        person.person_id: (
            sealer.open(IntroducedPerson.name_sealed.key, person.person_id, person.name_sealed),
            sealer.open(IntroducedPerson.id_sealed.key, person.person_id, person.id_sealed),
        )
        for person in found
    }
