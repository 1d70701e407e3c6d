"""A paper voucher at the class door: sheet, card and one-time code together prove what a phone proves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import current_app

from voucher_service.database import unit_of_work
from voucher_service.errors import NotFound, Refusal
from voucher_service.holders import service as holders
from voucher_service.programmes import service as programmes
from voucher_service.redemptions.errors import VoucherUnknown
from voucher_service.signing.errors import CodeStaticNeedsPersonCheck, HolderMismatch
from voucher_service.signing.holder_tag import HolderMatch
from voucher_service.signing.verification import VerifiedCode, match_holder, verify
from voucher_service.vouchers import service as vouchers
from voucher_service.vouchers.errors import PaperReplaced

if TYPE_CHECKING:
    from datetime import datetime

    from voucher_service.redemptions.service import Scan
    from voucher_service.web.access import Caller


@dataclass(frozen=True, slots=True)
class ProvenPaper:
    """A sheet whose card and one-time code are right; the parameters are what its statement needs besides."""

    code: VerifiedCode
    parameters: dict[str, int]


is_paper = vouchers.is_paper


def proven(scan: Scan, now: datetime) -> ProvenPaper:
    """Verify the sheet, hold the card against it, and count a try of the one-time code.

    Refusals: PaperUnknown, those of signing.verification.verify, CodeStaticNeedsPersonCheck, HolderMismatch,
    VoucherUnknown, PaperReplaced, OneTimeCodeNotAccepted.
    """
    code, voucher = _shown(scan, now)
    minute = vouchers.require_standing(voucher, code.session_start)
    code_id = holders.try_one_time_code(voucher.holder_id, scan.one_time_code or "")
    return ProvenPaper(code, {"paper_minute": minute, "code_id": code_id})


def send_code(scan: Scan, channel: str, caller: Caller, now: datetime) -> holders.OneTimeCode:
    """Send the holder of a shown sheet a one-time code, if the card is theirs: no sheet and no card, no message.

    Refusals: as `proven` but for the one-time code, VoucherNotInState, IdentityCheckUnavailable, TooManyCodes.
    """
    code, voucher = _shown(scan, now, needs_code=False)
    vouchers.require_standing(voucher, code.session_start)
    vouchers.require_state(voucher, "claimed")
    holder_id, region_id = voucher.holder_id, voucher.region_id
    with unit_of_work():
        holders.record_access(holder_id, region_id, caller, "send_paper_code")
    return holders.send_one_time_code(holder_id, channel)


def reason_against(voucher: Any, code: VerifiedCode) -> Refusal | None:
    """Say what became of a sheet whose statement changed nothing: replaced, or its one-time code used meanwhile."""
    try:
        vouchers.require_standing(voucher, code.session_start)
    except PaperReplaced as replaced:
        return replaced
    return None


def _shown(scan: Scan, now: datetime, *, needs_code: bool = True) -> tuple[VerifiedCode, Any]:
    directory = current_app.extensions["key_ring"].directory
    code = verify(vouchers.digits_of(scan.digits), directory, now)
    if code.redeems_alone or (needs_code and not scan.one_time_code):
        raise CodeStaticNeedsPersonCheck
    match = match_holder(code, directory, id_number=scan.id_number, name=scan.name)
    waived = match is HolderMatch.NAME_MISMATCH and scan.waiver_reason
    if match is not HolderMatch.MATCH and not waived:
        raise HolderMismatch(differs=match.value)
    region_id = programmes.allotment_by_public_no(code.programme_number).region_id
    try:
        return code, vouchers.find(region_id, code.voucher_id)
    except NotFound:
        raise VoucherUnknown from None
