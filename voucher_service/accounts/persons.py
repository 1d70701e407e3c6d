"""Whose accounts are one person's: what keeps somebody from deciding about their own, or twice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, text

from voucher_service.accounts.models import StaffAccount, StaffPerson
from voucher_service.clock import to_microseconds
from voucher_service.database import db
from voucher_service.identifiers import new_id

_MEET = text(
    "INSERT INTO staff_person (person_id, id_index, known_since) VALUES (:person_id, :id_index, :now) "
    "ON CONFLICT (id_index) DO NOTHING"
)


def person_of_index(id_index: bytes, now: datetime) -> int:
    """Return the person with this keyed index of an ID number, in the open unit of work: the same one every time.

    Of two who name one person at once the second waits for the first, and finds theirs.
    """
    met = {"person_id": new_id(), "id_index": id_index, "now": to_microseconds(now)}
    db.session.execute(_MEET, met)
    return db.session.scalars(select(StaffPerson.person_id).where(StaffPerson.id_index == id_index)).one()


def works_for(person_id: int | None, institution_id: int) -> bool:
    """Whether a person has, or ever had, an account of an institution."""
    query = select(StaffAccount.account_id).where(
        StaffAccount.person_id == person_id, StaffAccount.institution_id == institution_id
    )
    return db.session.scalars(query.limit(1)).first() is not None
