"""What stops an institution at once: a suspension, the black list, or an audit's finding; and how each ends.

All of them meet in one column, `institution.suspended_at`, which the scan's statement looks at: it is set while
anything stands against the institution and empty otherwise. Stopping takes one person, letting go two, 二(三)4.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.exc import IntegrityError

from voucher_service.calendar import local_date
from voucher_service.database import db
from voucher_service.errors import Forbidden, Refusal
from voucher_service.identifiers import new_id
from voucher_service.institutions.errors import (
    AlreadySuspended,
    InstitutionBarred,
    InstitutionSuspended,
    LiftNotAsked,
    NotSuspended,
    RequestChanged,
    SecondPersonIsFirst,
)
from voucher_service.institutions.models import Blacklisting, Institution, InstitutionFinding, InstitutionSuspension
from voucher_service.institutions.rules import bars
from voucher_service.programmes import service as programmes
from voucher_service.web.access import Caller


def suspend(institution: Institution, by: Caller, now: datetime) -> Institution:
    """Stop an institution from the next statement on: no scan, no new class. Refuses: AlreadySuspended, Forbidden."""
    made = InstitutionSuspension(
        region_id=institution.region_id,
        institution_id=institution.institution_id,
        suspension_id=new_id(),
        made_by=person_of(by),
        made_at=now,
    )
    db.session.add(made)
    try:
        db.session.flush()  # so that the unique key answers here, where it can be put into words
    except IntegrityError:
        raise AlreadySuspended from None
    return settle(institution, now)


def ask_lift(institution: Institution, reason: str, by: Caller, now: datetime) -> InstitutionSuspension:
    """Ask for a suspension to be lifted; it stands until another person confirms. Refuses: NotSuspended, Forbidden."""
    standing = _open(institution)
    standing.lift_reason, standing.lift_asked_by, standing.lift_asked_at = reason, person_of(by), now
    db.session.flush()  # Whoever locks this row next, in this unit of work too, must find the change.
    return standing


def confirm_lift(institution: Institution, request: str, by: Caller, now: datetime) -> InstitutionSuspension:
    """Lift a suspension as a second person, who names the request that they read.

    What else stands against the institution goes on standing. Refuses with NotSuspended, LiftNotAsked, RequestChanged,
    Forbidden, SecondPersonIsFirst.
    """
    standing = _open(institution)
    if standing.lift_asked_by is None:
        raise LiftNotAsked
    require_read(request, standing.lift_request)
    standing.lifted_by, standing.lifted_at = second_person(by, standing.lift_asked_by), now
    settle(institution, now)
    return standing


def suspensions(institution: Institution) -> Sequence[InstitutionSuspension]:
    """Return every suspension, lifted ones included, the latest first."""
    query = select(InstitutionSuspension).where(*_of(InstitutionSuspension, institution))
    return db.session.scalars(query.order_by(InstitutionSuspension.made_at.desc())).all()


def settle(institution: Institution, now: datetime) -> Institution:
    """Bring the column that scans look at in step with what stands against an institution, its row locked."""
    db.session.flush()
    locked = db.session.get_one(
        Institution,
        (institution.region_id, institution.institution_id),
        with_for_update={"key_share": True},
        populate_existing=True,
    )
    locked.suspended_at = _stopped_since(locked, now)
    db.session.flush()  # Whoever looks next, in this unit of work too, must find the change.
    return locked


def follow_rule_pack(now: datetime) -> int:
    """Settle whom a finding stops, or stops no more, since another pack's year is in force; return how many."""
    concerned = select(Institution).where(exists().where(*_of(InstitutionFinding, Institution)))
    found = db.session.scalars(concerned.execution_options(populate_existing=True)).all()
    changed = [one for one in found if one.suspended_at != _stopped_since(one, now)]
    for one in changed:
        settle(one, now)
    return len(changed)


def reason_against(institution: Institution, day: date) -> Refusal | None:
    """Say why an institution may do nothing that is subsidised; None for one in good standing."""
    if found := _barring(institution, day):
        year = max(one.found_on.year for one in found)
        return InstitutionBarred(finding_year=year, since_year=_since_year(day))
    if institution.suspended_at is not None:
        return InstitutionSuspended(suspended_on=local_date(institution.suspended_at).isoformat())
    return InstitutionBarred() if institution.audit_finding else None


def is_suspended(institution: Institution, day: date) -> bool:
    """Whether an institution is stopped for another reason than a finding, which has a rule of its own."""
    return institution.suspended_at is not None and not _barring(institution, day)


def require_read(named: str, standing: str | None) -> None:
    """Let pass whoever confirms the very request that stands. Refuses with RequestChanged."""
    if named != standing:
        raise RequestChanged


def person_of(by: Caller) -> int:
    """Return who acts, as a person. Refuses with Forbidden."""
    if by.person_id is None:
        raise Forbidden
    return by.person_id


def second_person(by: Caller, first: int) -> int:
    """Return who acts, who has to be another person. Refuses with Forbidden, SecondPersonIsFirst."""
    if (person := person_of(by)) == first:
        raise SecondPersonIsFirst
    return person


def _stopped_since(institution: Institution, now: datetime) -> datetime | None:
    since = (
        *db.session.scalars(
            select(InstitutionSuspension.made_at).where(
                *_of(InstitutionSuspension, institution), InstitutionSuspension.lifted_at.is_(None)
            )
        ),
        *db.session.scalars(
            select(Blacklisting.confirmed_at).where(
                *_of(Blacklisting, institution),
                Blacklisting.confirmed_at.is_not(None),
                Blacklisting.exit_confirmed_at.is_(None),
            )
        ),
        *(finding.entered_at for finding in _barring(institution, local_date(now))),
    )
    return min((at for at in since if at), default=None)


def _barring(institution: Institution, day: date) -> list[InstitutionFinding]:
    found = db.session.scalars(select(InstitutionFinding).where(*_of(InstitutionFinding, institution))).all()
    if not found:
        return []
    since_year = _since_year(day)
    return [one for one in found if bars(one.found_on, since_year)]


def _since_year(day: date) -> int:
    return programmes.rule_numbers(programmes.rule_pack_in_force(day))["audit_findings_since_year"]


def _open(institution: Institution) -> InstitutionSuspension:
    query = select(InstitutionSuspension).where(
        *_of(InstitutionSuspension, institution), InstitutionSuspension.lifted_at.is_(None)
    )
    found = db.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotSuspended
    return found


def _of(
    table: type[InstitutionSuspension | Blacklisting | InstitutionFinding],
    institution: Institution | type[Institution],
) -> tuple[ColumnElement[bool], ...]:
    return (table.region_id == institution.region_id, table.institution_id == institution.institution_id)
