"""The paper voucher: a static code for people without a smartphone, which redeems only with card and one-time code."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from voucher_service.database import db
from voucher_service.signing import voucher_code
from voucher_service.signing.voucher_code import CodeType, Header, StaticCode
from voucher_service.vouchers.errors import PaperJustPrinted, PaperReplaced, PaperUnknown
from voucher_service.vouchers.live_codes import header_for
from voucher_service.vouchers.models import PaperVoucher, Voucher

if TYPE_CHECKING:
    from voucher_service.web.access import Caller

NUMBER_DIGITS: Final = 16
CODE_DIGITS: Final = 212
DAYS_MAX: Final = 255


class Paper(NamedTuple):
    """A sheet as it is printed: `digits` go into the picture, `paper_no` is typed by hand."""

    paper_no: str
    digits: str
    printed_at: datetime


def is_paper(digits: str) -> bool:
    """Whether what was scanned or typed can only be a paper voucher; a live code is told by its length alone."""
    return len(digits) in {NUMBER_DIGITS, CODE_DIGITS}


def print_paper(voucher: Voucher, printer: Caller, now: datetime) -> Paper:
    """Sign a sheet in the open unit of work; the one before is no longer good.

    Refusals: VoucherNotInState, PaperJustPrinted.
    """
    header = _header(voucher, now)
    standing = (PaperVoucher.region_id == voucher.region_id, PaperVoucher.voucher_id == voucher.voucher_id)
    db.session.execute(update(PaperVoucher).where(*standing, PaperVoucher.ended_at.is_(None)).values(ended_at=now))
    signature = current_app.extensions["key_ring"].sign_printed(header)
    sheet = PaperVoucher(
        region_id=voucher.region_id,
        voucher_id=voucher.voucher_id,
        start_minute=header.start_minute,
        paper_no=f"{secrets.randbelow(10**NUMBER_DIGITS):0{NUMBER_DIGITS}}",
        header=header.to_bytes(),
        signature=signature,
        printed_by_role=printer.role,
        printed_by=printer.subject_id,
        printed_at=now,
    )
    db.session.add(sheet)
    try:
        db.session.flush()  # so that of two printed in the same minute one is refused here, in words
    except IntegrityError:
        raise PaperJustPrinted from None
    return _shown(sheet)


def standing_paper(voucher: Voucher) -> Paper | None:
    """Return the sheet of a voucher that is good now, to be shown again; None when nothing was printed."""
    query = select(PaperVoucher).where(
        PaperVoucher.region_id == voucher.region_id,
        PaperVoucher.voucher_id == voucher.voucher_id,
        PaperVoucher.ended_at.is_(None),
    )
    found = db.session.scalars(query).one_or_none()
    return _shown(found) if found else None


def digits_of(shown: str) -> str:
    """Return the 212 digits of a sheet from what was scanned or typed. Refusals: PaperUnknown."""
    if len(shown) != NUMBER_DIGITS:
        return shown
    found = db.session.scalars(select(PaperVoucher).where(PaperVoucher.paper_no == shown)).one_or_none()
    if found is None:
        raise PaperUnknown
    return _shown(found).digits


def require_standing(voucher: Voucher, issued_at: datetime) -> int:
    """Return the minute that tells a sheet from others, if it is the latest one. Refusals: PaperReplaced."""
    minute = voucher_code.minutes_since_epoch(issued_at)
    found = db.session.get(PaperVoucher, (voucher.region_id, voucher.voucher_id, minute), populate_existing=True)
    if found is None or found.ended_at is not None:
        raise PaperReplaced
    return minute


def _header(voucher: Voucher, now: datetime) -> Header:
    """The live code's header but for type and lifetime: whole days, enough to reach the voucher's last."""
    live = header_for(voucher, now)
    days = -(-(voucher.expires_at - live.start) // timedelta(days=1))
    return live._replace(code_type=CodeType.STATIC, lifetime=min(max(days, 1), DAYS_MAX))


def _shown(sheet: PaperVoucher) -> Paper:
    code = StaticCode(Header.from_bytes(sheet.header), sheet.header, sheet.signature)
    return Paper(sheet.paper_no, voucher_code.to_digits(code.to_bytes()), sheet.printed_at)
