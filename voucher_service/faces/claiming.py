"""The pages of a claim, the same for whoever claims: for oneself, for a relative, or at a counter."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from voucher_service.calendar import local_date
from voucher_service.database.chain import ChainBroken
from voucher_service.faces import forms
from voucher_service.faces.wording import DECLARED, QUESTIONS, SCHOOLINGS
from voucher_service.holders import service as holders
from voucher_service.programmes import service as programmes
from voucher_service.vouchers import service as vouchers
from voucher_service.web.access import Caller
from voucher_service.web.idempotency import kept_answer

CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Claiming:
    """For whom a voucher is claimed, at which addresses, and by which verb.

    `address` is where the questionnaire stands; `back` leads away from it; `voucher_page` turns a voucher into a page.
    """

    person: Caller
    address: str
    back: str
    claim: Callable[[vouchers.Claim], str]
    voucher_page: Callable[[str], str]
    is_helped: bool = False


def questionnaire(claiming: Claiming, programme_id: int) -> str:
    """Ask the questionnaire, or say at once what stands against a claim and from when it would not."""
    programme = programmes.require_running(programme_id, local_date(forms.now()))
    if against := vouchers.findings_against(claiming.person, programme_id, None, forms.now()):
        return _why_not(claiming, programme, against)
    return _questions(claiming, programme)


def review(claiming: Claiming, programme_id: int) -> ResponseReturnValue:
    """Show everything once more before it counts; the form carries the key that makes sending it twice one claim."""
    now = forms.now()
    programme = programmes.require_running(programme_id, local_date(now))
    if unanswered := _unanswered(claiming.person):
        return _questions(claiming, programme, unanswered), 422
    if against := vouchers.findings_against(claiming.person, programme_id, answers(), now):
        return _why_not(claiming, programme, against), CONFLICT
    return render_template(
        "worker/review.html",
        claiming=claiming,
        programme=programme,
        holder=holders.masked(claiming.person.subject_id),
        questions=QUESTIONS,
        answers=answers(),
        **declarable(claiming.person),
        valid_until=vouchers.valid_until(programme.valid_months, now),
        nonce=secrets.token_hex(16),
    )


def claim(claiming: Claiming, programme_id: int) -> Response:
    """Claim a voucher and show it; a refusal's page names each reason and the day from which it no longer holds."""
    kept = json.loads(_claim_once(claiming, programme_id, forms.nonce()))
    return redirect(claiming.voucher_page(kept["voucher"]), forms.SEE_OTHER)


def answers() -> dict[str, Any]:
    """Read the questionnaire of a form; what was declared stands in it as it was sent."""
    willing = {question: request.form.get(question) == "yes" for question in QUESTIONS}
    return willing | {name: said for name in DECLARED if (said := request.form.get(name, ""))}


def declarable(person: Caller) -> dict[str, Any]:
    """Return what a person can declare, as `worker/declaration.html` asks it."""
    return {
        "schoolings": SCHOOLINGS,
        "fields": programmes.families(),
        "is_employee": holders.standing(person.subject_id).category == vouchers.EMPLOYEE,
    }


def _unanswered(person: Caller) -> list[str]:
    """Name the questions that have no answer, or none that can be read."""
    asked = declarable(person)
    readable: dict[str, Any] = dict.fromkeys(QUESTIONS, ("yes", "no")) | {"schooling": SCHOOLINGS}
    if asked["is_employee"]:
        fields = {*asked["fields"], vouchers.NO_FIELD}
        readable |= {"post": fields, "former_post": {"", *fields}}
    return [name for name, choices in readable.items() if request.form.get(name, "") not in choices]


def _questions(claiming: Claiming, programme: Any, unanswered: list[str] | None = None) -> str:
    return render_template(
        "worker/claim.html",
        claiming=claiming,
        programme=programme,
        questions=QUESTIONS,
        asked=QUESTIONS | DECLARED,
        answers=request.form,
        unanswered=unanswered or [],
        **declarable(claiming.person),
    )


def _why_not(claiming: Claiming, programme: Any, against: Any) -> str:
    return render_template("worker/why_not.html", claiming=claiming, programme=programme, findings=against)


def _claim_once(claiming: Claiming, programme_id: int, nonce: str) -> str:
    """Claim, or return what this very form was answered before."""
    digest = forms.digest()
    if earlier := kept_answer(nonce, digest):
        return earlier.get_data(as_text=True)
    try:
        return claiming.claim(vouchers.Claim(programme_id, answers(), nonce, digest))
    except ChainBroken:
        if earlier := kept_answer(nonce, digest):
            return earlier.get_data(as_text=True)
        raise
