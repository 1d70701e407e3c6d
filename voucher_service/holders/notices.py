"""Telling holders what happened: kept with the act, shown on their pages, and sent to their phone by the sweep.

A message says what happened and where to look, never a name, a number or a code.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, exists, select, update

from voucher_service.database import Link, db, unit_of_work
from voucher_service.holders import adapters, rules
from voucher_service.holders.errors import IdentityCheckUnavailable
from voucher_service.holders.keys import field_sealer
from voucher_service.holders.models import Notice
from voucher_service.holders.people import particulars
from voucher_service.identifiers import new_id

MESSAGES: Final = {
    "claimed_for_you": "【培训券】有人代您领取了一张培训券。不是您同意的，请登录提出异议，或到人社窗口办理。",
    "code_opened_elsewhere": "【培训券】您的券码已在另一部手机上打开，原来的已停用。不是您本人，请马上登录查看。",
    "printed_for_you": "【培训券】窗口为您打印了纸质培训券。不是您同意的，请联系当地人社部门。",
    "given_back_for_you": "【培训券】窗口按您的要求退回了您的培训券。不是您同意的，请联系当地人社部门。",
    "phone_changed": "【培训券】窗口已把您登记的手机号换成另一个，本号码不能再登录。不是您办的，请马上联系人社部门。",
    "objection_answered": "【培训券】您的异议已有答复，请登录“我的培训券”查看，或到人社窗口询问。",
}
"""Kind → the text message; pages say it in their own words."""

TO_ANOTHER: Final = ("phone_changed",)
"""Kinds whose message is for another phone than the one on record, and never for that one."""

REPEATED_AFTER: Final = timedelta(hours=1)
"""Two phones that take a code from one another all day long are told of once an hour."""

TELL: Final = Link(
    "told",
    """
    INSERT INTO notice (region_id, notice_id, holder_id, kind, subject_id, told_at)
    SELECT region_id, :notice_id, :holder_id, :notice_kind, voucher_id, :now FROM claimed RETURNING notice_id
    """,
    ("notice_id",),
)
"""Tell the holder of the voucher of the same chain. Parameters: notice_id, notice_kind, holder_id, now."""


def tell(
    region_id: int, holder_id: int, kind: str, subject_id: int, now: datetime, *, send_to: str | None = None
) -> None:
    """Put a notice of one of the kinds of MESSAGES down in the open unit of work.

    Its message goes to the phone on record when it is sent, or to `send_to`.
    """
    notice_id = new_id()
    sealed = field_sealer().seal(Notice.send_to_sealed.key, notice_id, send_to) if send_to else None
    db.session.add(
        Notice(
            region_id=region_id,
            notice_id=notice_id,
            holder_id=holder_id,
            kind=kind,
            subject_id=subject_id,
            told_at=now,
            send_to_sealed=sealed,
        )
    )


def tell_now_and_then(region_id: int, holder_id: int, kind: str, subject_id: int, now: datetime) -> None:
    """As `tell`, unless the same was told within REPEATED_AFTER."""
    same = (Notice.region_id == region_id, Notice.holder_id == holder_id, Notice.kind == kind)
    if not db.session.scalar(select(exists().where(*same, Notice.told_at > now - REPEATED_AFTER))):
        tell(region_id, holder_id, kind, subject_id, now)


def notices_of(region_id: int, holder_id: int, limit: int) -> list[Notice]:
    """What a holder was told, the latest first."""
    own = select(Notice).where(Notice.region_id == region_id, Notice.holder_id == holder_id)
    return list(db.session.scalars(own.order_by(Notice.told_at.desc()).limit(limit)))


def send_waiting(now: datetime, limit: int = 100) -> int:
    """Hand waiting messages to the carrier, each once, in units of work of their own; return how many.

    A message that the carrier does not take waits for the next time; without a carrier all of them wait.
    """
    try:
        sender = adapters.sms_sender()
    except IdentityCheckUnavailable:
        return 0
    due = select(Notice).where(
        Notice.sent_at.is_(None), Notice.kind.not_in(TO_ANOTHER) | Notice.send_to_sealed.is_not(None)
    )
    waiting = db.session.scalars(due.order_by(Notice.told_at).limit(limit))
    found = [(notice.region_id, notice.notice_id, notice.holder_id, notice.kind) for notice in waiting]
    return sum(_send(sender, *one, now) for one in found)


def forget_addresses(now: datetime, limit: int = 500) -> int:
    """Forget the phones of messages that no carrier took in time, in the open unit of work; return how many.

    The message then goes nowhere; its holder reads it on their pages.
    """
    old = select(Notice).where(Notice.sent_at.is_(None), Notice.told_at <= now - rules.ADDRESS_KEPT)
    waiting = db.session.scalars(old.where(Notice.send_to_sealed.is_not(None)).limit(limit).with_for_update()).all()
    for notice in waiting:
        notice.send_to_sealed = None
    return len(waiting)


def _send(sender: adapters.SmsSender, region_id: int, notice_id: int, holder_id: int, kind: str, now: datetime) -> bool:  # noqa: PLR0917 - one row
    sealed = db.session.scalar(select(Notice.send_to_sealed).where(*_named(region_id, notice_id)))
    if sealed is None and kind in TO_ANOTHER:
        return False  # forgotten meanwhile; the phone on record is not whom it is for
    phone = (
        field_sealer().open(Notice.send_to_sealed.key, notice_id, sealed) if sealed else particulars(holder_id).phone
    )
    if not _take(region_id, notice_id, now):
        return False
    try:
        sender.send_notice(phone, MESSAGES[kind])
    except IdentityCheckUnavailable:
        _put_back(region_id, notice_id, sealed)
        return False
    return True


def _take(region_id: int, notice_id: int, now: datetime) -> bool:
    """Take a notice for sending and forget its own address; whoever comes second takes nothing.

    What happens to this process while the carrier is asked, no address is left behind.
    """
    with unit_of_work():
        taken = update(Notice).where(*_named(region_id, notice_id), Notice.sent_at.is_(None))
        marked = taken.values(sent_at=now, send_to_sealed=None).returning(Notice.notice_id)
        return db.session.scalar(marked.execution_options(synchronize_session=False)) is not None


def _put_back(region_id: int, notice_id: int, sealed: bytes | None) -> None:
    with unit_of_work():
        waiting = update(Notice).where(*_named(region_id, notice_id)).values(sent_at=None, send_to_sealed=sealed)
        db.session.execute(waiting.execution_options(synchronize_session=False))


def _named(region_id: int, notice_id: int) -> tuple[ColumnElement[bool], ...]:
    return (Notice.region_id == region_id, Notice.notice_id == notice_id)
