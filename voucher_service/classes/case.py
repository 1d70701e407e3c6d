"""A class as it is judged: drafted already, or only proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from voucher_service.classes.models import TrainingClass
from voucher_service.classes.proposal import Lessons, Proposal
from voucher_service.classes.terms import Meeting


@dataclass(frozen=True, slots=True)
class Case:
    """`class_id` is 0 for a proposal, which no class ever has."""

    region_id: int
    institution_id: int
    class_id: int
    programme_id: int
    occupation_code: str
    level: str
    certificate_type: str
    capacity: int
    starts_on: date
    ends_on: date
    lessons: Lessons
    meetings: Sequence[Meeting]
    held_in_region_id: int
    apprentices_of: str | None


def of_proposal(region_id: int, institution_id: int, proposal: Proposal) -> Case:
    return Case(
        region_id=region_id,
        institution_id=institution_id,
        class_id=0,
        programme_id=proposal.programme_id,
        occupation_code=proposal.occupation_code,
        level=proposal.level,
        certificate_type=proposal.certificate_type,
        capacity=proposal.capacity,
        starts_on=proposal.starts_on,
        ends_on=proposal.ends_on,
        lessons=proposal.lessons,
        meetings=proposal.sessions,
        held_in_region_id=proposal.held_in_region_id or region_id,
        apprentices_of=proposal.apprentices_of,
    )


def of_class(drafted: TrainingClass, meetings: Sequence[Meeting]) -> Case:
    return Case(
        region_id=drafted.region_id,
        institution_id=drafted.institution_id,
        class_id=drafted.class_id,
        programme_id=drafted.programme_id,
        occupation_code=drafted.occupation_code,
        level=drafted.level,
        certificate_type=drafted.certificate_type,
        capacity=drafted.capacity,
        starts_on=drafted.starts_on,
        ends_on=drafted.ends_on,
        lessons=Lessons(**drafted.plan),
        meetings=meetings,
        held_in_region_id=drafted.held_in_region_id or drafted.region_id,
        apprentices_of=drafted.apprentices_of,
    )
