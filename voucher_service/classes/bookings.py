"""Teachers and rooms during sessions: each is in one place at a time, whichever institutions ask.

Whoever books counts up the row of each teacher and room first, in one order for all; that row is the lock, so the look
for clashes that follows sees every booking that was made before. A unique key on resource and beginning stands behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, insert, select, text, update

from voucher_service.classes.case import Case
from voucher_service.classes.models import Booking, TrainingClass
from voucher_service.classes.terms import Meeting
from voucher_service.database import db
from voucher_service.identifiers import to_hex
from voucher_service.institutions import service as institutions

_LOCK = text(
    "INSERT INTO bookable (resource, bookings) VALUES (:resource, 1) "
    "ON CONFLICT (resource) DO UPDATE SET bookings = bookable.bookings + 1"
)


class Named(NamedTuple):
    """What a plan names from the registers: fit teachers and rooms, and how many of the named are not fit.

    `resources` are the names under which they are booked, with the kind of session that each is needed in; teachers
    are needed in every kind ("").
    """

    teachers: int
    workstations: int
    rooms: int
    unfit: int
    resources: Sequence[tuple[str, str]]


class Clash(NamedTuple):
    sessions: int
    first_at: datetime | None


def named_in(judged: Case) -> Named:
    """Look up what a plan names; names that are not fit through its last day only count as such."""
    institution = institutions.get(judged.region_id, judged.institution_id)
    lessons = judged.lessons
    teachers = institutions.confirmed_teachers(institution, judged.ends_on, lessons.teacher_ids)
    rooms = institutions.confirmed_venues(institution, lessons.venue_ids)
    asked = len(set(lessons.teacher_ids)) + len(set(lessons.venue_ids))
    return Named(
        teachers=len(teachers),
        workstations=sum(room.workstations for room in rooms if room.kind == "practical"),
        rooms=len(rooms),
        unfit=asked - len(teachers) - len(rooms),
        resources=[
            *((f"teacher:{to_hex(teacher.holder_id)}", "") for teacher in teachers),
            *((f"room:{room.place_key}", room.kind) for room in rooms),
        ],
    )


def lock(named: Named) -> None:
    """Let nobody else book these teachers and rooms until this unit of work ends."""
    if asked := [{"resource": resource} for resource in sorted({resource for resource, _ in named.resources})]:
        db.session.execute(_LOCK, asked)


def clash(judged: Case, named: Named) -> Clash:
    """Return in how many sessions a named teacher or room is taken by another class, and the first such moment."""
    needs = list(_needs(judged.meetings, named))
    if not needs:
        return Clash(0, None)
    taken = db.session.execute(
        select(Booking.resource, Booking.starts_at, Booking.ends_at).where(
            Booking.resource.in_({resource for _, _, resource in needs}),
            Booking.released_at.is_(None),
            Booking.class_id != judged.class_id,
            Booking.starts_at < max(meeting.ends_at for _, meeting, _ in needs),
            Booking.ends_at > min(meeting.starts_at for _, meeting, _ in needs),
        )
    ).all()
    hit = {
        session_no: meeting.starts_at
        for session_no, meeting, resource in needs
        for other, starts_at, ends_at in taken
        if other == resource and starts_at < meeting.ends_at and meeting.starts_at < ends_at
    }
    return Clash(len(hit), min(hit.values(), default=None))


def book(training_class: TrainingClass, judged: Case, named: Named) -> None:
    """Write down what was locked and found free, in the same unit of work."""
    rows = [
        {
            "region_id": training_class.region_id,
            "class_id": training_class.class_id,
            "session_no": session_no,
            "resource": resource,
            "starts_at": meeting.starts_at,
            "ends_at": meeting.ends_at,
        }
        for session_no, meeting, resource in _needs(judged.meetings, named)
    ]
    if rows:
        db.session.execute(insert(Booking), rows)


def release(region_id: int, class_id: int, now: datetime) -> None:
    """Give back what is booked for a class from `now` on; what was taught stays on record."""
    db.session.execute(
        update(Booking)
        .where(
            Booking.region_id == region_id,
            Booking.class_id == class_id,
            Booking.released_at.is_(None),
            Booking.ends_at > now,
        )
        .values(released_at=now)
    )


def booked(region_id: int, class_id: int) -> int:
    """Return how many bookings a class holds."""
    held = select(func.count()).where(
        Booking.region_id == region_id, Booking.class_id == class_id, Booking.released_at.is_(None)
    )
    return db.session.scalar(held) or 0


def _needs(meetings: Sequence[Meeting], named: Named) -> Iterator[tuple[int, Meeting, str]]:
    for session_no, meeting in enumerate(meetings, start=1):
        for resource, kind in named.resources:
            if kind in {"", meeting.kind}:
                yield session_no, meeting, resource
