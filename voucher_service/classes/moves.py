"""Taking a class from one state to the next. The row is locked first, so that two at once become one and two."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import update

from voucher_service.calendar import local_date
from voucher_service.classes import bookings
from voucher_service.classes.errors import ClassHasTrainees, ClassNotInState, ClassNotYet
from voucher_service.classes.models import TrainingClass
from voucher_service.classes.rules import MOVES
from voucher_service.database import db
from voucher_service.errors import NotFound
from voucher_service.institutions import service as institutions
from voucher_service.programmes import service as programmes


def start(region_id: int, class_id: int, now: datetime) -> TrainingClass:
    """Open an approved class on its first day or later.

    A suspended class is led back by two persons only, and whoever is stopped opens none.
    Refuses with NotFound, ClassNotInState, ClassNotYet, InstitutionSuspended, InstitutionBarred.
    """
    training_class = lock(region_id, class_id)
    require_state(training_class, "approved")
    _require_standing(training_class, now)
    require_day(training_class.starts_on, now)
    return move(training_class, "in_session")


def end(region_id: int, class_id: int, now: datetime) -> TrainingClass:
    """End a class that is in session, on its last day or later.

    Who completed is what payment rests on: a class of an institution that is stopped waits until it is let go on, or
    until the bureau calls the class off or disqualifies it.
    Refuses with NotFound, ClassNotInState, ClassNotYet, InstitutionSuspended, InstitutionBarred.
    """
    training_class = lock(region_id, class_id)
    require_state(training_class, "in_session")
    _require_standing(training_class, now)
    require_day(training_class.ends_on, now)
    return move(training_class, "ended")


def lock(region_id: int, class_id: int) -> TrainingClass:
    """Return a class and let nobody else take a seat in it or move it on until this unit of work ends.

    Refuses with NotFound.
    """
    found = db.session.get(TrainingClass, (region_id, class_id), with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def hold(region_id: int, class_id: int) -> TrainingClass:
    """Return a class and let nobody close or cancel it until this unit of work ends; seats are taken meanwhile.

    Refuses with NotFound.
    """
    shared = {"read": True, "key_share": True}
    found = db.session.get(TrainingClass, (region_id, class_id), with_for_update=shared, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def require_cancellable(training_class: TrainingClass) -> None:
    """Let pass a class that can still be called off. Refuses with ClassNotInState."""
    require_move(training_class, "cancelled")


def cancel(region_id: int, class_id: int, now: datetime, lost_seats: int = 0) -> TrainingClass:
    """Call off a class that nobody is in, and give back its promised budget and what is booked for it.

    Whoever has trainees in it gives their vouchers back first; `lost_seats` are of those whose voucher has ended since,
    so that there is nothing to give back. Refuses with NotFound, ClassNotInState, ClassHasTrainees.
    """
    training_class = lock(region_id, class_id)
    require_cancellable(training_class)
    if training_class.seats_taken > lost_seats:
        raise ClassHasTrainees(seats_taken=training_class.seats_taken - lost_seats)
    bookings.release(region_id, class_id, now)
    promised_fen = training_class.capacity * training_class.standard_fen
    cancelled = move(training_class, "cancelled", standard_fen=0)
    if promised_fen:
        programmes.give_back_budget(cancelled.programme_id, promised_fen)
    return cancelled


def move_on(region_id: int, class_id: int, to_state: str) -> TrainingClass:
    """Take a class that has ended to exam, close or disqualification. Refuses with NotFound, ClassNotInState."""
    return move(lock(region_id, class_id), to_state)


def require_day(day: date, now: datetime) -> None:
    if local_date(now) < day:
        raise ClassNotYet(day=day.isoformat())


def require_state(training_class: TrainingClass, state: str) -> None:
    """Let pass a class that stands in `state`. Refuses with ClassNotInState."""
    if training_class.state != state:
        raise ClassNotInState(state=training_class.state)


def _require_standing(training_class: TrainingClass, now: datetime) -> None:
    institutions.require_standing(training_class.region_id, training_class.institution_id, local_date(now))


def require_move(training_class: TrainingClass, to_state: str) -> None:
    if to_state not in MOVES[training_class.state]:
        raise ClassNotInState(state=training_class.state)


def move(training_class: TrainingClass, to_state: str, **also: object) -> TrainingClass:
    require_move(training_class, to_state)
    moved = db.session.execute(
        update(TrainingClass)
        .where(
            TrainingClass.region_id == training_class.region_id,
            TrainingClass.class_id == training_class.class_id,
            TrainingClass.state == training_class.state,
        )
        .values(state=to_state, **also)
        .returning(TrainingClass.class_id)
    )
    if moved.first() is None:
        raise ClassNotInState(state=training_class.state)
    return training_class
