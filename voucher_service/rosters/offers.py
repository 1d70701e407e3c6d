"""Directed vouchers for the people of a roster: asked for by the institution, approved by two of the bureau. 二(三)4.

They are issued while the class enrols: to whoever is not enrolled yet after they log in, to whoever cannot have one now
when they can. A directed voucher binds nobody to the class: the choice stays the worker's (二(三)).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from voucher_service.calendar import local_date
from voucher_service.classes import service as classes
from voucher_service.database import db
from voucher_service.errors import Forbidden, NotFound
from voucher_service.holders import service as holders
from voucher_service.identifiers import new_id
from voucher_service.institutions import service as institutions
from voucher_service.ledger import service as ledger
from voucher_service.programmes import service as programmes
from voucher_service.programmes.errors import ProgrammeNotRunning
from voucher_service.rosters.errors import OfferByOnePerson, OfferDecided, OfferOpen
from voucher_service.rosters.models import Roster, RosterEntry, RosterOffer
from voucher_service.vouchers import service as vouchers
from voucher_service.web.access import BUREAU_REVIEWER, Caller

ENROLLING = ("approved", "in_session")
WAITING = ("asked", "first_approved")


def ask(roster: Roster, caller: Caller, now: datetime) -> RosterOffer:
    """Ask that the people of a roster be offered vouchers, in the open unit of work. Refuses with OfferOpen."""
    asked = RosterOffer(
        region_id=roster.region_id,
        offer_id=new_id(),
        roster_id=roster.roster_id,
        state="asked",
        asked_by=caller.person_id or caller.subject_id,
        asked_at=now,
    )
    db.session.add(asked)
    try:
        db.session.flush()  # so that the unique key answers here, where it can be put into words
    except IntegrityError as error:
        raise OfferOpen from error
    return asked


def decide(offer_id: int, caller: Caller, now: datetime, *, approved: bool) -> RosterOffer:
    """Approve or decline as one of the bureau; the second approval, another person's, offers the vouchers.

    Refusals: NotFound, OfferDecided, Forbidden, OfferByOnePerson, ProgrammeNotRunning.
    """
    offer = _locked(offer_id, caller)
    person = caller.person_id or caller.subject_id
    if offer.state not in WAITING:
        raise OfferDecided
    if approved and offer.first_by is not None and caller.role != BUREAU_REVIEWER:
        raise Forbidden
    if person in {offer.asked_by, offer.first_by}:
        raise OfferByOnePerson
    if not approved:
        offer.state, offer.second_by, offer.second_at = "declined", person, now
    elif offer.first_by is None:
        offer.state, offer.first_by, offer.first_at = "first_approved", person, now
    else:
        offer.state, offer.second_by, offer.second_at = "approved", person, now
    db.session.flush()
    if offer.state == "approved":
        _issue_for(offer, ledger.Actor(caller.role, caller.subject_id), now)
    return offer


def offer_of(roster: Roster) -> RosterOffer | None:
    """Return the request that is open or approved for a roster."""
    query = select(RosterOffer).where(
        RosterOffer.region_id == roster.region_id,
        RosterOffer.roster_id == roster.roster_id,
        RosterOffer.state != "declined",
    )
    return db.session.scalars(query).one_or_none()


def offers_waiting(caller: Caller, limit: int = 200) -> Sequence[tuple[RosterOffer, Roster]]:
    """Return what waits for the caller's bureau with the roster that it is about, oldest first."""
    query = (
        select(RosterOffer, Roster)
        .join(Roster, (Roster.region_id == RosterOffer.region_id) & (Roster.roster_id == RosterOffer.roster_id))
        .where(RosterOffer.state.in_(WAITING), Roster.superseded_at.is_(None))
    )
    if caller.region_id != institutions.CITY_REGION:
        query = query.where(RosterOffer.region_id == caller.region_id)
    rows = db.session.execute(query.order_by(RosterOffer.asked_at).limit(limit))
    return [(offer, roster) for offer, roster in rows]


def issue(now: datetime, limit: int = 100) -> int:
    """Offer their vouchers to people of approved requests who were not enrolled before; return how many."""
    query = (
        select(RosterOffer)
        .join(Roster, (Roster.region_id == RosterOffer.region_id) & (Roster.roster_id == RosterOffer.roster_id))
        .join(RosterEntry, (RosterEntry.region_id == Roster.region_id) & (RosterEntry.roster_id == Roster.roster_id))
        .where(RosterOffer.state == "approved", Roster.superseded_at.is_(None), RosterEntry.voucher_id.is_(None))
        .distinct()
    )
    return sum(_issue_if_open(offer, now) for offer in db.session.scalars(query.limit(limit)).all())


def _issue_if_open(offer: RosterOffer, now: datetime) -> int:
    try:
        return _issue_for(offer, ledger.SYSTEM, now)
    except ProgrammeNotRunning:
        return 0


def _issue_for(offer: RosterOffer, actor: ledger.Actor, now: datetime) -> int:
    """Offer a voucher to each person of a roster who can have one now, in the order of their ids."""
    roster = db.session.get_one(Roster, (offer.region_id, offer.roster_id))
    training_class = classes.get(roster.region_id, roster.class_id)
    if training_class.state not in ENROLLING or training_class.enrols_until <= now:
        return 0
    programmes.require_running(training_class.programme_id, local_date(now))
    unserved = select(RosterEntry.holder_id, RosterEntry.only_family, RosterEntry.not_family).where(
        RosterEntry.region_id == roster.region_id,
        RosterEntry.roster_id == roster.roster_id,
        RosterEntry.voucher_id.is_(None),
    )
    offered = 0
    bounds = {holder_id: vouchers.Bound(*said) for holder_id, *said in db.session.execute(unserved)}
    for holder_id in sorted(holders.enrolled(bounds)):
        voucher = vouchers.offer(
            holder_id,
            training_class.programme_id,
            bounds[holder_id],
            actor=actor,
            reference_id=offer.offer_id,
            now=now,
        )
        if voucher is not None:
            offered += 1
            _remember(roster, holder_id, voucher.region_id, voucher.voucher_id)
    return offered


def _remember(roster: Roster, holder_id: int, region_id: int, voucher_id: int) -> None:
    db.session.execute(
        update(RosterEntry)
        .where(
            RosterEntry.region_id == roster.region_id,
            RosterEntry.roster_id == roster.roster_id,
            RosterEntry.holder_id == holder_id,
        )
        .values(voucher_region_id=region_id, voucher_id=voucher_id)
        .execution_options(synchronize_session=False)
    )


def _locked(offer_id: int, caller: Caller) -> RosterOffer:
    """Return a request of the caller's region, and let nobody else decide it meanwhile. Refuses with NotFound."""
    query = select(RosterOffer).where(RosterOffer.offer_id == offer_id).with_for_update()
    offer = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if offer is None or caller.region_id not in {offer.region_id, institutions.CITY_REGION}:
        raise NotFound
    return offer
