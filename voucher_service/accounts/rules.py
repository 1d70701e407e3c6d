"""How long a log-in lasts, how many guesses there are, and what an account must look like."""

from __future__ import annotations

from datetime import datetime, timedelta

from voucher_service.accounts.errors import PasswordTooShort

LIFETIMES = {"staff": timedelta(hours=8), "client": timedelta(hours=1), "holder": timedelta(hours=12)}
"""By kind of session, from log-in to the end, whatever happens in between."""

STAFF_IDLE_MAX = timedelta(minutes=15)
SEEN_EVERY = timedelta(minutes=1)
"""A staff session's last sight is written down no more often than this."""

ATTEMPTS_MAX = 5
ATTEMPT_WINDOW = timedelta(minutes=15)
PASSWORD_CHARACTERS_MIN = 8


def is_live(kind: str, last_seen_at: datetime, expires_at: datetime, now: datetime) -> bool:
    """Whether a session that nobody ended still counts at `now`; only staff sessions end by idling."""
    idle_until = last_seen_at + STAFF_IDLE_MAX if kind == "staff" else expires_at
    return now < min(idle_until, expires_at)


def is_worth_noting(kind: str, last_seen_at: datetime, now: datetime) -> bool:
    return kind == "staff" and now - last_seen_at >= SEEN_EVERY


def require_password(password: str) -> None:
    """Refuse with PasswordTooShort; length is all that is asked of a password."""
    if len(password) < PASSWORD_CHARACTERS_MIN:
        raise PasswordTooShort(characters_min=PASSWORD_CHARACTERS_MIN)
