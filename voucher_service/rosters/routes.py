"""/api/v1/rosters: who is expected in a class, and vouchers offered to them. The upload itself is a sheet."""

from __future__ import annotations

from typing import Any

from voucher_service.classes import service as classes
from voucher_service.holders import service as holders
from voucher_service.rosters import service
from voucher_service.rosters.models import Roster, RosterOffer
from voucher_service.rosters.schemas import (
    OfferVerdictSchema,
    RosterInFullSchema,
    RosterOfferSchema,
    RosterOffersSchema,
)
from voucher_service.web.access import BUREAU, INSTITUTION, INSTITUTION_ADMIN, INSTITUTION_CLIENT, allow, caller
from voucher_service.web.current import identifier, now
from voucher_service.web.idempotency import idempotent
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("rosters", __name__, url_prefix="/api/v1/rosters")


@blueprint.get("/<string(length=16):class_id>")
@allow(*INSTITUTION)
@blueprint.response(200, RosterInFullSchema)
def show(class_id: str) -> dict[str, Any]:
    """Show a class's roster: who is expected, masked, and how many of them have come."""
    roster = _roster(class_id)
    expected = service.expected(roster.region_id, roster.class_id)
    named = service.people(roster)
    shown = holders.masked_known(named)
    people = [shown[person] for person in named if person in shown]
    return {"roster": roster, "expected": roster.persons, "arrived": expected and expected.arrived, "people": people}


@blueprint.post("/<string(length=16):class_id>/offer")
@idempotent
@allow(INSTITUTION_ADMIN, INSTITUTION_CLIENT)
@blueprint.response(201, RosterOfferSchema)
def ask_offer(class_id: str) -> RosterOffer:
    """Ask the bureau to offer the people of a class's roster directed vouchers."""
    return service.ask(_roster(class_id), caller(), now())


@blueprint.get("/offers")
@allow(*BUREAU)
@blueprint.response(200, RosterOffersSchema)
def list_offers() -> dict[str, Any]:
    """List the requests that wait for one or two approvals of the caller's bureau, oldest first."""
    return {"offers": [offer for offer, _ in service.offers_waiting(caller())]}


@blueprint.post("/offers/<string(length=16):offer>/decision")
@idempotent
@allow(*BUREAU)
@blueprint.arguments(OfferVerdictSchema)
@blueprint.response(200, RosterOfferSchema)
def decide_offer(wanted: dict[str, bool], offer: str) -> RosterOffer:
    """Approve or decline; the second approval is another person's and offers the vouchers."""
    return service.decide(identifier(offer), caller(), now(), approved=wanted["approved"])


def _roster(class_id: str) -> Roster:
    found = classes.find(identifier(class_id), caller())
    return service.of_class(found.region_id, found.class_id)
