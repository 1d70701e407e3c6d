"""What the registers say of an institution on a day, read at once for the rules of a class."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, or_, select

from voucher_service.database import db
from voucher_service.errors import NotFound
from voucher_service.institutions import rules
from voucher_service.institutions.models import (
    Blacklisting,
    Institution,
    InstitutionFinding,
    Licence,
    RegionConsent,
    Teacher,
    Venue,
)
from voucher_service.institutions.rules import Provider
from voucher_service.institutions.suspending import is_suspended


class Wanted(NamedTuple):
    """What an institution is asked for: to teach an occupation and level from a day on, in a region."""

    occupation_code: str
    level: str
    day: date
    in_region_id: int


def lock(region_id: int, institution_id: int) -> Institution:
    """Return an institution and let nobody else decide on one of its classes until this unit of work ends.

    The hot path only reads this row and never waits for it. Refuses with NotFound.
    """
    found = db.session.get(
        Institution, (region_id, institution_id), with_for_update={"key_share": True}, populate_existing=True
    )
    if found is None:
        raise NotFound
    return found


def provider_on(institution: Institution, wanted: Wanted, last_taught_on: date | None) -> Provider:
    """Return what the registers say of an institution; `last_taught_on` is when its last class ended, if it had one."""
    teachers = confirmed_teachers(institution, wanted.day)
    rooms = [venue for venue in confirmed_venues(institution) if venue.kind == "practical"]
    return Provider(
        kind=institution.kind,
        schooling=rules.is_schooling(institution.kind, stated=institution.schooling_licence),
        suspended=is_suspended(institution, wanted.day),
        flagged=institution.audit_finding,
        finding_year=_latest_finding_year(institution),
        blacklisted_from=_blacklisted_from(institution, wanted.day),
        licensed_from=_licensed_from(institution, wanted),
        consent=_consent(institution, wanted),
        local_institutions=_local_institutions(wanted),
        teachers=len(teachers),
        certified_teachers=sum(teacher.teaching_certificate for teacher in teachers),
        workstations=sum(room.workstations for room in rooms),
        practice_rooms=len(rooms),
        on_probation=rules.is_on_probation(institution.registered_on, last_taught_on, wanted.day),
    )


def confirmed_teachers(institution: Institution, day: date, ids: Collection[int] | None = None) -> Sequence[Teacher]:
    """Return the confirmed teachers whose papers are in force on `day`, of `ids` only if given."""
    query = select(Teacher).where(
        Teacher.region_id == institution.region_id,
        Teacher.institution_id == institution.institution_id,
        Teacher.confirmed_at.is_not(None),
        Teacher.left_at.is_(None),
        or_(Teacher.valid_until.is_(None), Teacher.valid_until >= day),
    )
    narrowed = query if ids is None else query.where(Teacher.teacher_id.in_(ids))
    return db.session.scalars(narrowed.order_by(Teacher.teacher_id)).all()


def confirmed_venues(institution: Institution, ids: Collection[int] | None = None) -> Sequence[Venue]:
    """Return the confirmed rooms that are in use, of `ids` only if given."""
    query = select(Venue).where(
        Venue.region_id == institution.region_id,
        Venue.institution_id == institution.institution_id,
        Venue.confirmed_at.is_not(None),
        Venue.closed_at.is_(None),
    )
    narrowed = query if ids is None else query.where(Venue.venue_id.in_(ids))
    return db.session.scalars(narrowed.order_by(Venue.venue_id)).all()


def _latest_finding_year(institution: Institution) -> int | None:
    latest = select(func.max(InstitutionFinding.found_on)).where(*_of(InstitutionFinding, institution))
    found: date | None = db.session.scalar(latest)
    return None if found is None else found.year


def _blacklisted_from(institution: Institution, day: date) -> date | None:
    listed = select(Blacklisting.listed_from).where(
        *_of(Blacklisting, institution),
        Blacklisting.confirmed_at.is_not(None),
        Blacklisting.exit_confirmed_at.is_(None),
        Blacklisting.listed_from <= day,
        or_(Blacklisting.listed_until.is_(None), Blacklisting.listed_until >= day),
    )
    return db.session.scalar(listed.limit(1))


def _licensed_from(institution: Institution, wanted: Wanted) -> date | None:
    held = db.session.get(
        Licence, (institution.region_id, institution.institution_id, wanted.occupation_code, wanted.level)
    )
    if held is None or wanted.day < held.valid_from:
        return None
    return held.valid_from if held.valid_until is None or wanted.day <= held.valid_until else None


def _consent(institution: Institution, wanted: Wanted) -> str:
    given = select(RegionConsent.document).where(
        *_of(RegionConsent, institution),
        RegionConsent.into_region_id == wanted.in_region_id,
        RegionConsent.valid_from <= wanted.day,
        RegionConsent.valid_until >= wanted.day,
    )
    return db.session.scalar(given.order_by(RegionConsent.valid_until.desc()).limit(1)) or ""


def _local_institutions(wanted: Wanted) -> int:
    licensed = select(func.count(Licence.institution_id.distinct())).where(
        Licence.region_id == wanted.in_region_id,
        Licence.occupation_code == wanted.occupation_code,
        Licence.valid_from <= wanted.day,
        or_(Licence.valid_until.is_(None), Licence.valid_until >= wanted.day),
    )
    return db.session.scalar(licensed) or 0


def _of(table: type[InstitutionFinding | Blacklisting | RegionConsent], one: Institution) -> list[ColumnElement[bool]]:
    return [table.region_id == one.region_id, table.institution_id == one.institution_id]
