"""A worker's pages: what is open in their region, claiming, the voucher with its live code, giving it back."""

from __future__ import annotations

import json
import re
import secrets
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from voucher_service.calendar import local_date
from voucher_service.database import unit_of_work
from voucher_service.database.chain import ChainBroken
from voucher_service.errors import InvalidInput, NotFound
from voucher_service.faces import forms
from voucher_service.faces.wording import QUESTIONS
from voucher_service.holders import service as holders
from voucher_service.ledger import service as ledger
from voucher_service.programmes import service as programmes
from voucher_service.signing import picture
from voucher_service.vouchers import service as vouchers
from voucher_service.web.access import HOLDER, allow, caller
from voucher_service.web.idempotency import kept_answer

if TYPE_CHECKING:
    from typing import Any

blueprint = Blueprint("worker", __name__)

_DIGITS = re.compile(r"[0-9]{253}")


@blueprint.get("/my")
@allow(HOLDER)
def show_home() -> str:
    """Show the worker's vouchers and the programmes that are open in their region."""
    who, now = caller(), forms.now()
    return render_template(
        "worker/home.html",
        holder=holders.masked(who.subject_id),
        vouchers=[
            (found, vouchers.state_at(found, now)) for found in vouchers.of_holder(who.region_id, who.subject_id)
        ],
        programmes=programmes.open_programmes(who.region_id, local_date(now)),
    )


@blueprint.get("/claim/<int(max=2147483647):programme_id>")
@allow(HOLDER)
def show_questionnaire(programme_id: int) -> str:
    """Ask the three questions of willingness; the form carries the key that makes sending it twice one claim."""
    programme = programmes.require_running(programme_id, local_date(forms.now()))
    return render_template("worker/claim.html", programme=programme, questions=QUESTIONS, nonce=secrets.token_hex(16))


@blueprint.post("/claim/<int(max=2147483647):programme_id>")
@allow(HOLDER)
def claim(programme_id: int) -> Response:
    """Claim a voucher and show it; a refusal's page names each reason and the day from which it no longer holds."""
    answers = {question: request.form.get(question) == "yes" for question in QUESTIONS}
    kept = json.loads(_claim_once(programme_id, answers, forms.nonce()))
    return redirect(url_for("worker.show_voucher", voucher=kept["voucher"]), forms.SEE_OTHER)


def _claim_once(programme_id: int, answers: dict[str, bool], nonce: str) -> str:
    """Claim, or return what this very form was answered before."""
    digest = forms.digest()
    if earlier := kept_answer(nonce, digest):
        return earlier.get_data(as_text=True)
    try:
        return _claim(programme_id, answers, nonce, digest)
    except ChainBroken:
        if earlier := kept_answer(nonce, digest):
            return earlier.get_data(as_text=True)
        raise


def _claim(programme_id: int, answers: dict[str, bool], nonce: str, digest: bytes) -> str:
    return vouchers.claim(vouchers.Claim(programme_id, answers, nonce, digest), caller(), forms.now())


@blueprint.get("/vouchers/<string(length=16):voucher>")
@allow(HOLDER)
def show_voucher(voucher: str) -> str:
    """Show one voucher: its live code while it can be used, its days, and everything that ever happened to it."""
    found, now = _own(voucher), forms.now()
    return render_template(
        "worker/voucher.html",
        voucher=found,
        state=vouchers.state_at(found, now),
        days_left=max(0, (local_date(found.expires_at) - local_date(now)).days),
        programme=programmes.get(found.programme_id),
        facts=ledger.facts_of(found.region_id, found.voucher_id),
    )


@blueprint.get("/vouchers/<string(length=16):voucher>/give-back")
@allow(HOLDER)
def review_giving_back(voucher: str) -> str:
    """Say what giving back means before it is done."""
    return render_template("worker/give_back.html", voucher=_own(voucher))


@blueprint.post("/vouchers/<string(length=16):voucher>/give-back")
@allow(HOLDER)
def give_back(voucher: str) -> Response:
    """Give an unused voucher back; a second time is refused by its state."""
    with unit_of_work():
        vouchers.give_back(_own(voucher), ledger.Actor(HOLDER, caller().subject_id), forms.now())
    return redirect(url_for("worker.show_voucher", voucher=voucher), forms.SEE_OTHER)


@blueprint.post("/voucher/picture")
@allow(HOLDER)
def draw() -> Response:
    """Draw the digits that the worker's own phone has just made; nothing of them is kept."""
    digits = request.form.get("digits", "")
    if not _DIGITS.fullmatch(digits):
        raise InvalidInput({"digits": ["253 digits"]})
    return Response(picture.svg(digits, title="培训券动态码"), mimetype="image/svg+xml")


def _own(voucher: str) -> Any:
    """Return one of the caller's vouchers; somebody else's is as absent as none (NotFound)."""
    found = vouchers.find(caller().region_id, forms.identifier(voucher))
    if found.holder_id != caller().subject_id:
        raise NotFound
    return found
