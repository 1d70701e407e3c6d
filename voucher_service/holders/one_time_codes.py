"""The one-time codes without which a paper voucher redeems nothing: sent to the holder's phone, or handed over.

They share the log-in codes' table, their cap of five a day for a phone, and their five tries. Counting a try is
committed before anything is redeemed; using the code up is a link of the redemption's own statement, so that a scan
that is refused for another reason leaves the code good.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, literal, update
from sqlalchemy.exc import IntegrityError

from voucher_service.calendar import local_date
from voucher_service.database import Instant, Link, db, unit_of_work
from voucher_service.holders import adapters, masking, rules
from voucher_service.holders.errors import OneTimeCodeNotAccepted, TooManyCodes
from voucher_service.holders.keys import field_sealer
from voucher_service.holders.log_in_codes import keyed_hash, new_code, next_number
from voucher_service.holders.models import SmsCode
from voucher_service.holders.people import particulars, present
from voucher_service.identifiers import new_id

PURPOSE: Final = "paper"

USE_ONE_TIME_CODE: Final = Link(
    "coded",
    """
    UPDATE sms_code SET used_at = :now FROM seat
    WHERE sms_code.code_id = :code_id AND sms_code.used_at IS NULL AND sms_code.expires_at > :now
    RETURNING sms_code.code_id
    """,
    ("code_id",),
)
"""Use a code up for the seat of the same chain. Parameters: code_id as `try_one_time_code` returned it, now."""


class OneTimeCode(NamedTuple):
    """`shown` is the code where the answer is its way to the holder: at the counter, and in a trial."""

    sent_to: str
    expires_at: datetime
    shown: str | None


def send_one_time_code(holder_id: int, channel: str) -> OneTimeCode:
    """Give the holder of a paper voucher a new code: by sms or voice to the phone on record, or over the counter.

    A new code ends the one before. Refuses with NotFound, IdentityCheckUnavailable and TooManyCodes.
    """
    moment, identity = present(), particulars(holder_id)
    sender = adapters.sms_sender() if channel in rules.SENT_BY else None
    code_id, code = new_id(), new_code()
    with unit_of_work():
        _keep(code_id, code, holder_id, identity.phone, channel=channel, at=moment)
    expires_at = moment + rules.ONE_TIME_LIFETIMES[channel]
    if sender is None:
        return OneTimeCode("", expires_at, code)
    send = sender.call_with_code if channel == "voice" else sender.send_code
    return OneTimeCode(masking.masked_phone(identity.phone), expires_at, send(identity.phone, code))


def try_one_time_code(holder_id: int, code: str) -> int:
    """Count a try; return the id by which USE_ONE_TIME_CODE uses the code up. Refuses with OneTimeCodeNotAccepted."""
    with unit_of_work():
        code_id = _count_try(holder_id, code, present())
    if code_id is None:
        raise OneTimeCodeNotAccepted
    return code_id


def end_open_codes(holder_id: int, at: datetime) -> None:
    """End the codes for a holder's paper voucher that are still open, in the open unit of work."""
    ended = update(SmsCode).where(*_open(holder_id, at)).values(expires_at=at)
    db.session.execute(ended.execution_options(synchronize_session=False))


def _keep(code_id: int, code: str, holder_id: int, phone: str, *, channel: str, at: datetime) -> None:
    """Keep a code for a holder's paper voucher; an earlier one that is still open ends. Refuses with TooManyCodes."""
    today, sealer = local_date(at), field_sealer()
    receiver = phone if channel in rules.SENT_BY else f"{channel}:{holder_id}"
    phone_index = sealer.blind_index(SmsCode.phone_index.key, receiver)
    end_open_codes(holder_id, at)
    db.session.add(
        SmsCode(
            code_id=code_id,
            phone_index=phone_index,
            sent_on=today,
            number=next_number(phone_index, today),
            code_hash=keyed_hash(code_id, code, sealer),
            purpose=PURPOSE,
            request_sealed=sealer.seal(SmsCode.request_sealed.key, code_id, channel),
            expires_at=at + rules.ONE_TIME_LIFETIMES[channel],
            tries=0,
            holder_id=holder_id,
        )
    )
    try:
        db.session.flush()  # so that of two requests for the same number one is refused here, in words
    except IntegrityError:
        raise TooManyCodes(codes_max=rules.CODES_A_DAY_MAX) from None


def _count_try(holder_id: int, code: str, at: datetime) -> int | None:
    """Count a try on the holder's open code; return the code's id if it is right, without using it up."""
    sealer = field_sealer()
    tried = update(SmsCode).where(*_open(holder_id, at), SmsCode.tries < rules.CODE_TRIES_MAX)
    counted = tried.values(tries=SmsCode.tries + 1).returning(SmsCode.code_id, SmsCode.code_hash)
    found = db.session.execute(counted.execution_options(synchronize_session=False)).all()
    right = (
        kept.code_id for kept in found if hmac.compare_digest(kept.code_hash, keyed_hash(kept.code_id, code, sealer))
    )
    return next(right, None)


def _open(holder_id: int, at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        SmsCode.holder_id == holder_id,
        SmsCode.purpose == PURPOSE,
        SmsCode.used_at.is_(None),
        SmsCode.expires_at > literal(at, Instant),
    )
