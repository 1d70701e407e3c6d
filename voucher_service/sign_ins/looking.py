"""Reading sign-ins: of a class, of a trainee, those that wait for a person, those that a new one is held against."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Select, select

from voucher_service.classes import service as classes
from voucher_service.database import db
from voucher_service.errors import NotFound
from voucher_service.institutions import service as institutions
from voucher_service.roll_calls import service as roll_calls
from voucher_service.sign_ins.models import SignIn
from voucher_service.sign_ins.places import Point, distance_metres
from voucher_service.sign_ins.rules import CLERK, REJECTED, UNCONFIRMED, VOIDED, Elsewhere, Mark

if TYPE_CHECKING:
    from voucher_service.web.access import Caller

SESSION_LENGTH_MAX: Final = timedelta(hours=36)
"""Two sign-ins further apart than this are of no two sessions that overlap: a session lies within the city's day."""


def find(sign_in_id: int, caller: Caller) -> SignIn:
    """Return a sign-in of the caller's region, any for the city's staff. Refusals: NotFound."""
    found = db.session.scalar(visible_to(caller).where(SignIn.sign_in_id == sign_in_id))
    if found is None:
        raise NotFound
    return found


def visible_to(caller: Caller) -> Select[SignIn]:
    """The sign-ins of the caller's region, or of the city for its staff, as a query to be paged."""
    query = select(SignIn)
    return query if caller.region_id == institutions.CITY_REGION else query.where(SignIn.region_id == caller.region_id)


def waiting(caller: Caller) -> Select[SignIn]:
    """The flagged sign-ins that nobody has decided yet, as a query to be paged."""
    return visible_to(caller).where(SignIn.flags != "", SignIn.state == UNCONFIRMED)


def of_class(region_id: int, class_id: int) -> list[SignIn]:
    """Return every sign-in of a class, those that do not count included."""
    query = select(SignIn).where(SignIn.region_id == region_id, SignIn.class_id == class_id)
    return list(db.session.scalars(query.order_by(SignIn.recorded_at, SignIn.sign_in_id)))


def of_redemption(region_id: int, redemption_id: int) -> list[SignIn]:
    """Return every sign-in of one trainee."""
    query = select(SignIn).where(SignIn.holder_region_id == region_id, SignIn.redemption_id == redemption_id)
    return list(db.session.scalars(query.order_by(SignIn.recorded_at, SignIn.sign_in_id)))


def of_session(training_class: Any, session_no: int) -> list[SignIn]:
    query = select(SignIn).where(
        SignIn.region_id == training_class.region_id,
        SignIn.class_id == training_class.class_id,
        SignIn.session_no == session_no,
    )
    return list(db.session.scalars(query))


def marks(known: Iterable[SignIn]) -> list[Mark]:
    """What of a session's sign-ins tells of a pattern: phones' and devices', not a clerk's list, which has one time."""
    return [
        Mark((one.region_id, one.sign_in_id), one.signed_at, one.device_id)
        for one in known
        if one.method != CLERK and one.state not in {REJECTED, VOIDED}
    ]


def elsewhere(
    holder_ids: Collection[int], training_class: Any, starts_at: datetime, ends_at: datetime
) -> Iterator[tuple[int, Elsewhere]]:
    """Yield (holder_id, what they signed in to) for each sign-in of these people in other classes around a time."""
    query = select(SignIn).where(
        SignIn.holder_id.in_(holder_ids),
        SignIn.class_id != training_class.class_id,
        SignIn.state.not_in((REJECTED, VOIDED)),
        SignIn.signed_at.between(starts_at - SESSION_LENGTH_MAX, ends_at + SESSION_LENGTH_MAX),
    )
    for other in db.session.scalars(query):
        their_class = classes.get(other.region_id, other.class_id)
        for held in roll_calls.sittings(their_class):
            if held.session_no == other.session_no and other.holder_id is not None:
                key, region_id = (other.region_id, other.sign_in_id), held_in(their_class)
                signed_at = None if other.method == CLERK else other.signed_at
                yield other.holder_id, Elsewhere(key, held.starts_at, held.ends_at, region_id, signed_at)


def held_in(training_class: Any) -> int:
    """The region where a class meets."""
    found: int = training_class.held_in_region_id or training_class.region_id
    return found


def distance_of(training_class: Any, kind: str, place: Point | None) -> int | None:
    """How far a place is from the nearest registered room of a class for this kind of session; None where unknown."""
    if place is None:
        return None
    institution = institutions.get(training_class.region_id, training_class.institution_id)
    rooms = institutions.confirmed_venues(institution, training_class.plan.get("venue_ids", ()))
    known = [
        distance_metres(place, Point(room.latitude_e6, room.longitude_e6))
        for room in rooms
        if room.latitude_e6 is not None and room.longitude_e6 is not None and kind in {room.kind, "online"}
    ]
    return min(known, default=None)
