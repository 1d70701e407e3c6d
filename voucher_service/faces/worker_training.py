"""How a worker's training goes: sessions and attendance, certificate, and what is still missing for the payment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template

from voucher_service.attendance import service as attendance
from voucher_service.certificates import service as certificates
from voucher_service.classes import service as classes
from voucher_service.errors import Refusal
from voucher_service.faces import forms
from voucher_service.institutions import service as institutions
from voucher_service.programmes import service as programmes
from voucher_service.redemptions import service as redemptions
from voucher_service.reports import service as reports
from voucher_service.risk import service as risk
from voucher_service.supervision import service as supervision
from voucher_service.vouchers import service as vouchers
from voucher_service.web.access import HOLDER, Caller, allow, caller

blueprint = Blueprint("worker_training", __name__)


@dataclass(frozen=True, slots=True)
class Training:
    """One voucher in training or after it, with the attendance that everybody else reads."""

    voucher: Any
    state: str
    training_class: Any
    institution: str
    attendance: attendance.Attended
    certificate: Any
    asked: bool
    """Whether the worker can rate the training now."""
    outlook: Any
    lines: dict[int, Any]
    """The holder's disputes of sign-ins, by session."""


@blueprint.get("/training")
@allow(HOLDER)
def show() -> str:
    """Show every training that a voucher of the worker was spent on, newest first."""
    now = forms.now()
    return render_template(
        "worker/training.html", trainings=trainings_of(caller(), now), occupations=programmes.occupations(), now=now
    )


def trainings_of(who: Caller, now: datetime) -> list[Training]:
    """Return every training that a voucher of the worker was spent on, newest first."""
    found = [_training(voucher, now) for voucher in vouchers.of_holder(who.region_id, who.subject_id)]
    return [training for training in found if training is not None]


def _training(voucher: Any, now: datetime) -> Training | None:
    redemption = redemptions.live_redemption(voucher.region_id, voucher.voucher_id)
    if redemption is None:
        return None
    training_class = classes.get(redemption.class_region_id, redemption.class_id)
    state = vouchers.state_at(voucher, now)
    return Training(
        voucher,
        state,
        training_class,
        institutions.get(training_class.region_id, training_class.institution_id).name,
        attendance.of_trainee(training_class, redemption, now),
        certificates.of_voucher(voucher.region_id, voucher.voucher_id),
        _is_asked(voucher, now),
        reports.outlook(redemption, now),
        {
            line.hold.session_no: line
            for line in risk.of_holder(voucher)
            if line.hold.kind == "sign_in" and line.hold.subject_id == redemption.redemption_id
        },
    )


def _is_asked(voucher: Any, now: datetime) -> bool:
    try:
        supervision.answerable(voucher, now)
    except Refusal:
        return False
    return True
