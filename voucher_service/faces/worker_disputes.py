"""A worker says "I was not there" of a scan or a sign-in, from their own pages, and reads what became of it."""

from __future__ import annotations

import json
import secrets
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from voucher_service.classes import service as classes
from voucher_service.database import unit_of_work
from voucher_service.errors import NotFound
from voucher_service.faces import forms
from voucher_service.identifiers import to_hex
from voucher_service.institutions import service as institutions
from voucher_service.programmes import service as programmes
from voucher_service.risk import service as risk
from voucher_service.roll_calls import service as roll_calls
from voucher_service.web.access import HOLDER, allow, caller
from voucher_service.web.idempotency import keep, kept_answer

blueprint = Blueprint("worker_disputes", __name__)


@blueprint.get("/not-there/<string(length=16):redemption>")
@allow(HOLDER)
def review_scan(redemption: str) -> str:
    """Say what a dispute of a scan means before it is sent."""
    return _review(redemption)


@blueprint.get("/not-there/<string(length=16):redemption>/<int(min=1, max=9999):session_no>")
@allow(HOLDER)
def review_sign_in(redemption: str, session_no: int) -> str:
    """Say what a dispute of one sign-in means before it is sent."""
    return _review(redemption, session_no)


@blueprint.post("/not-there/<string(length=16):redemption>")
@allow(HOLDER)
def dispute_scan(redemption: str) -> Response:
    """Take the dispute up once, however often the form is sent, and show its receipt."""
    return _dispute(redemption)


@blueprint.post("/not-there/<string(length=16):redemption>/<int(min=1, max=9999):session_no>")
@allow(HOLDER)
def dispute_sign_in(redemption: str, session_no: int) -> Response:
    """Take the dispute up once, however often the form is sent, and show its receipt."""
    return _dispute(redemption, session_no)


@blueprint.get("/disputes/<string(length=16):hold>")
@allow(HOLDER)
def show(hold: str) -> str:
    """Show a dispute's receipt number, how it stands, and the reason of its decision."""
    found = risk.own(caller(), forms.identifier(hold))
    return render_template("worker/dispute.html", line=found, about=_about(found.redemption))


def _review(redemption: str, session_no: int | None = None) -> str:
    found = risk.own_redemption(forms.identifier(redemption), caller())
    about = _about(found)
    session = next((held for held in about["sessions"] if held.session_no == session_no), None)
    if session_no is not None and session is None:
        raise NotFound
    return render_template(
        "worker/not_there.html",
        redemption=found,
        session=session,
        about=about,
        nonce=secrets.token_hex(16),
    )


def _dispute(redemption: str, session_no: int | None = None) -> Response:
    key, digest = forms.nonce(), forms.digest()
    with unit_of_work():
        if earlier := kept_answer(key, digest):
            receipt = json.loads(earlier.get_data())["hold"]
        else:
            placed = risk.dispute(forms.identifier(redemption), session_no, caller(), forms.now())
            receipt = to_hex(placed.hold_id)
            keep(key, digest, 201, json.dumps({"hold": receipt}))
    return redirect(url_for("worker.worker_disputes.show", hold=receipt), forms.SEE_OTHER)


def _about(redemption: Any) -> dict[str, Any]:
    """The class and the institution that a redemption was at, in words for its holder."""
    if redemption is None:
        return {"training_class": None, "institution": "", "sessions": [], "occupations": {}}
    training_class = classes.get(redemption.class_region_id, redemption.class_id)
    return {
        "training_class": training_class,
        "institution": institutions.get(training_class.region_id, training_class.institution_id).name,
        "sessions": roll_calls.sittings(training_class),
        "occupations": programmes.occupations(),
    }
