"""The register of classes: reading them, and who may see which."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select

from voucher_service.classes.models import ClassOpinion, ClassSession, TrainingClass
from voucher_service.database import asked_once, db
from voucher_service.errors import NotFound
from voucher_service.institutions import service as institutions
from voucher_service.web.access import Caller


def get(region_id: int, class_id: int) -> TrainingClass:
    """Return one class; refuses with NotFound."""
    if (found := db.session.get(TrainingClass, (region_id, class_id))) is None:
        raise NotFound
    return found


def find(class_id: int, caller: Caller) -> TrainingClass:
    """Return a class that the caller may see, wherever it lies; refuses with NotFound."""
    found = db.session.scalar(visible_to(caller).where(TrainingClass.class_id == class_id))
    if found is None:
        raise NotFound
    return found


def anywhere(class_id: int) -> TrainingClass:
    """Return a class by its id alone, for somebody who has proved to stand before it; refuses with NotFound."""
    if (found := db.session.scalar(select(TrainingClass).where(TrainingClass.class_id == class_id))) is None:
        raise NotFound
    return found


def visible_to(caller: Caller, state: str | None = None) -> Select[TrainingClass]:
    """The classes that the caller may see, as a query to be paged: an institution's own, a region's, or the city's."""
    query = select(TrainingClass)
    if caller.institution_id is not None:
        query = query.where(TrainingClass.institution_id == caller.institution_id)
    if caller.institution_id is not None or caller.region_id != institutions.CITY_REGION:
        query = query.where(TrainingClass.region_id == caller.region_id)
    return query if state is None else query.where(TrainingClass.state == state)


def enrolling(region_id: int, now: datetime) -> Select[TrainingClass]:
    """The classes of a region that a voucher can still be spent on, as a query to be paged."""
    return select(TrainingClass).where(
        TrainingClass.region_id == region_id,
        TrainingClass.state.in_(("approved", "in_session")),
        TrainingClass.enrols_until > now,
        TrainingClass.seats_taken < TrainingClass.capacity,
    )


@asked_once
def sessions(training_class: TrainingClass) -> Sequence[ClassSession]:
    """Return a class's sessions in their order."""
    of_class = select(ClassSession).where(
        ClassSession.region_id == training_class.region_id, ClassSession.class_id == training_class.class_id
    )
    return db.session.scalars(of_class.order_by(ClassSession.session_no)).all()


def opinions(training_class: TrainingClass) -> Sequence[ClassOpinion]:
    """Return the opinions signed on a class in the order of the review: industry before bureau, first before second."""
    of_class = select(ClassOpinion).where(
        ClassOpinion.region_id == training_class.region_id, ClassOpinion.class_id == training_class.class_id
    )
    return db.session.scalars(of_class.order_by(ClassOpinion.step.desc(), ClassOpinion.turn)).all()
