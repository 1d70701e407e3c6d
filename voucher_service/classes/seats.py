"""Seats: the scarce thing of a class, taken by one conditional UPDATE that is the lock and the check at once."""

from __future__ import annotations

from sqlalchemy import update

from voucher_service.classes.models import TrainingClass
from voucher_service.database import Link, db

TAKE_SEAT = Link(
    "seat",
    """
    UPDATE training_class SET seats_taken = seats_taken + 1
    FROM standing
    WHERE training_class.region_id = :class_region_id AND training_class.class_id = :class_id
      AND training_class.institution_id = standing.institution_id
      AND training_class.state IN ('approved', 'in_session')
      AND training_class.enrols_until > :now AND training_class.seats_taken < training_class.capacity
    RETURNING training_class.region_id, training_class.class_id, training_class.programme_id,
      training_class.occupation_code, training_class.level, training_class.standard_fen, training_class.seats_taken,
      training_class.family
    """,
    ("region_id", "class_id", "programme_id", "occupation_code", "level", "standard_fen", "seats_taken", "family"),
)
"""One more seat of a class that is open for enrolment. Parameters: class_region_id, class_id, now."""


def free_seat(region_id: int, class_id: int) -> None:
    """Give one seat of a class back, in the open unit of work."""
    db.session.execute(
        update(TrainingClass)
        .where(TrainingClass.region_id == region_id, TrainingClass.class_id == class_id)
        .values(seats_taken=TrainingClass.seats_taken - 1)
    )
