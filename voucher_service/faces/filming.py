"""An institution's pages of supervision: its register of recordings, the survey's totals, and what is missing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from voucher_service.classes import service as classes
from voucher_service.database import unit_of_work
from voucher_service.errors import InvalidInput, Refusal
from voucher_service.faces import forms
from voucher_service.faces.named import class_named
from voucher_service.identifiers import to_hex
from voucher_service.programmes import service as programmes
from voucher_service.supervision import service as supervision
from voucher_service.web.access import INSTITUTION, allow, caller

blueprint = Blueprint("filming", __name__)


@blueprint.get("/classes/<string(length=16):training_class>/supervision")
@allow(*INSTITUTION)
def show(training_class: str) -> str:
    """Show what supervision has of a class, and what is missing before its certificates count."""
    return _page(class_named(training_class))


@blueprint.post("/classes/<string(length=16):training_class>/recordings")
@allow(*INSTITUTION)
def register_recording(training_class: str) -> ResponseReturnValue:
    """Register one recording; the same one is never registered twice."""
    found = class_named(training_class)
    try:
        film = _film()
        with unit_of_work():
            supervision.register_recordings(found, [film], caller(), forms.now())
    except Refusal as refusal:
        return _page(class_named(training_class), refusal), refusal.status
    return _back(training_class)


@blueprint.post("/classes/<string(length=16):training_class>/survey/close")
@allow(*INSTITUTION)
def close_round(training_class: str) -> ResponseReturnValue:
    """Close the survey's round and see its result."""
    found = class_named(training_class)
    try:
        with unit_of_work():
            supervision.close_round(found, caller(), forms.now())
    except Refusal as refusal:
        return _page(class_named(training_class), refusal), refusal.status
    return _back(training_class)


@blueprint.post("/classes/<string(length=16):training_class>/survey/next-round")
@allow(*INSTITUTION)
def open_next_round(training_class: str) -> ResponseReturnValue:
    """Ask the trainees again after the month of repair."""
    found = class_named(training_class)
    try:
        repaired_by = forms.line("repaired_by", 500)
        with unit_of_work():
            supervision.open_next_round(found, repaired_by, caller(), forms.now())
    except Refusal as refusal:
        return _page(class_named(training_class), refusal), refusal.status
    return _back(training_class)


@blueprint.post("/classes/<string(length=16):training_class>/online/reports")
@allow(*INSTITUTION)
def fetch_reports(training_class: str) -> ResponseReturnValue:
    """Fetch what the online platform reports on the class."""
    found = class_named(training_class)
    try:
        told = supervision.ask_platform(found)
        with unit_of_work():
            supervision.write_reports(class_named(training_class), told, caller(), forms.now())
    except Refusal as refusal:
        return _page(class_named(training_class), refusal), refusal.status
    return _back(training_class)


def _film() -> supervision.Film:
    sha256 = request.form.get("sha256", "").strip().lower()
    if not forms.is_digest(sha256):
        raise InvalidInput({"sha256": ["SHA-256"]})
    return supervision.Film(
        session_no=forms.whole("session_no"),
        reference=forms.line("reference", 200),
        sha256=sha256,
        starts_at=forms.moment("starts_at"),
        ends_at=forms.moment("ends_at"),
    )


def _page(found: Any, refusal: Refusal | None = None) -> str:
    return render_template(
        "institution/supervision.html",
        training_class=found,
        occupations=programmes.occupations(),
        seen=supervision.overview(found, caller(), forms.now()),
        sessions=classes.sessions(found),
        given=request.form,
        now=forms.now(),
        refusal=refusal,
    )


def _back(training_class: str) -> Response:
    address = url_for("institution.filming.show", training_class=to_hex(forms.identifier(training_class)))
    return redirect(address, forms.SEE_OTHER)
