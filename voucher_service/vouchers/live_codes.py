"""Opening a live-code session: the phone keeps the secret, the city signs the end of its chain.

Two steps, because the chain hashes the header: the phone asks for the header, computes its anchor, and sends both
back to be signed. A new session ends the old one by taking its place in the voucher's row.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import insert, select, update

from voucher_service.accounts import service as accounts
from voucher_service.database import db
from voucher_service.holders import service as holders
from voucher_service.programmes import service as programmes
from voucher_service.signing import holder_tag, voucher_code
from voucher_service.signing.voucher_code import CodeType, Header
from voucher_service.vouchers.errors import CodeHeaderOutdated, VoucherNotInState
from voucher_service.vouchers.models import CodeSession, Voucher
from voucher_service.vouchers.steps import state_at

LIFETIME_HOURS = 2
"""A phone on line re-anchors after two hours, so that no verifier ever hashes more than 240 links."""
HEADER_AGE_MAX = timedelta(minutes=2)
_TAG_BITS = 63


def header_for(voucher: Voucher, now: datetime) -> Header:
    """Return the header that a session opened now would have. Refusals: VoucherNotInState."""
    if state_at(voucher, now) != "claimed":
        raise VoucherNotInState(state=state_at(voucher, now))
    key = current_app.extensions["key_ring"].active_key
    share = programmes.share(voucher.region_id, voucher.programme_id)
    id_number, name = holders.identity_for_tag(voucher.holder_id)
    sandbox = voucher_code.SANDBOX if current_app.extensions["settings"].is_demo else 0
    return Header(
        CodeType.ROTATING,
        key.suite.number,
        sandbox | voucher_code.ON_SITE_CHECK,
        key.kid,
        voucher.voucher_id,
        share.public_no,
        voucher_code.minutes_since_epoch(now),
        LIFETIME_HOURS,
        0,
        holder_tag.make(key.suite, key.bind_key, voucher.voucher_id, id_number, name),
    )


def open_session(
    voucher: Voucher, header: bytes, anchor: bytes, now: datetime, *, log_in_id: int | None = None
) -> bytes:
    """Register and sign a session in the open unit of work; return the signature.

    `header` is 24 bytes as `header_for` gave them at most two minutes ago, `anchor` 16 bytes. When another log-in's
    session is cut short by this one, the holder is told. `log_in_id` is held, so that whatever ends that log-in ends
    this session too. Refusals: Unauthenticated, VoucherNotInState, CodeHeaderOutdated.
    """
    if log_in_id is not None:
        accounts.hold_session(log_in_id)
    expected = header_for(voucher, now)
    started = int.from_bytes(header[15:18], "big")
    age = timedelta(minutes=expected.start_minute - started)
    if not timedelta(0) <= age <= HEADER_AGE_MAX or header != expected._replace(start_minute=started).to_bytes():
        raise CodeHeaderOutdated
    signed = expected._replace(start_minute=started)
    _tell_of_other_phone(voucher, log_in_id, now)
    db.session.execute(
        update(Voucher)
        .where(Voucher.region_id == voucher.region_id, Voucher.voucher_id == voucher.voucher_id)
        .values(session_tag=int.from_bytes(anchor[:8], "big", signed=True))
    )
    db.session.execute(
        insert(CodeSession).values(
            region_id=voucher.region_id,
            voucher_id=voucher.voucher_id,
            anchor=anchor,
            kid=signed.kid,
            header=header,
            opened_at=now,
            log_in_id=log_in_id,
        )
    )
    signature: bytes = current_app.extensions["key_ring"].sign_session(signed, anchor)
    return signature


def end_code_sessions(region_id: int, holder_id: int) -> None:
    """End the live codes of a holder's vouchers in the open unit of work; the next session begins anew.

    The tag that takes their place is nobody's: an earlier code that was scanned off line still has one to stand in for.
    """
    theirs = (Voucher.region_id == region_id, Voucher.holder_id == holder_id, Voucher.session_tag.is_not(None))
    ended = update(Voucher).where(*theirs).values(session_tag=secrets.randbits(_TAG_BITS))
    db.session.execute(ended.execution_options(synchronize_session=False))


def _tell_of_other_phone(voucher: Voucher, log_in_id: int | None, now: datetime) -> None:
    standing = select(CodeSession.log_in_id).where(
        CodeSession.region_id == voucher.region_id,
        CodeSession.voucher_id == voucher.voucher_id,
        CodeSession.opened_at > now - timedelta(hours=LIFETIME_HOURS),
    )
    last = db.session.execute(standing.order_by(CodeSession.opened_at.desc()).limit(1)).first()
    if last is not None and last.log_in_id != log_in_id:
        holders.tell_now_and_then(
            voucher.region_id, voucher.holder_id, "code_opened_elsewhere", voucher.voucher_id, now
        )
