"""Why a scan changed nothing: asked of the database after the fact, the first thing in the way first."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from voucher_service.calendar import local_date
from voucher_service.classes import service as classes
from voucher_service.database import end_reading
from voucher_service.errors import Forbidden, NotFound, Refusal
from voucher_service.institutions import service as institutions
from voucher_service.programmes import service as programmes
from voucher_service.redemptions import papers
from voucher_service.redemptions.errors import (
    AlreadyRedeemed,
    ClassFull,
    ClassNotOpen,
    ClassOfOtherProgramme,
    OccupationNotSimilar,
    PersonNotReady,
    PupilNotAdmitted,
    SessionEnded,
    VoucherExpired,
    VoucherUnknown,
)
from voucher_service.redemptions.register import live_redemption
from voucher_service.signing.errors import CodeAlreadyUsed
from voucher_service.signing.verification import VerifiedCode
from voucher_service.vouchers import service as vouchers
from voucher_service.vouchers.errors import VoucherNotInState

if TYPE_CHECKING:
    from voucher_service.redemptions.service import Scan
    from voucher_service.web.access import Caller


def reason_against(scan: Scan, code: VerifiedCode, region_id: int, caller: Caller, now: datetime) -> Refusal:
    """Find out why the statement changed nothing. Read after the fact, so it names what stands in the way now."""
    end_reading()
    if caller.institution_id is None:
        return Forbidden()
    return (
        institutions.reason_against(institutions.get(caller.region_id, caller.institution_id), local_date(now))
        or _reason_of_class(scan, caller, now)
        or _reason_of_second_visit(region_id, code.voucher_id)
        or _reason_of_seats(scan)
        or _reason_of_voucher(scan, code, region_id, now)
    )


def _reason_of_class(scan: Scan, caller: Caller, now: datetime) -> Refusal | None:
    try:
        training_class = classes.get(scan.class_region_id, scan.class_id)
    except NotFound:
        return ClassNotOpen()
    open_now = training_class.state in {"approved", "in_session"} and training_class.enrols_until > now
    if training_class.institution_id != caller.institution_id or not open_now:
        return ClassNotOpen()
    return None


def _reason_of_second_visit(region_id: int, voucher_id: int) -> Refusal | None:
    """Whoever has a seat already hears of that, even when the class is full by now."""
    live = live_redemption(region_id, voucher_id)
    return AlreadyRedeemed(redeemed_at=live.redeemed_at) if live else None


def _reason_of_seats(scan: Scan) -> Refusal | None:
    training_class = classes.get(scan.class_region_id, scan.class_id)
    full = training_class.seats_taken >= training_class.capacity
    return ClassFull(capacity=training_class.capacity) if full else None


def _reason_of_voucher(scan: Scan, code: VerifiedCode, region_id: int, now: datetime) -> Refusal:
    try:
        voucher = vouchers.find(region_id, code.voucher_id)
    except NotFound:
        return VoucherUnknown()
    return _reason_of_state(voucher, now) or _reason_of_code(voucher, code) or _reason_of_holder(voucher, scan)


def _reason_of_state(voucher: Any, now: datetime) -> Refusal | None:
    state = vouchers.state_at(voucher, now)
    if state == "expired":
        return VoucherExpired(expired_at=voucher.expires_at)
    if held := vouchers.hold_on(voucher):
        return held
    return None if state == "claimed" else VoucherNotInState(state=state)


def _reason_of_code(voucher: Any, code: VerifiedCode) -> Refusal | None:
    if not code.redeems_alone:
        return papers.reason_against(voucher, code)
    if voucher.session_tag != code.session_tag:
        return SessionEnded()
    used = voucher.last_step_at and code.step_at and code.step_at <= voucher.last_step_at
    return CodeAlreadyUsed() if used else None


def _reason_of_holder(voucher: Any, scan: Scan) -> Refusal:
    training_class = classes.get(scan.class_region_id, scan.class_id)
    if voucher.programme_id != training_class.programme_id:
        return ClassOfOtherProgramme()
    return _reason_of_field(voucher, training_class) or PersonNotReady()


def _reason_of_field(voucher: Any, training_class: Any) -> Refusal | None:
    """Tell what the class teaches, and of the person no more than that it does not fit."""
    unfit = vouchers.unfit_for(voucher, training_class.family)
    if unfit is None:
        return None
    taught = programmes.occupations().get(training_class.occupation_code)
    told = PupilNotAdmitted if unfit == "R17j" else OccupationNotSimilar
    return told(
        occupation=taught.name if taught else training_class.occupation_code,
        occupation_code=training_class.occupation_code,
    )
