"""A worker signs in to a session: by the link in the picture on the screen, or by typing the digits beneath it."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any, Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from voucher_service.classes import service as classes
from voucher_service.database import unit_of_work
from voucher_service.errors import InvalidInput, Refusal
from voucher_service.faces import forms
from voucher_service.identifiers import to_hex
from voucher_service.programmes import service as programmes
from voucher_service.roll_calls import service as roll_calls
from voucher_service.sign_ins import service as sign_ins
from voucher_service.web.access import HOLDER, allow, caller
from voucher_service.web.idempotency import keep, kept_answer

blueprint = Blueprint("worker_sign_in", __name__)

_CODE: Final = re.compile(r"[0-9a-f]{46}")
_DIGITS: Final = re.compile(r"[0-9]{8}")
_PROOF: Final = re.compile(r"[0-9a-f]{64}")


@blueprint.get("/sign-in")
@allow(HOLDER)
def show() -> str:
    """Ask for the digits on the screen; the form carries what only this log-in was given."""
    return _form()


@blueprint.get("/sign-in/<string(length=46):code>")
@allow(HOLDER)
def show_code(code: str) -> str:
    """Ask to confirm what the picture on the screen led to: following a link alone signs nobody in."""
    return _form(code=code)


@blueprint.post("/sign-in")
@allow(HOLDER)
def sign_in() -> ResponseReturnValue:
    """Sign in once, however often the form is sent, and say what was recorded."""
    key, digest = forms.nonce(), forms.digest()
    code, digits = _read("code", _CODE), _read("digits", _DIGITS)
    signed: sign_ins.SignIn | Refusal | None = None
    try:
        with unit_of_work():
            if earlier := kept_answer(key, digest):
                found = json.loads(earlier.get_data())
            else:
                signed = sign_ins.sign_in(caller(), _proof(), forms.now(), code=code, digits=digits)
                if not isinstance(signed, Refusal):
                    found = _told(signed)
                    keep(key, digest, 201, json.dumps(found))
    except Refusal as refusal:
        return _form(refusal, digits=digits), refusal.status
    if isinstance(signed, Refusal):  # Counted with the unit of work, and not kept as the form's answer.
        return _form(signed, digits=digits), signed.status
    return render_template("worker/signed_in.html", occupations=programmes.occupations(), **_shown(found))


def _form(refusal: Refusal | None = None, *, code: str = "", digits: str = "") -> str:
    return render_template(
        "worker/sign_in.html",
        refusal=refusal,
        code=code,
        digits=digits,
        nonce=secrets.token_hex(16),
        proof_of_log_in=sign_ins.draw_nonce(caller(), forms.now()).hex(),
    )


def _read(name: str, pattern: re.Pattern[str]) -> str:
    """Read what may be left out: with blanks, as people type digits, taken away; refuses with InvalidInput."""
    text = "".join(request.form.get(name, "").split())
    if text and not pattern.fullmatch(text):
        raise InvalidInput({name: [pattern.pattern]})
    return text


def _proof() -> bytes:
    text = request.form.get("proof", "")
    if not _PROOF.fullmatch(text):
        raise InvalidInput({"proof": [_PROOF.pattern]})
    return bytes.fromhex(text)


def _told(found: sign_ins.SignIn) -> dict[str, Any]:
    """What the page says of a sign-in, as it is kept for a form that is sent again."""
    return {
        "region_id": found.region_id,
        "class_id": to_hex(found.class_id),
        "session_no": found.session_no,
        "flags": found.flags.split(),
        "late_minutes": found.late_minutes,
    }


def _shown(told: dict[str, Any]) -> dict[str, Any]:
    training_class = classes.get(told["region_id"], forms.identifier(told["class_id"]))
    return {
        "training_class": training_class,
        "sitting": roll_calls.sitting(training_class, told["session_no"]),
        "flags": told["flags"],
        "late_minutes": told["late_minutes"],
        "too_late": told["late_minutes"] > roll_calls.numbers_of(training_class)["late_minutes_max"],
    }
