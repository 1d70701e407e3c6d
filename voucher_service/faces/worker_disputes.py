"""A worker says "I was not there" of a scan, from their own pages, and reads what became of it."""

from __future__ import annotations

import json
import secrets
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from voucher_service.classes import service as classes
from voucher_service.database import unit_of_work
from voucher_service.faces import forms
from voucher_service.identifiers import to_hex
from voucher_service.institutions import service as institutions
from voucher_service.programmes import service as programmes
from voucher_service.risk import service as risk
from voucher_service.web.access import HOLDER, allow, caller
from voucher_service.web.idempotency import keep, kept_answer

blueprint = Blueprint("worker_disputes", __name__)


@blueprint.get("/not-there/<string(length=16):redemption>")
@allow(HOLDER)
def review_scan(redemption: str) -> str:
    """Say what a dispute of a scan means before it is sent."""
    found = risk.own_redemption(forms.identifier(redemption), caller())
    nonce = secrets.token_hex(16)
    return render_template("worker/not_there.html", redemption=found, about=_about(found), nonce=nonce)


@blueprint.post("/not-there/<string(length=16):redemption>")
@allow(HOLDER)
def dispute_scan(redemption: str) -> Response:
    """Take the dispute up once, however often the form is sent, and show its receipt."""
    key, digest = forms.nonce(), forms.digest()
    with unit_of_work():
        if earlier := kept_answer(key, digest):
            receipt = json.loads(earlier.get_data())["hold"]
        else:
            placed = risk.dispute(forms.identifier(redemption), caller(), forms.now())
            receipt = to_hex(placed.hold_id)
            keep(key, digest, 201, json.dumps({"hold": receipt}))
    return redirect(url_for("worker.worker_disputes.show", hold=receipt), forms.SEE_OTHER)


@blueprint.get("/disputes/<string(length=16):hold>")
@allow(HOLDER)
def show(hold: str) -> str:
    """Show a dispute's receipt number, how it stands, and the reason of its decision."""
    found = risk.own(caller(), forms.identifier(hold))
    return render_template("worker/dispute.html", line=found, about=_about(found.redemption))


def _about(redemption: Any) -> dict[str, Any]:
    """The class and the institution that a redemption was at, in words for its holder."""
    if redemption is None:
        return {"training_class": None, "institution": "", "occupations": {}}
    training_class = classes.get(redemption.class_region_id, redemption.class_id)
    return {
        "training_class": training_class,
        "institution": institutions.get(training_class.region_id, training_class.institution_id).name,
        "occupations": programmes.occupations(),
    }
