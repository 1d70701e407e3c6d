"""An institution's pages of a class's sign-ins: the code on the screen, who stands how, and sessions made up."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.wrappers import Response

from voucher_service.attendance import service as attendance
from voucher_service.calendar import CITY_ZONE
from voucher_service.database import unit_of_work
from voucher_service.errors import InvalidInput, Refusal
from voucher_service.faces import forms
from voucher_service.faces.named import class_named
from voucher_service.faces.wording import FLAGS, STANDINGS
from voucher_service.holders import service as holders
from voucher_service.programmes import service as programmes
from voucher_service.roll_calls import service as roll_calls
from voucher_service.roll_calls.errors import RollCallNotOpen
from voucher_service.signing import picture
from voucher_service.web.access import INSTITUTION, allow, caller
from voucher_service.web.idempotency import keep, kept_answer

blueprint = Blueprint("roll_call", __name__)

RECORDING_MAX = 120


@blueprint.get("/classes/<string(length=16):training_class>/roll-call/<int(max=9999):session_no>")
@allow(*INSTITUTION)
def show_code(training_class: str, session_no: int) -> str:
    """Show the sign-in code of this moment on a page that asks for itself again when the next one begins."""
    found, now = class_named(training_class), forms.now()
    sitting = roll_calls.sitting(found, session_no)
    shown = _shown(found, session_no, now)
    return render_template(
        "institution/roll_call.html",
        training_class=found,
        sitting=sitting,
        occupations=programmes.occupations(),
        shown=shown,
        drawn=None if shown is None else _drawn(shown),
        refresh_in=None if shown is None else _seconds_until(shown.next_at, now),
        signed_in=_signed_in(found, sitting, now),
        takes_place=sitting.starts_at <= now <= sitting.ends_at,
    )


@blueprint.post("/classes/<string(length=16):training_class>/roll-call/<int(max=9999):session_no>")
@allow(*INSTITUTION)
def open_roll_call(training_class: str, session_no: int) -> Response:
    """Have the code of a session shown from now on."""
    with unit_of_work():
        roll_calls.open_roll_call(class_named(training_class), session_no, caller().subject_id, forms.now())
    return redirect(request.path, forms.SEE_OTHER)


@blueprint.get("/classes/<string(length=16):training_class>/sign-ins")
@allow(*INSTITUTION)
def show_sign_ins(training_class: str) -> str:
    """Show each trainee's attendance, session by session, with what is missing, and the make-up sessions."""
    return _sign_ins(training_class)


@blueprint.post("/classes/<string(length=16):training_class>/make-ups")
@allow(*INSTITUTION)
def enter_make_up(training_class: str) -> ResponseReturnValue:
    """Enter a make-up session once, however often the form is sent."""
    key, digest = forms.nonce(), forms.digest()
    try:
        with unit_of_work():
            if not kept_answer(key, digest):
                roll_calls.make_up(
                    class_named(training_class),
                    forms.whole("makes_up"),
                    _moment("starts_at"),
                    _moment("ends_at"),
                    recording=forms.line("recording", RECORDING_MAX, least=0),
                    by=caller().subject_id,
                    now=forms.now(),
                )
                keep(key, digest, 201, "{}")
    except Refusal as refusal:
        return _sign_ins(training_class, refusal), refusal.status
    return redirect(url_for(".show_sign_ins", training_class=training_class), forms.SEE_OTHER)


@blueprint.post("/classes/<string(length=16):training_class>/make-ups/<int(max=9999):session_no>/recording")
@allow(*INSTITUTION)
def record_make_up(training_class: str, session_no: int) -> ResponseReturnValue:
    """Refer to the recording of a make-up session."""
    try:
        recording = forms.line("recording", RECORDING_MAX)
        with unit_of_work():
            roll_calls.record_make_up(class_named(training_class), session_no, recording, forms.now())
    except Refusal as refusal:
        return _sign_ins(training_class, refusal), refusal.status
    return redirect(url_for(".show_sign_ins", training_class=training_class), forms.SEE_OTHER)


def _sign_ins(training_class: str, refusal: Refusal | None = None) -> str:
    found, now = class_named(training_class), forms.now()
    seated = attendance.of_class(found, now)
    sittings = roll_calls.sittings(found)
    return render_template(
        "institution/sign_ins.html",
        training_class=found,
        occupations=programmes.occupations(),
        trainees=list(zip(seated, _names(seated), strict=True)),
        scheduled=[held for held in sittings if held.makes_up is None],
        make_ups=[held for held in sittings if held.makes_up is not None],
        numbers=roll_calls.numbers_of(found),
        is_held=found.state in roll_calls.HELD_STATES,
        standings=STANDINGS,
        flag_names=FLAGS,
        refusal=refusal,
        given=request.form,
        sent_to=request.path if refusal else "",
        nonce=secrets.token_hex(16),
        now=now,
    )


def _names(seated: list[attendance.Attended]) -> list[Any]:
    masked = holders.masked_all([one.holder_id for one in seated])
    return [masked[one.holder_id] for one in seated]


def _signed_in(training_class: Any, sitting: roll_calls.Sitting, now: datetime) -> tuple[int, int]:
    """How many of how many trainees have signed in at a meeting so far, without a doubt."""
    seated = attendance.of_class(training_class, now)
    return sum(one.is_recorded(sitting.session_no) for one in seated), len(seated)


def _shown(training_class: Any, session_no: int, now: datetime) -> roll_calls.Shown | None:
    try:
        return roll_calls.shown(training_class, session_no, now)
    except RollCallNotOpen:
        return None


def _drawn(shown: roll_calls.Shown) -> Markup:
    """The picture of the link that a trainee's phone follows."""
    link = url_for("worker.worker_sign_in.show_code", code=shown.code.to_bytes().hex(), _external=True)
    return Markup(picture.link_svg(link, title="签到码"))  # noqa: S704 - drawn here, its title is escaped


def _seconds_until(moment: datetime, now: datetime) -> int:
    return max(-((now - moment) // timedelta(seconds=1)), 1)


def _moment(name: str) -> datetime:
    """Read a moment of the city's clock as a form sends it, YYYY-MM-DDTHH:MM; refuses with InvalidInput."""
    try:
        told = datetime.strptime(request.form.get(name, ""), "%Y-%m-%dT%H:%M").replace(tzinfo=CITY_ZONE)
    except ValueError:
        raise InvalidInput({name: ["YYYY-MM-DDTHH:MM"]}) from None
    forms.day_of(name, told.date().isoformat())
    return told
