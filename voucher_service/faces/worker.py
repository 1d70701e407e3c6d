"""A worker's first pages: what is open in their region, and claiming: questions, why not, review, voucher."""

from __future__ import annotations

import json
import secrets
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from voucher_service.calendar import local_date
from voucher_service.database.chain import ChainBroken
from voucher_service.faces import (
    display,
    forms,
    worker_classes,
    worker_code,
    worker_data,
    worker_disputes,
    worker_paper,
    worker_training,
    worker_voucher,
)
from voucher_service.faces.wording import QUESTIONS
from voucher_service.holders import service as holders
from voucher_service.programmes import service as programmes
from voucher_service.vouchers import service as vouchers
from voucher_service.web.access import HOLDER, allow, caller
from voucher_service.web.idempotency import kept_answer

blueprint = Blueprint("worker", __name__)
for part in (
    display,
    worker_voucher,
    worker_code,
    worker_paper,
    worker_classes,
    worker_training,
    worker_data,
    worker_disputes,
):
    blueprint.register_blueprint(part.blueprint)

CONFLICT = 409


@blueprint.get("/my")
@allow(HOLDER)
def show_home() -> str:
    """Show the worker's vouchers and the programmes that are open in their region."""
    who, now = caller(), forms.now()
    held = [(found, vouchers.state_at(found, now)) for found in vouchers.of_holder(who.region_id, who.subject_id)]
    return render_template(
        "worker/home.html",
        holder=holders.masked(who.subject_id),
        vouchers=held,
        in_hand=any(state in {"offered", "claimed", "redeemed"} for _, state in held),
        programmes=programmes.open_programmes(who.region_id, local_date(now)),
    )


@blueprint.get("/claim/<int(max=2147483647):programme_id>")
@allow(HOLDER)
def show_questionnaire(programme_id: int) -> str:
    """Ask the three questions of willingness, or say at once what stands against a claim and from when it would not."""
    programme = programmes.require_running(programme_id, local_date(forms.now()))
    against = vouchers.findings_against(caller(), programme_id, None, forms.now())
    if against:
        return _why_not(programme, against)
    return render_template("worker/claim.html", programme=programme, questions=QUESTIONS, answers={}, refusal=None)


@blueprint.post("/claim/<int(max=2147483647):programme_id>/review")
@allow(HOLDER)
def review(programme_id: int) -> ResponseReturnValue:
    """Show everything once more before it counts; the form carries the key that makes sending it twice one claim."""
    now = forms.now()
    programme = programmes.require_running(programme_id, local_date(now))
    if unanswered := [question for question in QUESTIONS if request.form.get(question) not in {"yes", "no"}]:
        page = render_template(
            "worker/claim.html",
            programme=programme,
            questions=QUESTIONS,
            answers=request.form,
            unanswered=unanswered,
        )
        return page, 422
    answers = _answers()
    if against := vouchers.findings_against(caller(), programme_id, answers, now):
        return _why_not(programme, against), CONFLICT
    return render_template(
        "worker/review.html",
        programme=programme,
        holder=holders.masked(caller().subject_id),
        questions=QUESTIONS,
        valid_until=vouchers.valid_until(programme.valid_months, now),
        nonce=secrets.token_hex(16),
    )


@blueprint.post("/claim/<int(max=2147483647):programme_id>")
@allow(HOLDER)
def claim(programme_id: int) -> Response:
    """Claim a voucher and show it; a refusal's page names each reason and the day from which it no longer holds."""
    kept = json.loads(_claim_once(programme_id, _answers(), forms.nonce()))
    return redirect(url_for("worker.worker_voucher.show", voucher=kept["voucher"]), forms.SEE_OTHER)


def _answers() -> dict[str, bool]:
    return {question: request.form.get(question) == "yes" for question in QUESTIONS}


def _why_not(programme: Any, against: Any) -> str:
    return render_template("worker/why_not.html", programme=programme, findings=against)


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
