"""The bureau's page of rosters whose institutions ask that their people be offered directed vouchers."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from voucher_service.classes import service as classes
from voucher_service.database import unit_of_work
from voucher_service.errors import Refusal
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
    return _list()


@blueprint.post("/offers/<string(length=16):offer>")
@allow(*BUREAU)
def decide(offer: str) -> ResponseReturnValue:
    """Approve or decline; the second approval is another person's and offers the vouchers."""
    try:
        approved = forms.one_of("approved", ("yes", "no")) == "yes"
        with unit_of_work():
            rosters.decide(forms.identifier(offer), caller(), forms.now(), approved=approved)
    except Refusal as refusal:
        return _list(refusal), refusal.status
    return redirect(url_for("bureau.offers.list_offers"), forms.SEE_OTHER)


def _list(refusal: Refusal | None = None) -> str:
    return render_template(
        "bureau/offers.html",
        refusal=refusal,
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
