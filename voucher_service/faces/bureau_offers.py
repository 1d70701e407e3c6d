"""The bureau's page of rosters whose institutions ask that their people be offered directed vouchers."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from voucher_service.classes import service as classes
from voucher_service.database import unit_of_work
from voucher_service.errors import InvalidInput
from voucher_service.faces import forms
from voucher_service.institutions import service as institutions
from voucher_service.programmes import service as programmes
from voucher_service.rosters import service as rosters
from voucher_service.web.access import BUREAU, allow, caller

blueprint = Blueprint("offers", __name__)


@blueprint.get("/offers")
@allow(*BUREAU)
def list_offers() -> str:
    """List the requests that wait for the caller's bureau, oldest first."""
    return render_template(
        "bureau/offers.html",
        waiting=[
            (
                offer,
                roster,
                classes.get(roster.region_id, roster.class_id),
                institutions.get(roster.region_id, roster.institution_id),
            )
            for offer, roster in rosters.offers_waiting(caller())
        ],
        occupations=programmes.occupations(),
    )


@blueprint.post("/offers/<string(length=16):offer>")
@allow(*BUREAU)
def decide(offer: str) -> Response:
    """Approve or decline; the second approval is another person's and offers the vouchers."""
    decision = request.form.get("approved", "")
    if decision not in {"yes", "no"}:
        raise InvalidInput({"approved": ["yes, no"]})
    with unit_of_work():
        rosters.decide(forms.identifier(offer), caller(), forms.now(), approved=decision == "yes")
    return redirect(url_for("bureau.offers.list_offers"), forms.SEE_OTHER)
