"""What the bureau enters of an institution: itself, its licences, the province's consent, findings, the black list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from voucher_service.calendar import local_date
from voucher_service.database import db
from voucher_service.errors import NotFound
from voucher_service.identifiers import new_id
from voucher_service.institutions.errors import (
    AlreadyConfirmed,
    LicenceBackdated,
    LicenceOverlaps,
    ListingNotYet,
    NotOnBlackList,
    OnBlackListAlready,
)
from voucher_service.institutions.models import (
    Blacklisting,
    Institution,
    InstitutionFinding,
    Licence,
    RegionConsent,
)
from voucher_service.institutions.suspending import person_of, require_read, second_person, settle
from voucher_service.web.access import Caller


@dataclass(frozen=True, slots=True)
class NewInstitution:
    region_id: int
    name: str
    kind: str
    schooling_licence: bool | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """Why and for how long an institution comes on the black list; both days are inside."""

    reason: str
    document: str
    listed_from: date
    listed_until: date | None = None


def register_institution(new: NewInstitution, today: date) -> Institution:
    """Enter an institution; from `today` it is on probation for a year."""
    entered = Institution(
        region_id=new.region_id,
        institution_id=new_id(),
        name=new.name,
        kind=new.kind,
        schooling_licence=new.schooling_licence,
        registered_on=today,
    )
    db.session.add(entered)
    db.session.flush()  # What follows in the same unit of work refers to it.
    return entered


def grant_licence(institution: Institution, occupation_code: str, level: str, valid_from: date) -> Licence:
    """Let an institution teach an occupation and level from the day of change on, 三(二).

    A licence that has ended begins anew. Refuses with LicenceOverlaps, LicenceBackdated.
    """
    key = (institution.region_id, institution.institution_id, occupation_code, level)
    if (held := db.session.get(Licence, key)) is None:
        held = Licence(
            region_id=key[0], institution_id=key[1], occupation_code=occupation_code, level=level, valid_from=valid_from
        )
        db.session.add(held)
        return held
    if held.valid_until is None:
        raise LicenceOverlaps(valid_from=held.valid_from.isoformat())
    if valid_from <= held.valid_until:
        raise LicenceBackdated(valid_from=valid_from.isoformat(), ended_on=held.valid_until.isoformat())
    held.valid_from, held.valid_until = valid_from, None
    return held


def end_licence(institution: Institution, occupation_code: str, level: str, last_day: date) -> Licence:
    """End a licence after `last_day`. Refuses with NotFound, and LicenceBackdated for a day before it began."""
    held = db.session.get(Licence, (institution.region_id, institution.institution_id, occupation_code, level))
    if held is None:
        raise NotFound
    if last_day < held.valid_from:
        raise LicenceBackdated(valid_from=last_day.isoformat(), ended_on=held.valid_from.isoformat())
    held.valid_until = last_day
    return held


def record_finding(
    institution: Institution, found_on: date, document: str, by: Caller, now: datetime
) -> InstitutionFinding:
    """Write down a clear finding of an audit or inspection, 二(二); one that bars stops scans from the next one on.

    Refuses with Forbidden, RulePackMissing.
    """
    entered = InstitutionFinding(
        region_id=institution.region_id,
        institution_id=institution.institution_id,
        finding_id=new_id(),
        found_on=found_on,
        document=document,
        entered_by=person_of(by),
        entered_at=now,
    )
    db.session.add(entered)
    settle(institution, now)
    return entered


def grant_consent(
    institution: Institution, into_region_id: int, document: str, days: tuple[date, date], *, by: Caller, now: datetime
) -> RegionConsent:
    """Write down the province's consent to train in another region on `days`, first to last. Refuses with Forbidden."""
    entered = RegionConsent(
        region_id=institution.region_id,
        institution_id=institution.institution_id,
        consent_id=new_id(),
        into_region_id=into_region_id,
        document=document,
        valid_from=days[0],
        valid_until=days[1],
        entered_by=person_of(by),
        entered_at=now,
    )
    db.session.add(entered)
    return entered


