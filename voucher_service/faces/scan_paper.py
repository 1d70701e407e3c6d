"""The door for paper vouchers: the sheet, the holder's card, a one-time code to the holder's phone, then one answer."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from voucher_service.errors import InvalidInput, Refusal
from voucher_service.faces import forms, scan_answers
from voucher_service.faces.named import class_named
from voucher_service.holders import service as holders
from voucher_service.holders.service import NAME_CHARACTERS_MAX
from voucher_service.programmes import service as programmes
from voucher_service.redemptions import service as redemptions
from voucher_service.redemptions.service import Scan
from voucher_service.web.access import INSTITUTION, allow, caller

blueprint = Blueprint("scan_paper", __name__, url_prefix="/scan")

CHANNELS = ("sms", "voice")


@blueprint.get("/<string(length=16):training_class>/paper")
@allow(*INSTITUTION)
def show(training_class: str) -> str:
    return door(_own(training_class))


@blueprint.post("/<string(length=16):training_class>/paper")
@allow(*INSTITUTION)
def redeem(training_class: str) -> ResponseReturnValue:
    """Redeem a sheet; a code that is wrong leaves everything filled in."""
    found, scan = _own(training_class), _scan(training_class)
    return scan_answers.page(found, *scan_answers.redeem_once(scan))


@blueprint.post("/<string(length=16):training_class>/paper/code")
@allow(*INSTITUTION)
def send_code(training_class: str) -> ResponseReturnValue:
    """Send the holder of the shown sheet and card a one-time code."""
    found, channel = _own(training_class), request.form.get("channel", "")
    if channel not in CHANNELS:
        raise InvalidInput({"channel": list(CHANNELS)})
    try:
        sent = redemptions.send_code(_scan(training_class), channel, caller(), forms.now())
    except Refusal as refusal:
        return door(found, refusal=refusal), refusal.status
    return door(found, sent=sent)


def door(
    training_class: Any, *, refusal: Refusal | None = None, sent: holders.OneTimeCode | None = None, code: str = ""
) -> str:
    """The form, with what was filled in so far."""
    given = {name: request.form.get(name, "") for name in ("code", "id_number", "name", "waiver_reason")}
    return render_template(
        "scan/paper.html",
        training_class=training_class,
        occupations=programmes.occupations(),
        refusal=refusal,
        sent=sent,
        given=given | ({"code": code} if code else {}),
        nonce=secrets.token_hex(16),
    )


def _own(training_class: str) -> Any:
    return class_named(training_class)


def _scan(training_class: str) -> Scan:
    return Scan(
        digits=forms.scanned_code(),
        class_region_id=caller().region_id,
        class_id=forms.identifier(training_class),
        id_number=forms.line("id_number", 20),
        name=forms.line("name", NAME_CHARACTERS_MAX),
        person_check="typed",
        waiver_reason=forms.line("waiver_reason", 200, least=0) or None,
        idempotency_key=forms.nonce(),
        request_hash=forms.digest(),
        one_time_code="".join(forms.line("one_time_code", 20, least=0).split()) or None,
    )
