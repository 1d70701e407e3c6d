"""A worker's first pages: what is open in their region, what they were told, and claiming for themselves."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from voucher_service.calendar import local_date
from voucher_service.faces import (
    claiming,
    display,
    forms,
    helping,
    worker_classes,
    worker_code,
    worker_data,
    worker_disputes,
    worker_paper,
    worker_record,
    worker_sign_in,
    worker_survey,
    worker_training,
    worker_voucher,
)
from voucher_service.faces.claiming import Claiming
from voucher_service.holders import service as holders
from voucher_service.programmes import service as programmes
from voucher_service.vouchers import service as vouchers
from voucher_service.web.access import HOLDER, allow, caller

blueprint = Blueprint("worker", __name__)
for part in (
    display,
    worker_voucher,
    worker_code,
    worker_paper,
    worker_classes,
    worker_training,
    worker_sign_in,
    worker_record,
    worker_data,
    worker_disputes,
    helping,
    worker_survey,
):
    blueprint.register_blueprint(part.blueprint)

NOTICES_SHOWN = 3


@blueprint.get("/my")
@allow(HOLDER)
def show_home() -> str:
    """Show the worker's vouchers, what they were told lately, and the programmes that are open in their region."""
    who, now = caller(), forms.now()
    held = [(found, vouchers.state_at(found, now)) for found in vouchers.of_holder(who.region_id, who.subject_id)]
    return render_template(
        "worker/home.html",
        holder=holders.masked(who.subject_id),
        vouchers=held,
        in_hand=any(state in {"offered", "claimed", "redeemed"} for _, state in held),
        programmes=programmes.open_programmes(who.region_id, local_date(now)),
        notices=holders.notices_of(who.region_id, who.subject_id, NOTICES_SHOWN),
    )


@blueprint.get("/claim/<int(max=2147483647):programme_id>")
@allow(HOLDER)
def show_questionnaire(programme_id: int) -> str:
    """Ask the questionnaire, or say at once what stands against a claim and from when it would not."""
    return claiming.questionnaire(_for_oneself(programme_id), programme_id)


@blueprint.post("/claim/<int(max=2147483647):programme_id>/review")
@allow(HOLDER)
def review(programme_id: int) -> ResponseReturnValue:
    return claiming.review(_for_oneself(programme_id), programme_id)


@blueprint.post("/claim/<int(max=2147483647):programme_id>")
@allow(HOLDER)
def claim(programme_id: int) -> Response:
    return claiming.claim(_for_oneself(programme_id), programme_id)


def _for_oneself(programme_id: int) -> Claiming:
    who = caller()
    return Claiming(
        person=who,
        address=url_for("worker.show_questionnaire", programme_id=programme_id),
        back=url_for("worker.show_home"),
        claim=lambda wanted: vouchers.claim(wanted, who, forms.now()),
        voucher_page=lambda voucher: url_for("worker.worker_voucher.show", voucher=voucher),
    )
