"""The counter gives a holder another phone: the card and the new number, the code from it, and the day's list."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from voucher_service.errors import Refusal
from voucher_service.faces import forms
from voucher_service.faces.particulars import FIELD_OF, typed_id_number
from voucher_service.identifiers import to_hex
from voucher_service.vouchers import service as vouchers
from voucher_service.web.access import BUREAU_CLERK, allow, caller

blueprint = Blueprint("counter_phone", __name__, url_prefix="/counter/phone")


@blueprint.get("")
@allow(BUREAU_CLERK)
def show() -> str:
    return _form()


@blueprint.post("")
@allow(BUREAU_CLERK)
def ask() -> ResponseReturnValue:
    """Send a code to the new phone; a trial service shows it on the next page instead."""
    name, phone = (request.form.get(field, "")[:200] for field in ("name", "phone"))
    try:
        place, phone_reason = forms.line("place", 60), forms.line("phone_reason", 200, least=0)
        sent = vouchers.ask_phone_change(
            caller(), (name, typed_id_number()), phone, place=place, phone_reason=phone_reason
        )
    except Refusal as refusal:
        return _form(refusal), refusal.status
    session["place"], session["trial_code"] = place, sent.trial_code
    return redirect(url_for("counter_phone.show_code", challenge=to_hex(sent.challenge_id)), forms.SEE_OTHER)


@blueprint.get("/<string(length=16):challenge>")
@allow(BUREAU_CLERK)
def show_code(challenge: str) -> str:
    return _code_form(challenge)


@blueprint.post("/<string(length=16):challenge>")
@allow(BUREAU_CLERK)
def change(challenge: str) -> ResponseReturnValue:
    """Change the phone by the code that came to the new one."""
    try:
        changed = vouchers.change_phone(caller(), forms.identifier(challenge), forms.typed_code())
    except Refusal as refusal:
        return _code_form(challenge, refusal), refusal.status
    session.pop("trial_code", None)
    return redirect(url_for("counter.list_today", changed=to_hex(changed.change_id)), forms.SEE_OTHER)


def _form(refusal: Refusal | None = None) -> str:
    return render_template(
        "counter/phone.html",
        refusal=refusal,
        fault=FIELD_OF.get(refusal.code, "") if refusal else "",
        given=request.form,
        place=request.form.get("place") or session.get("place", ""),
    )


def _code_form(challenge: str, refusal: Refusal | None = None) -> str:
    return render_template(
        "counter/phone_code.html", challenge=challenge, refusal=refusal, trial_code=session.get("trial_code")
    )