def ask_listing(institution: Institution, listing: Listing, by: Caller, now: datetime) -> Blacklisting:
    """Ask for an institution to come on the black list, 二(三)3; it takes effect when another person confirms.

    Its last day, if it has one, is when the reason ends; scans stay stopped until two persons take it off.
    Refuses with Forbidden, ListingNotYet, OnBlackListAlready.
    """
    if listing.listed_from > local_date(now):
        raise ListingNotYet(listed_from=listing.listed_from.isoformat())
    asked = Blacklisting(
        region_id=institution.region_id,
        institution_id=institution.institution_id,
        blacklisting_id=new_id(),
        reason=listing.reason,
        document=listing.document,
        listed_from=listing.listed_from,
        listed_until=listing.listed_until,
        asked_by=person_of(by),
        asked_at=now,
    )
    db.session.add(asked)
    try:
        db.session.flush()  # so that the unique key answers here, where it can be put into words
    except IntegrityError:
        raise OnBlackListAlready from None
    return asked


def confirm_listing(institution: Institution, blacklisting_id: int, by: Caller, now: datetime) -> Blacklisting:
    """Put an institution on the black list as a second person; its scans stop from the next one on.

    Refuses with NotOnBlackList, Forbidden, SecondPersonIsFirst, AlreadyConfirmed.
    """
    listed = _locked(institution, blacklisting_id)
    if listed.confirmed_at is not None:
        raise AlreadyConfirmed
    listed.confirmed_by, listed.confirmed_at = second_person(by, listed.asked_by), now
    settle(institution, now)
    return listed


def ask_exit(institution: Institution, blacklisting_id: int, reason: str, by: Caller, now: datetime) -> Blacklisting:
    """Ask for an institution that has mended to leave the black list. Refuses with NotOnBlackList, Forbidden."""
    listed = _locked(institution, blacklisting_id)
    if listed.exit_confirmed_at is not None:
        raise NotOnBlackList
    listed.exit_reason, listed.exit_asked_by, listed.exit_asked_at = reason, person_of(by), now
    db.session.flush()  # Whoever locks this row next, in this unit of work too, must find the change.
    return listed


def confirm_exit(
    institution: Institution, blacklisting_id: int, request: str, by: Caller, now: datetime
) -> Blacklisting:
    """Take an institution off the black list as a second person, who names the request that they read.

    Refuses with NotOnBlackList, AlreadyConfirmed, RequestChanged, Forbidden, SecondPersonIsFirst.
    """
    listed = _locked(institution, blacklisting_id)
    if listed.exit_asked_by is None:
        raise NotOnBlackList
    if listed.exit_confirmed_at is not None:
        raise AlreadyConfirmed
    require_read(request, listed.exit_request)
    listed.exit_confirmed_by, listed.exit_confirmed_at = second_person(by, listed.exit_asked_by), now
    settle(institution, now)  # A suspension or a finding has its own reason, and stays.
    return listed


def blacklistings(institution: Institution) -> Sequence[Blacklisting]:
    """Return every stay on the black list, asked for or ended ones included, the latest first."""
    query = select(Blacklisting).where(
        Blacklisting.region_id == institution.region_id, Blacklisting.institution_id == institution.institution_id
    )
    return db.session.scalars(query.order_by(Blacklisting.asked_at.desc())).all()


def consents(institution: Institution) -> Sequence[RegionConsent]:
    query = select(RegionConsent).where(
        RegionConsent.region_id == institution.region_id, RegionConsent.institution_id == institution.institution_id
    )
    return db.session.scalars(query.order_by(RegionConsent.valid_from, RegionConsent.consent_id)).all()


def audit_findings(institution: Institution) -> Sequence[InstitutionFinding]:
    query = select(InstitutionFinding).where(
        InstitutionFinding.region_id == institution.region_id,
        InstitutionFinding.institution_id == institution.institution_id,
    )
    return db.session.scalars(query.order_by(InstitutionFinding.found_on, InstitutionFinding.finding_id)).all()


def _locked(institution: Institution, blacklisting_id: int) -> Blacklisting:
    found = db.session.get(
        Blacklisting,
        (institution.region_id, institution.institution_id, blacklisting_id),
        with_for_update=True,
        populate_existing=True,
    )
    if found is None:
        raise NotOnBlackList
    return found
