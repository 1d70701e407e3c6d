"""How a worker's training goes: sessions and attendance, certificate, and what is still missing for the payment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template

from voucher_service.attendance import service as attendance
from voucher_service.certificates import service as certificates
from voucher_service.classes import service as classes
from voucher_service.faces import forms
from voucher_service.faces.progress import nodes_of
from voucher_service.institutions import service as institutions
from voucher_service.ledger import service as ledger
from voucher_service.programmes import service as programmes
from voucher_service.redemptions import service as redemptions
from voucher_service.vouchers import service as vouchers
from voucher_service.web.access import HOLDER, allow, caller

blueprint = Blueprint("worker_training", __name__)

ATTENDED, MISSED, AHEAD = "attended", "missed", "ahead"


@dataclass(frozen=True, slots=True)
class Training:
    """One voucher in training or after it. `meetings` pairs each session with ATTENDED, MISSED or AHEAD."""

    voucher: Any
    state: str
    training_class: Any
    institution: str
    meetings: list[tuple[Any, str]]
    needed_permille: int
    certificate: Any
    nodes: list[Any]

    @property
    def attended(self) -> int:
        return sum(1 for _, standing in self.meetings if standing == ATTENDED)

    @property
    def needed(self) -> int:
        """How many sessions are enough."""
        return -(-len(self.meetings) * self.needed_permille // 1000)


@blueprint.get("/training")
@allow(HOLDER)
def show() -> str:
    """Show every training that a voucher of the worker was spent on, newest first."""
    who, now = caller(), forms.now()
    found = [_training(voucher, now) for voucher in vouchers.of_holder(who.region_id, who.subject_id)]
    return render_template(
        "worker/training.html",
        trainings=[training for training in found if training is not None],
        occupations=programmes.occupations(),
        now=now,
    )


def _training(voucher: Any, now: datetime) -> Training | None:
    redemption = redemptions.live_redemption(voucher.region_id, voucher.voucher_id)
    if redemption is None:
        return None
    training_class = classes.get(redemption.class_region_id, redemption.class_id)
    attended = attendance.attended_sessions(redemption.region_id, redemption.redemption_id)
    state = vouchers.state_at(voucher, now)
    return Training(
        voucher,
        state,
        training_class,
        institutions.get(training_class.region_id, training_class.institution_id).name,
        [(session, _standing(session, attended, now)) for session in classes.sessions(training_class)],
        programmes.rule_numbers(training_class.rule_pack_id)["attendance_permille_min"],
        certificates.of_voucher(voucher.region_id, voucher.voucher_id),
        nodes_of(voucher, state, ledger.facts_of(voucher.region_id, voucher.voucher_id)),
    )


def _standing(session: Any, attended: set[int], now: datetime) -> str:
    if session.session_no in attended:
        return ATTENDED
    return MISSED if session.ends_at <= now else AHEAD
