"""The register of an institution's teachers and rooms: entered by the institution, confirmed by the bureau."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from voucher_service.database import db
from voucher_service.errors import Forbidden, NotFound
from voucher_service.holders import service as holders
from voucher_service.identifiers import new_id
from voucher_service.institutions.errors import AlreadyConfirmed, AlreadyOnRegister, SecondPersonIsFirst
from voucher_service.institutions.models import Institution, Teacher, Venue
from voucher_service.institutions.rules import place_key
from voucher_service.web.access import Caller

Entry = TypeVar("Entry", Teacher, Venue)


@dataclass(frozen=True, slots=True)
class TeacherEntry:
    """What an institution enters of a teacher. The person's particulars go to `holders`, and its repr shows none."""

    name: str = field(repr=False)
    id_number: str = field(repr=False)
    phone: str = field(repr=False)
    qualification: str
    teaching_certificate: bool
    valid_until: date | None = None
    """Last day of the papers; None for papers without an end."""


@dataclass(frozen=True, slots=True)
class VenueEntry:
    """A room by its address and name; `kind` is theory or practical, its point in millionths of a degree if known."""

    address: str
    room: str
    kind: str
    workstations: int
    latitude_e6: int | None = None
    longitude_e6: int | None = None


@dataclass(frozen=True, slots=True)
class KnownTeacher:
    """A teacher as anybody but the teacher is shown them."""

    teacher: Teacher
    masked_name: str


def register_teacher(institution: Institution, entry: TeacherEntry, by: Caller, now: datetime) -> Teacher:
    """Enter a teacher, who is enrolled as a person if nobody knows them yet.

    Refuses with Forbidden, AlreadyOnRegister, and as `holders.acquainted`.
    """
    holder_id = holders.acquainted(entry.name, entry.id_number, entry.phone, region_id=institution.region_id)
    entered = Teacher(
        region_id=institution.region_id,
        institution_id=institution.institution_id,
        teacher_id=new_id(),
        holder_id=holder_id,
        qualification=entry.qualification,
        teaching_certificate=entry.teaching_certificate,
        valid_until=entry.valid_until,
        entered_by=_person(by),
        entered_at=now,
    )
    _add(entered)
    return entered


def register_venue(institution: Institution, entry: VenueEntry, by: Caller, now: datetime) -> Venue:
    """Enter a room. Refuses with Forbidden, AlreadyOnRegister."""
    entered = Venue(
        region_id=institution.region_id,
        institution_id=institution.institution_id,
        venue_id=new_id(),
        place_key=place_key(entry.address, entry.room),
        address=entry.address,
        room=entry.room,
        kind=entry.kind,
        workstations=entry.workstations,
        latitude_e6=entry.latitude_e6,
        longitude_e6=entry.longitude_e6,
        entered_by=_person(by),
        entered_at=now,
    )
    _add(entered)
    return entered


def confirm_teacher(institution: Institution, teacher_id: int, by: Caller, now: datetime) -> Teacher:
    """Confirm what an institution entered. Refuses with NotFound, Forbidden, AlreadyConfirmed, SecondPersonIsFirst."""
    return _confirm(_teacher(institution, teacher_id), by, now)


def confirm_venue(institution: Institution, venue_id: int, by: Caller, now: datetime) -> Venue:
    """Confirm what an institution entered. Refuses with NotFound, Forbidden, AlreadyConfirmed, SecondPersonIsFirst."""
    return _confirm(_venue(institution, venue_id), by, now)


def teacher_leaves(institution: Institution, teacher_id: int, now: datetime) -> Teacher:
    """Take a teacher off the register; classes that are submitted keep the booking. Refuses with NotFound."""
    leaving = _teacher(institution, teacher_id)
    leaving.left_at = now
    db.session.flush()  # as when an entry is confirmed
    return leaving


def close_venue(institution: Institution, venue_id: int, now: datetime) -> Venue:
    """Take a room off the register; classes that are submitted keep the booking. Refuses with NotFound."""
    closing = _venue(institution, venue_id)
    closing.closed_at = now
    db.session.flush()  # as when an entry is confirmed
    return closing


def teachers(institution: Institution) -> Sequence[KnownTeacher]:
    """Return the teachers on the register, masked, in the order of their ids."""
    query = select(Teacher).where(
        Teacher.region_id == institution.region_id,
        Teacher.institution_id == institution.institution_id,
        Teacher.left_at.is_(None),
    )
    found = db.session.scalars(query.order_by(Teacher.teacher_id)).all()
    masked = holders.masked_all([teacher.holder_id for teacher in found])
    return [KnownTeacher(teacher, masked[teacher.holder_id].name) for teacher in found]


def venues(institution: Institution) -> Sequence[Venue]:
    """Return the rooms on the register, in the order of their ids."""
    query = select(Venue).where(
        Venue.region_id == institution.region_id,
        Venue.institution_id == institution.institution_id,
        Venue.closed_at.is_(None),
    )
    return db.session.scalars(query.order_by(Venue.venue_id)).all()


def _teacher(institution: Institution, teacher_id: int) -> Teacher:
    found = db.session.get(Teacher, (*_key(institution), teacher_id), with_for_update=True, populate_existing=True)
    if found is None or found.left_at is not None:
        raise NotFound
    return found


def _venue(institution: Institution, venue_id: int) -> Venue:
    found = db.session.get(Venue, (*_key(institution), venue_id), with_for_update=True, populate_existing=True)
    if found is None or found.closed_at is not None:
        raise NotFound
    return found


def _confirm(entry: Entry, by: Caller, now: datetime) -> Entry:
    person = _person(by)
    if person == entry.entered_by:
        raise SecondPersonIsFirst
    if entry.confirmed_at is not None:
        raise AlreadyConfirmed
    entry.confirmed_by, entry.confirmed_at = person, now
    db.session.flush()  # Whoever locks this row next, in this unit of work too, must find the change.
    return entry


def _key(institution: Institution) -> tuple[int, int]:
    return institution.region_id, institution.institution_id


def _add(entry: Teacher | Venue) -> None:
    db.session.add(entry)
    try:
        db.session.flush()  # so that the unique key answers here, where it can be put into words
    except IntegrityError:
        raise AlreadyOnRegister from None


def _person(by: Caller) -> int:
    """Return the natural person who acts; a system of the institution stands for itself."""
    if by.institution_id is None and by.person_id is None:
        raise Forbidden
    return by.person_id or by.subject_id
