"""Objections on pages: a worker files one and follows it, the bureau answers."""

from __future__ import annotations

import json
import secrets

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from voucher_service.database import unit_of_work
from voucher_service.errors import InvalidInput, Refusal
from voucher_service.faces import forms
from voucher_service.holders import service as holders
from voucher_service.objections import service as objections
from voucher_service.web.access import BUREAU, HOLDER, allow, caller
from voucher_service.web.idempotency import keep, kept_answer

blueprint = Blueprint("objection_pages", __name__)


@blueprint.get("/objections")
@allow(HOLDER)
def list_own() -> str:
    """Show the worker's own objections with their receipts and answers."""
    return render_template("worker/objections.html", objections=objections.of_holder(caller()))


@blueprint.get("/objections/new")
@allow(HOLDER)
def show_form() -> str:
    return _form(request.args.get("about", ""), request.args.get("voucher", ""))


@blueprint.post("/objections/new")
@allow(HOLDER)
def file_objection() -> ResponseReturnValue:
    """File an objection once, however often the form is sent, and show its receipt number."""
    about, voucher = request.form.get("about", ""), request.form.get("voucher", "")
    try:
        if about not in objections.ABOUT:
            raise InvalidInput({"about": list(objections.ABOUT)})
        _file_once(about, forms.identifier(voucher) if voucher else None)
    except Refusal as refusal:
        return _form(about, voucher, refusal), refusal.status
    return redirect(url_for("objection_pages.list_own"), forms.SEE_OTHER)


@blueprint.get("/bureau/objections")
@allow(*BUREAU)
def list_waiting() -> str:
    """List what waits for an answer, oldest first, with the masked person who wrote it."""
    return _waiting()


@blueprint.post("/bureau/objections/<int(min=100000, max=999999):region_id>/<string(length=16):objection>")
@allow(*BUREAU)
def answer(region_id: int, objection: str) -> ResponseReturnValue:
    """Answer an objection; its author is told."""
    try:
        with unit_of_work():
            words = request.form.get("words", "")
            objections.answer(region_id, forms.identifier(objection), words, caller(), forms.now())
    except Refusal as refusal:
        return _waiting(refusal), refusal.status
    return _to_waiting()


def _file_once(about: str, voucher_id: int | None) -> None:
    key, digest = forms.nonce(), forms.digest()
    with unit_of_work():
        if kept_answer(key, digest) is None:
            filed = objections.file_objection(caller(), about, request.form.get("words", ""), forms.now(), voucher_id)
            keep(key, digest, 201, json.dumps({"receipt_no": filed.receipt_no}))


def _form(about: str, voucher: str, refusal: Refusal | None = None) -> str:
    return render_template(
        "worker/objection.html",
        about=about,
        voucher=voucher,
        kinds=objections.ABOUT,
        words=request.form.get("words", ""),
        refusal=refusal,
        nonce=secrets.token_hex(16),
    )


def _waiting(refusal: Refusal | None = None) -> str:
    found = objections.waiting(caller())
    names = holders.masked_all({told.objection.holder_id for told in found})
    return render_template(
        "bureau/objections.html",
        objections=found,
        names=names,
        refusal=refusal,
        given=request.form,
        sent_to=request.path if refusal else "",
        now=forms.now(),
    )


def _to_waiting() -> Response:
    return redirect(url_for("objection_pages.list_waiting"), forms.SEE_OTHER)
