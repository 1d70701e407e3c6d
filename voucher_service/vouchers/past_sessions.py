"""Which session of the live code stood at a past moment: an off-line scan is judged by the moment of its code."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from voucher_service.database import db
from voucher_service.holders import service as holders
from voucher_service.vouchers.models import CodeSession, Voucher

_TAG_BYTES = 8


def stood_at(voucher: Voucher, session_tag: int, moment: datetime) -> bool:
    """Whether the session with this tag was registered and no newer one, nor a new phone, had ended it by `moment`.

    A session that was opened within the very step that is asked about stands beside the one that it replaces: both
    codes were the holder's own.
    """
    opened = select(CodeSession.anchor, CodeSession.opened_at).where(
        CodeSession.region_id == voucher.region_id, CodeSession.voucher_id == voucher.voucher_id
    )
    sessions = {_tag(anchor): opened_at for anchor, opened_at in db.session.execute(opened)}
    if session_tag not in sessions:
        return False
    if holders.phone_changed(voucher.holder_id, sessions[session_tag], moment):
        return False
    return not any(sessions[session_tag] < opened_at <= moment for opened_at in sessions.values())


def _tag(anchor: bytes) -> int:
    return int.from_bytes(anchor[:_TAG_BYTES], "big", signed=True)
