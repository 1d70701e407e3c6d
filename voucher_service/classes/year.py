"""What the classes of a calendar year add up to: the figures that rules on shares and ceilings compare."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, case, func, select

from voucher_service.classes.case import Case
from voucher_service.classes.models import TrainingClass
from voucher_service.classes.rules import COUNTED_STATES, HELD_STATES, WEAK, YearSoFar
from voucher_service.database import db
from voucher_service.programmes import service as programmes

RUNNING = ("submitted", "industry_approved", "approved", "in_session")
_PERSON_TIMES = case(
    (TrainingClass.state.in_(("approved", "in_session")), TrainingClass.capacity), else_=TrainingClass.seats_taken
)
"""Those who may still come to a class that goes on, and those who came to one that is over."""


def so_far(judged: Case) -> YearSoFar:
    """Return the year's figures without the class that is judged."""
    kinds = programmes.occupations()
    per_kind = db.session.execute(
        select(TrainingClass.occupation_code, TrainingClass.certificate_type, func.sum(_PERSON_TIMES))
        .where(*_in_year(judged), TrainingClass.state.in_(COUNTED_STATES))
        .group_by(TrainingClass.occupation_code, TrainingClass.certificate_type)
    ).all()
    return YearSoFar(
        year=judged.starts_on.year,
        trainees=sum(people for _, _, people in per_kind),
        manufacturing=sum(people for code, _, people in per_kind if code in kinds and kinds[code].manufacturing),
        weak=sum(people for _, kind, people in per_kind if kind in WEAK),
        apprentices_same=_apprentices(judged, same=True),
        apprentices=_apprentices(judged, same=False),
        trainees_at_once=_trainees_at_once(judged),
    )


def last_taught_on(judged: Case) -> date | None:
    """Return the last day of the institution's last class before the one that is judged."""
    earlier = select(func.max(TrainingClass.ends_on)).where(
        *_of_institution(judged), TrainingClass.state.in_(COUNTED_STATES), TrainingClass.ends_on < judged.starts_on
    )
    return db.session.scalar(earlier)


def _apprentices(judged: Case, *, same: bool) -> int:
    query = select(func.coalesce(func.sum(TrainingClass.capacity), 0)).where(
        *_in_year(judged),
        *_of_institution(judged),
        TrainingClass.state.in_(HELD_STATES),
        TrainingClass.apprentices_of.is_not(None),
    )
    if same:
        query = query.where(
            TrainingClass.apprentices_of == judged.apprentices_of,
            TrainingClass.occupation_code == judged.occupation_code,
        )
    return db.session.scalar(query) or 0


def _trainees_at_once(judged: Case) -> int:
    overlapping = select(func.coalesce(func.sum(TrainingClass.capacity), 0)).where(
        *_of_institution(judged),
        TrainingClass.state.in_(RUNNING),
        TrainingClass.starts_on <= judged.ends_on,
        TrainingClass.ends_on >= judged.starts_on,
    )
    return db.session.scalar(overlapping) or 0


def _in_year(judged: Case) -> list[ColumnElement[bool]]:
    year = judged.starts_on.year
    return [
        TrainingClass.starts_on.between(date(year, 1, 1), date(year, 12, 31)),
        TrainingClass.class_id != judged.class_id,
    ]


def _of_institution(judged: Case) -> list[ColumnElement[bool]]:
    return [
        TrainingClass.region_id == judged.region_id,
        TrainingClass.institution_id == judged.institution_id,
        TrainingClass.class_id != judged.class_id,
    ]
