"""The live code on the worker's phone: drawn from the phone's own digits, or made here for a phone without scripts.

The secret of a phone without scripts travels sealed in its own cookie and rests nowhere: no stolen database yields a
code, nor does the cookie without the log-in session that it was made for.
"""

from __future__ import annotations

import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from datetime import datetime
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from voucher_service.database import unit_of_work
from voucher_service.errors import InvalidInput
from voucher_service.faces import forms
from voucher_service.faces.worker_voucher import days_left, own
from voucher_service.signing import picture
from voucher_service.signing.errors import CodeOutsideSession
from voucher_service.signing.live_session import LiveSession
from voucher_service.signing.voucher_code import Header
from voucher_service.vouchers import service as vouchers
from voucher_service.web.access import HOLDER, allow, caller

blueprint = Blueprint("worker_code", __name__)

COOKIE: Final = "voucher_served_code"
STEP_SECONDS: Final = 30
_DIGITS = re.compile(r"[0-9]{253}")
_TAG = re.compile(r"[0-9a-f]{16}")
_PURPOSE: Final = b"voucher-service:served-code:1"
_NONCE_BYTES, _SECRET_BYTES, _HEADER_BYTES, _SIGNATURE_BYTES = 12, 16, 24, 64


@blueprint.post("/voucher/picture")
@allow(HOLDER)
def draw() -> Response:
    """Draw the digits that the worker's own phone has just made; nothing of them is kept."""
    digits = request.form.get("digits", "")
    if not _DIGITS.fullmatch(digits):
        raise InvalidInput({"digits": ["253 digits"]})
    return Response(_picture(digits), mimetype="image/svg+xml")


@blueprint.get("/vouchers/<string(length=16):voucher>/live")
@allow(HOLDER)
def show_standing(voucher: str) -> dict[str, Any]:
    """Tell a phone that shows a code how its voucher stands, and whether another phone has taken the code over."""
    found, tag = own(voucher), request.args.get("tag", "")
    if not _TAG.fullmatch(tag):
        raise InvalidInput({"tag": ["16 hexadecimal digits"]})
    now = forms.now()
    return {
        "state": vouchers.state_at(found, now),
        "current": _is_current(found, bytes.fromhex(tag)),
        "server_time": now.isoformat(),
    }


@blueprint.get("/vouchers/<string(length=16):voucher>/code")
@allow(HOLDER)
def show_served(voucher: str) -> str:
    """Show the code of this moment to a phone without scripts, on a page that asks for itself again in time."""
    found, now = own(voucher), forms.now()
    session = _kept_session(found.voucher_id)
    digits = _digits(session, now)
    taken_over = session is not None and not _is_current(found, session.anchor[:8])
    shown = digits is not None and not taken_over and vouchers.state_at(found, now) == "claimed"
    return render_template(
        "worker/served_code.html",
        voucher=found,
        state=vouchers.state_at(found, now),
        days_left=days_left(found, now),
        taken_over=taken_over,
        refresh_in=STEP_SECONDS - int(now.timestamp()) % STEP_SECONDS,
        digits=digits if shown else None,
        drawn=Markup(_picture(digits)) if shown and digits else None,  # noqa: S704 - our own drawing
    )


@blueprint.post("/vouchers/<string(length=16):voucher>/code")
@allow(HOLDER)
def open_served(voucher: str) -> Response:
    """Open a session for a phone without scripts; any other phone's ends. Refuses with VoucherNotInState."""
    found, now, secret = own(voucher), forms.now(), secrets.token_bytes(_SECRET_BYTES)
    with unit_of_work():
        header = vouchers.header_for(found, now)
        anchor = LiveSession(secret, header, b"").anchor
        signature = vouchers.open_session(found, header.to_bytes(), anchor, now, log_in_id=caller().session_id)
    answer = redirect(url_for("worker.worker_code.show_served", voucher=voucher), forms.SEE_OTHER)
    answer.set_cookie(
        COOKIE,
        _sealed(found.voucher_id, secret + header.to_bytes() + signature),
        path=url_for("worker.worker_code.show_served", voucher=voucher),
        httponly=True,
        samesite="Strict",
        secure=not current_app.extensions["settings"].is_demo,
    )
    return answer


def _picture(digits: str) -> str:
    return picture.svg(digits, title=gettext("培训券动态码，请向培训机构出示"))


def _is_current(voucher: Any, tag: bytes) -> bool:
    """Whether the session with this tag, the first 8 bytes of its anchor, is the voucher's present one."""
    return bool(voucher.session_tag == int.from_bytes(tag, "big", signed=True))


def _digits(session: LiveSession | None, now: datetime) -> str | None:
    try:
        return session.code_at(now) if session else None
    except CodeOutsideSession:
        return None


def _kept_session(voucher_id: int) -> LiveSession | None:
    """Return the session in this phone's cookie; None if there is none, or it was made for another log-in."""
    opened = _opened(voucher_id, request.cookies.get(COOKIE, ""))
    if opened is None:
        return None
    secret, rest = opened[:_SECRET_BYTES], opened[_SECRET_BYTES:]
    return LiveSession(secret, Header.from_bytes(rest[:_HEADER_BYTES]), rest[_HEADER_BYTES:])


def _sealed(voucher_id: int, content: bytes) -> str:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return urlsafe_b64encode(nonce + _cipher().encrypt(nonce, content, _bound_to(voucher_id))).decode()


def _opened(voucher_id: int, sealed: str) -> bytes | None:
    try:
        given = urlsafe_b64decode(sealed)
        content = _cipher().decrypt(given[:_NONCE_BYTES], given[_NONCE_BYTES:], _bound_to(voucher_id))
    except (NotBase64, ValueError, InvalidTag):
        return None
    return content if len(content) == _SECRET_BYTES + _HEADER_BYTES + _SIGNATURE_BYTES else None


def _bound_to(voucher_id: int) -> bytes:
    """What a seal holds for: one voucher in one log-in session."""
    return b"%d:%d" % (voucher_id, caller().session_id or 0)


def _cipher() -> AESGCM:
    key = HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(str(current_app.config["SECRET_KEY"]).encode())
    return AESGCM(key)
