"""The voucher on paper, for whoever has no smartphone: printed by its holder, or for them at a counter."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.wrappers import Response

from voucher_service.database import unit_of_work
from voucher_service.errors import Refusal
from voucher_service.faces import forms
from voucher_service.faces.worker_voucher import own
from voucher_service.holders import service as holders
from voucher_service.programmes import service as programmes
from voucher_service.signing import picture
from voucher_service.vouchers import service as vouchers
from voucher_service.web.access import HOLDER, allow, caller

blueprint = Blueprint("worker_paper", __name__)


@blueprint.get("/vouchers/<string(length=16):voucher>/paper")
@allow(HOLDER)
def show(voucher: str) -> str:
    """Show the sheet that stands, or say what a sheet is for before the first is printed."""
    return sheet_page(own(voucher), back=url_for("worker.worker_voucher.show", voucher=voucher))


@blueprint.post("/vouchers/<string(length=16):voucher>/paper")
@allow(HOLDER)
def make(voucher: str) -> ResponseReturnValue:
    """Print a sheet; the one before is no longer good."""
    back = url_for("worker.worker_voucher.show", voucher=voucher)
    try:
        with unit_of_work():
            vouchers.print_paper(own(voucher), caller(), forms.now())
    except Refusal as refusal:
        return sheet_page(own(voucher), back, refusal), refusal.status
    return _again(voucher)


def sheet_page(voucher: Any, back: str, refusal: Refusal | None = None) -> str:
    """The page of a voucher's sheet, from which the browser prints."""
    sheet, state = vouchers.standing_paper(voucher), vouchers.state_at(voucher, forms.now())
    return render_template(
        "worker/paper.html",
        voucher=voucher,
        state=state,
        sheet=sheet if state == "claimed" else None,
        drawn=Markup(picture.svg(sheet.digits, "Q")) if sheet else None,  # noqa: S704 - our own drawing
        holder=holders.masked(voucher.holder_id),
        programme=programmes.get(voucher.programme_id),
        back=back,
        refusal=refusal,
    )


def _again(voucher: str) -> Response:
    return redirect(url_for("worker.worker_paper.show", voucher=voucher), forms.SEE_OTHER)
