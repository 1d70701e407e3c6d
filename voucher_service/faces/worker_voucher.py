"""A worker's voucher: what it will be worth, where it stands, who scanned it, and giving it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from voucher_service.calendar import local_date
from voucher_service.classes import service as classes
from voucher_service.database import unit_of_work
from voucher_service.errors import NotFound
from voucher_service.faces import claiming, forms
from voucher_service.faces.progress import nodes_of
from voucher_service.faces.wording import QUESTIONS
from voucher_service.holders import service as holders
from voucher_service.institutions import service as institutions
from voucher_service.ledger import service as ledger
from voucher_service.programmes import service as programmes
from voucher_service.redemptions import service as redemptions
from voucher_service.risk import service as risk
from voucher_service.vouchers import service as vouchers
from voucher_service.web.access import HOLDER, PUBLIC, allow, caller

blueprint = Blueprint("worker_voucher", __name__)


@dataclass(frozen=True, slots=True)
class Scanned:
    """One scan that spent the voucher: where, for which class, when, and whether it still holds."""

    institution: str
    training_class: Any
    at: datetime
    cancelled_at: datetime | None
    redemption_id: int
    line: Any
    """The holder's dispute of it, if there is one."""


@blueprint.get("/vouchers/<string(length=16):voucher>")
@allow(HOLDER)
def show(voucher: str) -> str:
    """Show one voucher: its live code while it can be used, its days, and everything that ever happened to it."""
    found, now = own(voucher), forms.now()
    state = vouchers.state_at(found, now)
    facts = ledger.facts_of(found.region_id, found.voucher_id)
    return render_template(
        "worker/voucher.html",
        voucher=found,
        state=state,
        days_left=days_left(found, now),
        programme=programmes.get(found.programme_id),
        occupations=programmes.occupations(),
        span=_span(local_date(now)),
        nodes=nodes_of(found, state, facts),
        facts=facts,
        scans=scans_of(found, facts),
        questions=QUESTIONS,
        **(claiming.declarable(caller()) if state in {"offered", "claimed"} else {}),
        held=[line for line in risk.of_holder(found) if line.ended is None],
        help=_help(found),
    )


@blueprint.get("/worth")
@allow(PUBLIC, HOLDER)
def show_worth() -> str:
    """Show what a certificate of each occupation and level is worth today, and that without one it is nothing."""
    rows = programmes.standards_in_force(local_date(forms.now()))
    return render_template(
        "worker/worth.html",
        occupations=programmes.occupations(),
        standards=[(code, list(found)) for code, found in groupby(rows, key=lambda row: row.occupation_code)],
    )


@blueprint.post("/vouchers/<string(length=16):voucher>/acceptance")
@allow(HOLDER)
def accept(voucher: str) -> Response:
    """Claim a voucher that was offered; each question is answered yes or no."""
    with unit_of_work():
        vouchers.accept(own(voucher), claiming.answers(), forms.now())
    return redirect(url_for("worker.worker_voucher.show", voucher=voucher), forms.SEE_OTHER)


@blueprint.get("/vouchers/<string(length=16):voucher>/give-back")
@allow(HOLDER)
def review_giving_back(voucher: str) -> str:
    """Say what giving back means before it is done."""
    back = url_for("worker.worker_voucher.show", voucher=voucher)
    return render_template("worker/give_back.html", voucher=own(voucher), back=back)


@blueprint.post("/vouchers/<string(length=16):voucher>/give-back")
@allow(HOLDER)
def give_back(voucher: str) -> Response:
    """Give an unused voucher back; a second time is refused by its state."""
    with unit_of_work():
        vouchers.give_back(own(voucher), ledger.Actor(HOLDER, caller().subject_id), forms.now())
    return redirect(url_for("worker.worker_voucher.show", voucher=voucher), forms.SEE_OTHER)


def own(voucher: str) -> Any:
    """Return one of the caller's vouchers; somebody else's is as absent as none (NotFound)."""
    found = vouchers.find(caller().region_id, forms.identifier(voucher))
    if found.holder_id != caller().subject_id:
        raise NotFound
    return found


def days_left(voucher: Any, now: datetime) -> int:
    """Whole days until the last day on which the voucher can be used; 0 on that day."""
    return max(0, (local_date(voucher.expires_at) - local_date(now)).days)


def scans_of(voucher: Any, facts: Any) -> list[Scanned]:
    """Return every scan that spent the voucher, undone ones included, latest first."""
    spent = [fact.reference_id for fact in facts if fact.kind == "VoucherRedeemed"]
    found = [redemptions.find(voucher.region_id, redemption_id) for redemption_id in reversed(spent)]
    lines = {line.hold.subject_id: line for line in risk.of_holder(voucher) if line.hold.kind == "redemption"}
    return [
        Scanned(
            institutions.get(redemption.class_region_id, redemption.institution_id).name,
            classes.get(redemption.class_region_id, redemption.class_id),
            redemption.redeemed_at,
            redemption.cancelled_at,
            redemption.redemption_id,
            lines.get(redemption.redemption_id),
        )
        for redemption in found
    ]


def _help(voucher: Any) -> Any:
    """Who helped with the claim: a relative masked, a counter by its place; None when nobody did."""
    if (assistance_id := vouchers.helped_by(voucher)) is None:
        return None
    leave = holders.assistance(assistance_id)
    return leave, holders.masked(leave.helper_id).name if leave.relation else ""


def _span(today: date) -> tuple[int, int] | None:
    """The smallest and the largest worth of a certificate today, in fen; None when no standard is in force."""
    sums = [row.amount_fen for row in programmes.standards_in_force(today)]
    return (min(sums), max(sums)) if sums else None
