"""A worker rates the training: one question, one tap, once a round."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from voucher_service.database import unit_of_work
from voucher_service.errors import InvalidInput, Refusal
from voucher_service.faces import forms
from voucher_service.faces.wording import SCORES
from voucher_service.institutions import service as institutions
from voucher_service.programmes import service as programmes
from voucher_service.supervision import service as supervision
from voucher_service.web.access import HOLDER, allow, caller

blueprint = Blueprint("worker_survey", __name__)

DEVICE_COOKIE: Final = "survey_device"
"""A random mark that stays with the browser, whoever logs in: many answers from one device show as such."""

KEPT_FOR: Final = timedelta(days=365)
_MARK = re.compile(r"[0-9a-f]{32}")


@blueprint.get("/vouchers/<string(length=16):voucher>/survey")
@allow(HOLDER)
def show(voucher: str) -> ResponseReturnValue:
    """Ask how satisfied the worker is, or say why nothing is asked now."""
    found = _own(voucher)
    try:
        _, held, _ = supervision.answerable(found, forms.now())
    except Refusal as refusal:
        return _page(found, None, refusal), refusal.status
    answer = current_app.make_response(_page(found, held))
    if not _MARK.fullmatch(request.cookies.get(DEVICE_COOKIE, "")):
        outside_demo = not current_app.extensions["settings"].is_demo
        mark = secrets.token_hex(16)
        answer.set_cookie(DEVICE_COOKIE, mark, max_age=KEPT_FOR, httponly=True, samesite="Lax", secure=outside_demo)
    return answer


@blueprint.post("/vouchers/<string(length=16):voucher>/survey")
@allow(HOLDER)
def answer(voucher: str) -> ResponseReturnValue:
    """Take the answer."""
    found = _own(voucher)
    try:
        score, mark = _score(), request.cookies.get(DEVICE_COOKIE, "")
        with unit_of_work():
            supervision.answer(found, score, mark if _MARK.fullmatch(mark) else None, forms.now())
    except Refusal as refusal:
        return _page(found, None, refusal), refusal.status
    return redirect(url_for("worker.worker_survey.show_thanks", voucher=voucher), forms.SEE_OTHER)


@blueprint.get("/vouchers/<string(length=16):voucher>/survey/thanks")
@allow(HOLDER)
def show_thanks(voucher: str) -> str:
    """Say that the answer has arrived, and who does not see it."""
    return render_template("worker/survey_thanks.html", voucher=_own(voucher))


def _score() -> int:
    written = request.form.get("score", "")
    if written not in map(str, SCORES):
        raise InvalidInput({"score": [str(score) for score in SCORES]})
    return int(written)


def _page(voucher: Any, held: Any, refusal: Refusal | None = None) -> str:
    return render_template(
        "worker/survey.html",
        voucher=voucher,
        training_class=held,
        institution=institutions.get(held.region_id, held.institution_id).name if held else "",
        occupations=programmes.occupations(),
        scores=SCORES,
        refusal=refusal,
    )


def _own(text: str) -> Any:
    return supervision.own_voucher(forms.identifier(text), caller())
