"""Institutions: who they are, what they may teach on a day, and taking one out of action at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy import Select, select

from voucher_service.calendar import local_date
from voucher_service.database import db
from voucher_service.errors import NotFound
from voucher_service.institutions.devices import (
    devices_of,
    enrol_device,
    find_device,
    is_signed,
    lock_device,
    revoke_device,
)
from voucher_service.institutions.errors import InstitutionBarred, InstitutionSuspended, NotLicensed
from voucher_service.institutions.licensing import consents
from voucher_service.institutions.models import Institution, Licence
from voucher_service.institutions.providing import Wanted, confirmed_teachers, confirmed_venues, lock, provider_on
from voucher_service.institutions.registers import teachers as known_teachers
from voucher_service.institutions.registers import venues as known_venues
from voucher_service.institutions.rules import Provider
from voucher_service.institutions.standing import STANDING
from voucher_service.institutions.suspending import follow_rule_pack, is_suspended, reason_against
from voucher_service.web.access import Caller

CITY_REGION: Final = 411200
"""市本级: its staff see every region, everyone else only their own."""

__all__ = [
    "CITY_REGION",
    "STANDING",
    "Provider",
    "Wanted",
    "by_id",
    "confirmed_teachers",
    "confirmed_venues",
    "consents",
    "devices_of",
    "enrol_device",
    "find",
    "find_device",
    "follow_rule_pack",
    "get",
    "is_signed",
    "known_teachers",
    "known_venues",
    "licences",
    "lock",
    "lock_device",
    "may_see",
    "provider_on",
    "reason_against",
    "require_licence",
    "require_standing",
    "revoke_device",
    "visible_to",
]


def may_see(caller: Caller, region_id: int, institution_id: int) -> bool:
    """Whether rows of this institution are the caller's to see: its own staff, its region's offices, the city's."""
    if caller.institution_id is not None:
        return (caller.region_id, caller.institution_id) == (region_id, institution_id)
    return caller.region_id in {region_id, CITY_REGION}


def get(region_id: int, institution_id: int) -> Institution:
    """Return one institution; refuses with NotFound."""
    if (found := db.session.get(Institution, (region_id, institution_id))) is None:
        raise NotFound
    return found


def by_id(institution_id: int) -> Institution:
    """Return an institution wherever it lies, for who stands at the terminal; refuses with NotFound."""
    found = db.session.scalar(select(Institution).where(Institution.institution_id == institution_id))
    if found is None:
        raise NotFound
    return found


def find(institution_id: int, caller: Caller) -> Institution:
    """Return an institution that the caller may see, wherever it lies; refuses with NotFound."""
    found = db.session.scalar(select(Institution).where(Institution.institution_id == institution_id))
    if found is None or not may_see(caller, found.region_id, found.institution_id):
        raise NotFound
    return found


def visible_to(caller: Caller) -> Select[Institution]:
    """The institutions that the caller may see, as a query to be paged."""
    query = select(Institution)
    if caller.institution_id is not None:
        query = query.where(Institution.institution_id == caller.institution_id)
    if caller.institution_id is not None or caller.region_id != CITY_REGION:
        query = query.where(Institution.region_id == caller.region_id)
    return query


def licences(region_id: int, institution_id: int) -> Sequence[Licence]:
    """Return what an institution may teach, expired licences included, by occupation and level."""
    held = select(Licence).where(Licence.region_id == region_id, Licence.institution_id == institution_id)
    return db.session.scalars(held.order_by(Licence.occupation_code, Licence.level)).all()


def require_licence(region_id: int, institution_id: int, occupation_code: str, level: str, day: date) -> None:
    """Let pass an institution in good standing that is licensed for an occupation and level on `day`.

    A finding of an audit is asked about by the rules of the class, which name its year (R05).
    Refuses with NotFound, InstitutionSuspended, InstitutionBarred, NotLicensed.
    """
    institution = get(region_id, institution_id)
    if institution.suspended_at is not None and is_suspended(institution, day):
        raise InstitutionSuspended(suspended_on=local_date(institution.suspended_at).isoformat())
    if institution.audit_finding:
        raise InstitutionBarred
    licence = db.session.get(Licence, (region_id, institution_id, occupation_code, level))
    if licence is None or not _in_force(licence, day):
        raise NotLicensed(day=day.isoformat(), occupation_code=occupation_code, level=level)


def require_standing(region_id: int, institution_id: int, day: date) -> None:
    """Let pass an institution against which nothing stands, by the rule pack of `day`.

    Refuses with NotFound, InstitutionSuspended, InstitutionBarred.
    """
    if against := reason_against(get(region_id, institution_id), day):
        raise against


def _in_force(licence: Licence, day: date) -> bool:
    return licence.valid_from <= day and (licence.valid_until is None or day <= licence.valid_until)
