"""The codes that holders log in with: five a day for a phone, ten minutes, five tries, one use.

What somebody asked for waits with the code, sealed, so that nobody is enrolled before their phone has answered.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import case, func, literal, select, update
from sqlalchemy.exc import IntegrityError

from voucher_service.calendar import local_date
from voucher_service.database import Instant, db
from voucher_service.holders import rules
from voucher_service.holders.errors import TooManyCodes
from voucher_service.holders.keys import field_sealer
from voucher_service.holders.models import SmsCode
from voucher_service.holders.rules import Identity

if TYPE_CHECKING:
    from datetime import date, datetime

    from voucher_service.holders.sealing import FieldSealer

LOG_IN: Final = "log_in"
ASSIST: Final = "assist"
CHANGE_PHONE: Final = "change_phone"


class LogInRequest(NamedTuple):
    """Who wants to log in; region and category are for someone who is not enrolled yet."""

    name: str
    id_number: str
    phone: str
    region_id: int
    category: str

    @property
    def identity(self) -> Identity:
        return Identity(self.name, self.id_number, self.phone)


def new_code() -> str:
    return f"{secrets.randbelow(10**rules.CODE_DIGITS):0{rules.CODE_DIGITS}}"


def keep(code_id: int, code: str, phone: str, *, purpose: str, request: list[object], now: datetime) -> None:
    """Keep a code until it comes back, with what was asked for. Refuses with TooManyCodes."""
    sealer, today = field_sealer(), local_date(now)
    phone_index = sealer.blind_index(SmsCode.phone_index.key, phone)
    db.session.add(
        SmsCode(
            code_id=code_id,
            phone_index=phone_index,
            sent_on=today,
            number=next_number(phone_index, today),
            code_hash=keyed_hash(code_id, code, sealer),
            purpose=purpose,
            request_sealed=sealer.seal(SmsCode.request_sealed.key, code_id, json.dumps(request)),
            expires_at=now + rules.CODE_LIFETIME,
            tries=0,
        )
    )
    try:
        db.session.flush()  # so that of two requests for the same number one is refused here, in words
    except IntegrityError:
        raise TooManyCodes(codes_max=rules.CODES_A_DAY_MAX) from None


def spend_try(code_id: int, code: str, purpose: str, now: datetime) -> list[Any] | None:
    """Count a try and, if it is right, use the code up, in one statement; return what was asked for with it."""
    sealer = field_sealer()
    right = SmsCode.code_hash == keyed_hash(code_id, code, sealer)
    open_code = update(SmsCode).where(
        SmsCode.code_id == code_id,
        SmsCode.purpose == purpose,
        SmsCode.used_at.is_(None),
        SmsCode.tries < rules.CODE_TRIES_MAX,
        SmsCode.expires_at > now,
    )
    tried = open_code.values(tries=SmsCode.tries + 1, used_at=case((right, literal(now, Instant))))
    spent = db.session.execute(tried.returning(SmsCode.used_at, SmsCode.request_sealed)).one_or_none()
    if spent is None or spent.used_at is None:
        return None
    asked: list[Any] = json.loads(sealer.open(SmsCode.request_sealed.key, code_id, spent.request_sealed))
    return asked


def next_number(phone_index: bytes, today: date) -> int:
    """Return which code of the day this is for a phone. Refuses with TooManyCodes."""
    sent = select(func.max(SmsCode.number)).where(SmsCode.phone_index == phone_index, SmsCode.sent_on == today)
    number = (db.session.scalar(sent) or 0) + 1
    if number > rules.CODES_A_DAY_MAX:
        raise TooManyCodes(codes_max=rules.CODES_A_DAY_MAX)
    return number


def keyed_hash(code_id: int, code: str, sealer: FieldSealer) -> bytes:
    """Keyed, because a plain hash of six digits is six digits."""
    return sealer.blind_index(SmsCode.code_hash.key, f"{code_id}:{code}")
