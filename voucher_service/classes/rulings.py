"""What the bureau rules on a class: a suspension at once, its lift and a disqualification by two persons. 二(三)4."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from voucher_service.classes import bookings
from voucher_service.classes.errors import (
    ClassNotInState,
    RulingByOnePerson,
    RulingMade,
    RulingNoteMissing,
    RulingOpen,
    RulingReasonUnknown,
)
from voucher_service.classes.models import ClassRuling, TrainingClass
from voucher_service.classes.moves import lock, move, require_move
from voucher_service.classes.register import visible_to
from voucher_service.database import db
from voucher_service.errors import Forbidden, NotFound
from voucher_service.identifiers import new_id
from voucher_service.programmes import service as programmes

if TYPE_CHECKING:
    from voucher_service.web.access import Caller

OTHER: Final = "other"
FAKE: Final = "trainees_not_there"
REASONS: Final = (FAKE, "recordings", "satisfaction", "online_platform", "inspection", "institution_barred", OTHER)
"""Why a class is suspended or disqualified: its trainees were not there, R18d, R18g, R18h, R18a, R05 and R21."""

LEADS_TO: Final = {"suspend": "suspended", "disqualify": "disqualified"}
HOLDING_ITS_PROMISE: Final = ("approved", "in_session")
"""States in which a class carries the promise of every seat; later each voucher carries its own."""


def rule(
    training_class: TrainingClass, kind: str, *, reason: str, note: str, caller: Caller, now: datetime
) -> ClassRuling:
    """Suspend a class at once, or ask for its lift or disqualification, with the class locked.

    Refusals: RulingReasonUnknown, RulingNoteMissing, ClassNotInState, RulingOpen, Forbidden.
    """
    require_reason(reason, note)
    held = lock(training_class.region_id, training_class.class_id)
    _require_fitting(held, kind)
    ruling = ClassRuling(
        region_id=held.region_id,
        ruling_id=new_id(),
        class_id=held.class_id,
        kind=kind,
        reason=reason,
        note=note,
        state="made" if kind == "suspend" else "asked",
        from_state=held.state,
        asked_by=_person(caller),
        asked_at=now,
    )
    db.session.add(ruling)
    try:
        db.session.flush()  # so that the unique key answers here, where it can be put into words
    except IntegrityError as error:
        raise RulingOpen(kind=kind) from error
    if kind == "suspend":
        move(held, "suspended")
    return ruling


def settle(ruling: ClassRuling, caller: Caller, now: datetime, *, confirmed: bool) -> TrainingClass:
    """Decide what another person asked, with the class locked; return the class as it stood before.

    Refusals: RulingByOnePerson, RulingMade, Forbidden, and when confirmed ClassNotInState.
    """
    held = lock(ruling.region_id, ruling.class_id)
    db.session.refresh(ruling)
    if ruling.state != "asked":
        raise RulingMade
    if (person := _person(caller)) == ruling.asked_by:
        raise RulingByOnePerson
    if confirmed:
        _require_fitting(held, ruling.kind)
    ruling.state, ruling.decided_by, ruling.decided_at = "confirmed" if confirmed else "declined", person, now
    db.session.flush()  # Whoever locks the class next, in this unit of work too, must find the decision.
    return held


def resume(held: TrainingClass) -> TrainingClass:
    """Lead a suspended class back to where it stood. Refuses with ClassNotInState."""
    return move(held, suspension_of(held).from_state)


def disqualify(held: TrainingClass, now: datetime) -> TrainingClass:
    """Take a class out for good, with what is booked for it; a promise that it still carries goes back, once.

    Whoever has trainees in it ends or gives back their vouchers first. Refuses with ClassNotInState.
    """
    stood = suspension_of(held).from_state if held.state == "suspended" else held.state
    promised_fen = held.capacity * held.standard_fen if stood in HOLDING_ITS_PROMISE else 0
    bookings.release(held.region_id, held.class_id, now)
    disqualified = move(held, "disqualified")
    if promised_fen:
        programmes.give_back_budget(disqualified.programme_id, promised_fen)
    return disqualified


def suspension_of(held: TrainingClass) -> ClassRuling:
    """Return the suspension that a suspended class stands under; refuses with ClassNotInState."""
    found = next((ruling for ruling in of_class(held) if ruling.kind == "suspend"), None)
    if held.state != "suspended" or found is None:
        raise ClassNotInState(state=held.state)
    return found


def of_class(training_class: TrainingClass) -> Sequence[ClassRuling]:
    """Return every ruling on a class, the latest first."""
    query = select(ClassRuling).where(
        ClassRuling.region_id == training_class.region_id, ClassRuling.class_id == training_class.class_id
    )
    return db.session.scalars(query.order_by(ClassRuling.asked_at.desc(), ClassRuling.ruling_id.desc())).all()


def disqualified_for(training_class: TrainingClass) -> str:
    """Return why a class was disqualified; `other` where no persons' ruling says it."""
    made = (ruling for ruling in of_class(training_class) if (ruling.kind, ruling.state) == ("disqualify", "confirmed"))
    return next((ruling.reason for ruling in made), OTHER)


def find(ruling_id: int, caller: Caller) -> ClassRuling:
    """Return a ruling on a class that the caller may see; refuses with NotFound."""
    found = db.session.scalar(_on_classes_of(caller).where(ClassRuling.ruling_id == ruling_id))
    if found is None:
        raise NotFound
    return found


def waiting(caller: Caller, limit: int = 200) -> Sequence[ClassRuling]:
    """Return what one person asked and another has to decide, oldest first."""
    query = _on_classes_of(caller).where(ClassRuling.state == "asked").order_by(ClassRuling.asked_at)
    return db.session.scalars(query.limit(limit)).all()


def require_reason(reason: str, note: str) -> None:
    """Raise RulingReasonUnknown or RulingNoteMissing unless the reason is known, with a note where it says nothing."""
    if reason not in REASONS:
        raise RulingReasonUnknown(reason=reason, reasons=list(REASONS))
    if reason == OTHER and not note.strip():
        raise RulingNoteMissing


def _on_classes_of(caller: Caller) -> Select[ClassRuling]:
    seen = visible_to(caller).with_only_columns(TrainingClass.region_id, TrainingClass.class_id).subquery()
    return select(ClassRuling).join(
        seen, (seen.c.region_id == ClassRuling.region_id) & (seen.c.class_id == ClassRuling.class_id)
    )


def _require_fitting(held: TrainingClass, kind: str) -> None:
    if kind == "lift":
        suspension_of(held)
    else:
        require_move(held, LEADS_TO[kind])


def _person(caller: Caller) -> int:
    if caller.person_id is None:
        raise Forbidden
    return caller.person_id
