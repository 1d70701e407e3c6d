"""Visits to a class: written down once, corrected by another row, counted when they fell into a session."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from voucher_service.classes import service as classes
from voucher_service.database import asked_once, db
from voucher_service.errors import NotFound
from voucher_service.identifiers import new_id
from voucher_service.supervision.errors import (
    ClassNotSupervised,
    InspectionCorrected,
    InspectionInFuture,
    InspectionPlacesFilled,
    InspectionReasonMissing,
)
from voucher_service.supervision.models import Inspection
from voucher_service.supervision.rules import COUNTS, PLACES, require_place, standing
from voucher_service.web.access import Caller

SUPERVISED: Final = frozenset(
    {"approved", "in_session", "ended", "suspended", "exam_filed", "examined", "closed", "disqualified"}
)
"""The states of a class that was approved and was not called off."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What an inspector wrote down. `corrects` is the id of the row that this one replaces, with its `reason`."""

    kind: str
    inspected_at: datetime
    place: str
    teachers: int
    present: int
    photo: str = ""
    photo_sha256: str = ""
    note: str = ""
    corrects: int | None = None
    reason: str = ""


def record_inspection(training_class: Any, visit: Visit, caller: Caller, now: datetime) -> Inspection:
    """Write down a visit, or the correction of one; outside the class's time it is kept and does not count.

    Refusals: NotFound, ClassNotSupervised, InspectionInFuture, InspectionPlacesFilled, InspectionReasonMissing,
    InspectionCorrected.
    """
    held = classes.lock(training_class.region_id, training_class.class_id)
    if held.state not in SUPERVISED:
        raise ClassNotSupervised(state=held.state)
    if visit.inspected_at > now:
        raise InspectionInFuture(inspected_at=visit.inspected_at, now=now)
    stands = standing(visit.inspected_at, visit.kind, classes.sessions(held), days=(held.starts_on, held.ends_on))
    _require_correctable(held, visit)
    row = Inspection(
        region_id=held.region_id,
        inspection_id=new_id(),
        class_id=held.class_id,
        kind=visit.kind,
        place_no=_place(held, visit) if stands == COUNTS else None,
        inspected_at=visit.inspected_at,
        standing=stands,
        place=visit.place,
        teachers=visit.teachers,
        present=visit.present,
        photo=visit.photo,
        photo_sha256=visit.photo_sha256,
        note=visit.note,
        corrects_id=visit.corrects,
        reason=visit.reason,
        recorded_by=caller.person_id or caller.subject_id,
        recorded_at=now,
    )
    db.session.add(row)
    _flush_or_refuse(row)
    return row


def inspections(training_class: Any) -> list[Inspection]:
    """Return every row of a class, corrected ones included, in the order in which they were written."""
    query = select(Inspection).where(*_of(training_class))
    return list(db.session.scalars(query.order_by(Inspection.recorded_at, Inspection.inspection_id)))


@asked_once
def standing_inspections(training_class: Any) -> list[Inspection]:
    """Return the rows that nothing has corrected, in the order of the visits."""
    later = aliased(Inspection)
    corrected = select(later.corrects_id).where(
        later.region_id == Inspection.region_id, later.corrects_id == Inspection.inspection_id
    )
    query = select(Inspection).where(*_of(training_class), ~corrected.exists())
    return list(db.session.scalars(query.order_by(Inspection.inspected_at, Inspection.inspection_id)))


def _require_correctable(held: Any, visit: Visit) -> None:
    if visit.corrects is None:
        return
    if not visit.reason.strip():
        raise InspectionReasonMissing
    wanted = (*_of(held), Inspection.inspection_id == visit.corrects)
    if db.session.scalar(select(Inspection.inspection_id).where(*wanted)) is None:
        raise NotFound
    if visit.corrects not in {row.inspection_id for row in standing_inspections(held)}:
        raise InspectionCorrected


def _place(held: Any, visit: Visit) -> int | None:
    """The number of the form's place that a visit takes; it is never used twice, even after a correction."""
    if visit.kind not in PLACES:
        return None
    others = [row for row in standing_inspections(held) if row.inspection_id != visit.corrects]
    require_place(visit.kind, Counter(row.kind for row in others if row.standing == COUNTS)[visit.kind])
    last = select(func.max(Inspection.place_no)).where(*_of(held), Inspection.kind == visit.kind)
    return (db.session.scalar(last) or 0) + 1


def _of(training_class: Any) -> tuple[Any, ...]:
    return Inspection.region_id == training_class.region_id, Inspection.class_id == training_class.class_id


def _flush_or_refuse(row: Inspection) -> None:
    """The constraints answer in the rule's words, should two inspectors ever get past the lock."""
    try:
        db.session.flush()
    except IntegrityError as taken:
        if row.corrects_id is not None:
            raise InspectionCorrected from taken
        raise InspectionPlacesFilled(made=PLACES[row.kind], places=PLACES[row.kind]) from taken
