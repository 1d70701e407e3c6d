"""The scanner at the class door: camera, scanner box or typed digits, the person's card, and one large answer.

The key in the form makes a page that is sent or reloaded twice one scan, with the same answer.
"""

from __future__ import annotations

import json
import secrets
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from voucher_service.classes import service as classes
from voucher_service.database import db, unit_of_work
from voucher_service.database.chain import ChainBroken
from voucher_service.errors import Refusal
from voucher_service.faces import forms
from voucher_service.holders import service as holders
from voucher_service.identifiers import to_hex
from voucher_service.redemptions import service as redemptions
from voucher_service.redemptions.service import Scan
from voucher_service.scanning import service as scanning
from voucher_service.web.access import INSTITUTION, allow, caller
from voucher_service.web.idempotency import keep_refusal, kept_answer
from voucher_service.web.problems import problem_of

blueprint = Blueprint("scan", __name__, url_prefix="/scan")

CLASSES_MAX = 200
OPEN = ("approved", "in_session")


@blueprint.get("/")
@allow(*INSTITUTION)
def choose_class() -> str:
    """Ask at which class's door this device stands."""
    own = db.session.scalars(classes.visible_to(caller()).limit(CLASSES_MAX))
    return render_template("scan/classes.html", classes=[found for found in own if found.state in OPEN])


@blueprint.get("/<string(length=16):training_class>")
@allow(*INSTITUTION)
def show_scanner(training_class: str) -> str:
    found = classes.find(forms.identifier(training_class), caller())
    return render_template(
        "scan/scanner.html",
        training_class=found,
        nonce=secrets.token_hex(16),
        tally=scanning.tally(found.class_id, caller()),
    )


@blueprint.post("/<string(length=16):training_class>")
@allow(*INSTITUTION)
def scan(training_class: str) -> ResponseReturnValue:
    """Redeem the shown voucher and answer in one word and one colour, and in sentences below."""
    found = classes.find(forms.identifier(training_class), caller())
    status, answer = _redeem_once(_scan(found))
    page = render_template(
        "scan/result.html", training_class=found, status=status, answer=answer, holder=_admitted(found, answer)
    )
    return page, status


def _scan(training_class: Any) -> Scan:
    return Scan(
        digits="".join(forms.line("code", 600).split()),
        class_region_id=training_class.region_id,
        class_id=training_class.class_id,
        id_number=forms.line("id_number", 20),
        name=forms.line("name", 50),
        person_check="typed",
        waiver_reason=forms.line("waiver_reason", 200, least=0) or None,
        idempotency_key=forms.nonce(),
        request_hash=forms.digest(),
    )


def _redeem_once(wanted: Scan) -> tuple[int, dict[str, Any]]:
    """Redeem, or return what this very form was answered before."""
    if earlier := _earlier(wanted):
        return earlier
    try:
        return 201, json.loads(redemptions.redeem(wanted, caller(), forms.now()))
    except ChainBroken:
        if earlier := _earlier(wanted):
            return earlier
        raise
    except Refusal as refusal:
        with unit_of_work():
            redemptions.store_refused(wanted, refusal, caller(), forms.now())
        keep_refusal(refusal, wanted.idempotency_key, wanted.request_hash)
        return refusal.status, problem_of(refusal)


def _earlier(wanted: Scan) -> tuple[int, dict[str, Any]] | None:
    kept = kept_answer(wanted.idempotency_key, wanted.request_hash)
    return None if kept is None else (kept.status_code, json.loads(kept.get_data()))


def _admitted(training_class: Any, answer: dict[str, Any]) -> holders.Masked | None:
    """Return who was let in, masked; None for a refused scan."""
    for redemption in redemptions.of_class(training_class.region_id, training_class.class_id):
        if to_hex(redemption.redemption_id) == answer.get("redemption"):
            return holders.masked(redemption.holder_id)
    return None
