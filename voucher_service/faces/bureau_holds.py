"""The bureau's pages of what stands still: vouchers on hold, and classes that something is wrong with."""

from __future__ import annotations

import json
import secrets
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from voucher_service.classes import service as classes
from voucher_service.database import db, unit_of_work
from voucher_service.errors import Refusal
from voucher_service.faces import forms, reviewed
from voucher_service.faces.named import class_named
from voucher_service.faces.wording import REGIONS
from voucher_service.identifiers import to_hex
from voucher_service.institutions import service as institutions
from voucher_service.programmes import service as programmes
from voucher_service.risk import service as risk
from voucher_service.vouchers import service as vouchers
from voucher_service.web.access import BUREAU, BUREAU_REVIEWER, allow, caller
from voucher_service.web.idempotency import keep, kept_answer

blueprint = Blueprint("bureau_holds", __name__)

VERDICTS: Final = ("uphold", "lift")
KINDS: Final = ("suspend", "lift", "disqualify")
REGION: Final = "<int(min=100000, max=999999):region_id>"


@blueprint.get("/holds")
@allow(*BUREAU)
def list_holds() -> str:
    """List the vouchers that stand still and the rulings that wait for a second person, oldest first."""
    return _list()


@blueprint.post(f"/holds/{REGION}/<string(length=16):hold>")
@allow(*BUREAU)
def decide(region_id: int, hold: str) -> ResponseReturnValue:
    """Sign one's opinion on a hold; signing twice is refused, so the form carries no key."""
    try:
        verdict = forms.one_of("verdict", VERDICTS)
        reason = forms.line("reason", 200)
        with unit_of_work():
            risk.decide(region_id, forms.identifier(hold), verdict, reason, caller=caller(), now=forms.now())
    except Refusal as refusal:
        return _list(refusal), refusal.status
    return _back()


@blueprint.post("/holds")
@allow(*BUREAU)
def place() -> ResponseReturnValue:
    """Stop a voucher once, however often the form is sent."""
    key, digest = forms.nonce(), forms.digest()
    try:
        region_id, reason = _region(), forms.line("reason", 40)
        voucher_id, note = forms.identifier(forms.line("voucher", 16, 16)), forms.line("note", 200, least=0)
        with unit_of_work():
            if not kept_answer(key, digest):
                placed = risk.hold_voucher(region_id, voucher_id, reason, note, caller=caller(), now=forms.now())
                keep(key, digest, 201, json.dumps({"hold": to_hex(placed.hold_id)}))
    except Refusal as refusal:
        return _list(refusal), refusal.status
    return _back()


@blueprint.post("/classes/<string(length=16):training_class>/rulings")
@allow(*BUREAU)
def rule(training_class: str) -> ResponseReturnValue:
    """Suspend a class, or ask for its lift or disqualification; a state or an open request refuses the second time."""
    try:
        kind, reason, note = forms.one_of("kind", KINDS), forms.line("reason", 40), forms.line("note", 200, least=0)
        with unit_of_work():
            found = class_named(training_class)
            risk.rule_class(found, kind, reason=reason, note=note, caller=caller(), now=forms.now())
    except Refusal as refusal:
        return reviewed.class_page(training_class, refusal), refusal.status
    return redirect(url_for("bureau.show_class", training_class=training_class), forms.SEE_OTHER)


@blueprint.post("/rulings/<string(length=16):ruling>")
@allow(BUREAU_REVIEWER)
def settle(ruling: str) -> ResponseReturnValue:
    """Confirm or decline, as the second person, a lift or a disqualification."""
    try:
        confirmed = forms.one_of("confirmed", ("yes", "no")) == "yes"
        with unit_of_work():
            found = classes.find_ruling(forms.identifier(ruling), caller())
            risk.settle_ruling(found, caller(), forms.now(), confirmed=confirmed)
    except Refusal as refusal:
        return _list(refusal), refusal.status
    return _back()


def _list(refusal: Refusal | None = None) -> str:
    asked = classes.rulings_waiting(caller())
    return render_template(
        "bureau/holds.html",
        refusal=refusal,
        given=request.form,
        sent_to=request.path if refusal else "",
        nonce=secrets.token_hex(16),
        lines=[_described(line) for line in risk.waiting(caller())],
        rulings=[(ruling, classes.get(ruling.region_id, ruling.class_id)) for ruling in asked],
        names={found.institution_id: found.name for found in db.session.scalars(institutions.visible_to(caller()))},
        occupations=programmes.occupations(),
        reasons=vouchers.HOLD_REASONS,
        disputes=risk.DISPUTES,
        regions=_regions(),
    )


def _described(line: Any) -> tuple[Any, Any]:
    """A hold with the class that its redemption is in, if it is about one."""
    redemption = line.redemption
    return line, classes.get(redemption.class_region_id, redemption.class_id) if redemption else None


def _regions() -> list[int]:
    """The regions whose vouchers the caller may stop."""
    own = caller().region_id
    return list(REGIONS) if own == institutions.CITY_REGION else [own]


def _region() -> int:
    regions = {str(region_id): region_id for region_id in _regions()}
    return regions[forms.one_of("region_id", tuple(regions))]


def _back() -> Response:
    return redirect(url_for("bureau.bureau_holds.list_holds"), forms.SEE_OTHER)
