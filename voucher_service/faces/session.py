"""Letting people in through a browser: workers by text message, staff by password and authenticator; and out again.

The session is a cookie that no script can read. Nobody is logged in before a log-in form, so its own check against
forged requests stands here and not with the others.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from voucher_service.accounts import service as accounts
from voucher_service.database import unit_of_work
from voucher_service.errors import Refusal
from voucher_service.faces import forms
from voucher_service.faces.particulars import FIELD_OF, told_in_form
from voucher_service.holders import service as holders
from voucher_service.identifiers import to_hex
from voucher_service.web.access import COOKIE, FIELD_INSPECTOR, HOLDER, INSTITUTION, PUBLIC, ROLES, allow, caller, csrf

blueprint = Blueprint("session", __name__)

STAFF_PLACES = ("/institution", "/scan", "/bureau", "/counter")


@blueprint.get("/login")
@allow(PUBLIC)
def show_log_in() -> ResponseReturnValue:
    """Ask a worker who they are; send whoever wants a page of the staff's to the staff's own door."""
    wanted = _wanted_page("")
    if wanted.startswith(STAFF_PLACES):
        return redirect(url_for("session.show_staff_log_in", next=wanted))
    return _log_in_form()


@blueprint.post("/login")
@allow(PUBLIC)
def request_log_in() -> ResponseReturnValue:
    """Send the worker a code; a trial service shows it on the next page instead."""
    csrf.protect()
    try:
        challenge = holders.request_log_in(**told_in_form()._asdict(), regions=current_app.extensions["region_ids"]())
    except Refusal as refusal:
        return _log_in_form(refusal), refusal.status
    session["trial_code"] = challenge.trial_code
    return redirect(
        url_for("session.show_code", challenge=to_hex(challenge.challenge_id), next=_wanted_page("/my")),
        forms.SEE_OTHER,
    )


@blueprint.get("/login/<string(length=16):challenge>")
@allow(PUBLIC)
def show_code(challenge: str) -> str:
    return _code_form(challenge)


@blueprint.post("/login/<string(length=16):challenge>")
@allow(PUBLIC)
def confirm_log_in(challenge: str) -> ResponseReturnValue:
    """Let in whoever types the code that was sent."""
    csrf.protect()
    try:
        logged_in = holders.confirm_log_in(forms.identifier(challenge), forms.typed_code())
    except Refusal as refusal:
        return _code_form(challenge, refusal), refusal.status
    session.pop("trial_code", None)
    return _with_session(logged_in.token, _wanted_page("/my"))


@blueprint.get("/staff/login")
@allow(PUBLIC)
def show_staff_log_in() -> str:
    return render_template("session/staff.html", refusal=None)


@blueprint.post("/staff/login")
@allow(PUBLIC)
def log_in_staff() -> ResponseReturnValue:
    """Let a member of staff in who shows both factors."""
    csrf.protect()
    shown = (request.form.get(name, "") for name in ("login_name", "password", "code"))
    try:
        token = accounts.log_in_staff(*shown)
    except Refusal as refusal:
        return render_template("session/staff.html", refusal=refusal), refusal.status
    who = accounts.authenticate(token)
    return _with_session(token, _wanted_page(_desk_of(who.role if who else "")))


def _desk_of(role: str) -> str:
    """The page on which the work of a role begins."""
    if role == FIELD_INSPECTOR:
        return "/bureau/supervision"
    return "/institution/" if role in INSTITUTION else "/bureau/"


@blueprint.post("/logout")
@allow(*ROLES - {PUBLIC})
def log_out() -> Response:
    """End the session that makes this request."""
    if (session_id := caller().session_id) is not None:
        with unit_of_work():
            accounts.end_session(session_id)
    answer = redirect(url_for("pages.home"), forms.SEE_OTHER)
    answer.delete_cookie(COOKIE)
    return answer


@blueprint.post("/logout/everywhere")
@allow(HOLDER)
def log_out_everywhere() -> Response:
    """End every session of the worker, on whatever phone: for a lost one, or somebody else's."""
    with unit_of_work():
        accounts.end_sessions_of(caller().subject_id)
    answer = redirect(url_for("pages.home"), forms.SEE_OTHER)
    answer.delete_cookie(COOKIE)
    return answer


def _log_in_form(refusal: Refusal | None = None) -> str:
    choices: dict[str, Any] = {
        "regions": sorted(current_app.extensions["region_ids"]()),
        "categories": holders.categories(),
    }
    fault = FIELD_OF.get(refusal.code, "") if refusal else ""
    return render_template("session/worker.html", refusal=refusal, fault=fault, given=request.form, **choices)


def _code_form(challenge: str, refusal: Refusal | None = None) -> str:
    return render_template(
        "session/code.html", challenge=challenge, refusal=refusal, trial_code=session.get("trial_code")
    )


def _with_session(token: str, page: str) -> Response:
    answer = redirect(page, forms.SEE_OTHER)
    outside_demo = not current_app.extensions["settings"].is_demo
    answer.set_cookie(COOKIE, token, httponly=True, samesite="Lax", secure=outside_demo)
    return answer


def _wanted_page(otherwise: str) -> str:
    return forms.our_page(request.args.get("next", ""), otherwise)
