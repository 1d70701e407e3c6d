"""Letting people and systems in, recognising them, and putting them out.

`log_in_staff` and `client_token` open units of work of their own, because a refused attempt has to stay counted and
because a password is checked slowly, which must hold no lock. All other verbs run in the caller's unit of work.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, cast

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from flask import current_app
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import IntegrityError

from voucher_service.accounts import rules, second_factor
from voucher_service.accounts.clients import clients as clients  # noqa: PLC0414 - shown to other rooms
from voucher_service.accounts.errors import ClientRefused, LoginNameTaken, LogInRefused, RoleUnfit, TooManyAttempts
from voucher_service.accounts.held_sessions import hold_session as hold_session  # noqa: PLC0414 - shown to other rooms
from voucher_service.accounts.models import ApiClient, LoginFailure, LoginSession, StaffAccount
from voucher_service.accounts.persons import person_of_index as person_of_index  # noqa: PLC0414 - as above
from voucher_service.accounts.persons import works_for as works_for  # noqa: PLC0414 - shown to other rooms
from voucher_service.accounts.session_cache import Recognised, SessionCache
from voucher_service.clock import to_microseconds
from voucher_service.database import db, unit_of_work
from voucher_service.identifiers import new_id
from voucher_service.web.access import HOLDER, INSTITUTION, INSTITUTION_CLIENT, PUBLIC, ROLES, Caller

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from voucher_service.settings import Secrets

STAFF_ROLES = ROLES - {PUBLIC, HOLDER, INSTITUTION_CLIENT}
CLIENT_TOKEN_SECONDS = int(rules.LIFETIMES["client"].total_seconds())

_TOKEN_BYTES = 32
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

_COUNT_ATTEMPT = text(
    """
    INSERT INTO login_failure (login_hash, failures, window_started_at) VALUES (:login_hash, 1, :now)
    ON CONFLICT (login_hash) DO UPDATE SET
        failures = CASE WHEN login_failure.window_started_at <= :since THEN 1 ELSE login_failure.failures + 1 END,
        window_started_at =
            CASE WHEN login_failure.window_started_at <= :since THEN :now ELSE login_failure.window_started_at END
    WHERE login_failure.failures < :attempts_max OR login_failure.window_started_at <= :since
    RETURNING failures
    """
)
"""Counts first and asks later, in one statement, so that a thousand guesses at once are still only five."""


class NewStaff(NamedTuple):
    """`totp_secret` is base 32, for the authenticator app; it can be read here and never again."""

    account_id: int
    person_id: int
    totp_secret: str


def create_staff(
    login_name: str,
    password: str,
    role: str,
    region_id: int,
    *,
    person_id: int,
    institution_id: int | None = None,
    totp_secret: str | None = None,
) -> NewStaff:
    """Create an account; `person_id` says whose, and that of another account that both are one person's.

    Refuses with RoleUnfit, PasswordTooShort and LoginNameTaken.
    """
    if role not in STAFF_ROLES or (role in INSTITUTION) != (institution_id is not None):
        raise RoleUnfit(role=role)
    rules.require_password(password)
    new = NewStaff(new_id(), person_id, totp_secret or second_factor.new_secret())
    db.session.add(
        StaffAccount(
            account_id=new.account_id,
            person_id=new.person_id,
            region_id=region_id,
            institution_id=institution_id,
            role=role,
            login_name=login_name,
            password_hash=_hasher.hash(password),
            totp_sealed=second_factor.seal(_secrets(), new.account_id, new.totp_secret),
            totp_step=0,
            created_at=_now(),
        )
    )
    try:
        db.session.flush()  # so that the unique key answers here, where it can be put into words
    except IntegrityError:
        raise LoginNameTaken from None
    return new


def create_client(institution_id: int, region_id: int, label: str) -> tuple[int, str]:
    """Create an institution's API client and return its id and its secret, which can be read here and never again."""
    client_id, secret = new_id(), secrets.token_urlsafe(_TOKEN_BYTES)
    db.session.add(
        ApiClient(
            client_id=client_id,
            institution_id=institution_id,
            region_id=region_id,
            secret_hash=_hash(secret),
            label=label,
            created_at=_now(),
        )
    )
    return client_id, secret


def disable_staff(account_id: int) -> bool:
    """Disable an account and end its sessions, felt within five seconds everywhere; False if it is not in force."""
    account = update(StaffAccount).where(StaffAccount.account_id == account_id, StaffAccount.disabled_at.is_(None))
    disabled = db.session.execute(account.values(disabled_at=_now()).returning(StaffAccount.account_id)).first()
    end_sessions_of(account_id)
    return disabled is not None


def revoke_client(client_id: int) -> bool:
    """Revoke an API client and end its sessions, felt within five seconds everywhere; False if it is not in force."""
    client = update(ApiClient).where(ApiClient.client_id == client_id, ApiClient.revoked_at.is_(None))
    revoked = db.session.execute(client.values(revoked_at=_now()).returning(ApiClient.client_id)).first()
    end_sessions_of(client_id)
    return revoked is not None


def log_in_staff(login_name: str, password: str, code: str) -> str:
    """Return a token for someone who shows both factors. Refuses with TooManyAttempts and LogInRefused."""
    with unit_of_work():
        _count_attempt(login_name)
    account = db.session.scalar(select(StaffAccount).where(StaffAccount.login_name == login_name))
    step = _step_of_shown_factors(account, password, code)
    if account is None or step is None:
        raise LogInRefused
    with unit_of_work():
        _use_up(account.account_id, step)
        db.session.execute(delete(LoginFailure).where(LoginFailure.login_hash == _hash(login_name)))
        return open_session(
            Caller(account.role, account.account_id, account.region_id, account.person_id, account.institution_id)
        )


def client_token(client_id: int, secret: str) -> str:
    """Return a token of one hour for a system that shows its secret. Refuses with ClientRefused.

    Attempts are not counted: nobody guesses 256 bits, and counting would let anyone lock an institution out.
    """
    with unit_of_work():
        # The lock makes a revocation wait for the session that it then ends, rather than miss it.
        client = db.session.get(ApiClient, client_id, with_for_update={"read": True})
        if client is None or client.revoked_at or not hmac.compare_digest(client.secret_hash, _hash(secret)):
            raise ClientRefused
        return open_session(
            Caller(INSTITUTION_CLIENT, client_id, client.region_id, institution_id=client.institution_id)
        )


def open_session(who: Caller) -> str:
    """Open a session for `who`, recognised by whatever their kind has to show, and return its token.

    Only the token's SHA-256 is kept. The session lives as long as `rules.LIFETIMES` grants its kind.
    """
    token, now, kind = secrets.token_urlsafe(_TOKEN_BYTES), _now(), _kind_of(who.role)
    db.session.add(
        LoginSession(
            session_id=new_id(),
            token_hash=_hash(token),
            kind=kind,
            subject_id=who.subject_id,
            region_id=who.region_id,
            role=who.role,
            institution_id=who.institution_id,
            person_id=who.person_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + rules.LIFETIMES[kind],
            factor_at=now if kind == "staff" else None,
        )
    )
    return token


def authenticate(token: str) -> Caller | None:
    """Recognise the bearer of a token; None when no live session has it. Called outside any unit of work."""
    token_hash, now = _hash(token), _now()
    if (known := _cache().get(token_hash)) and now < known.expires_at:
        return known.caller
    found = db.session.scalar(
        select(LoginSession).where(LoginSession.token_hash == token_hash, LoginSession.ended_at.is_(None))
    )
    if found is None or not rules.is_live(found.kind, found.last_seen_at, found.expires_at, now):
        return None
    who = Caller(found.role, found.subject_id, found.region_id, found.person_id, found.institution_id, found.session_id)
    _cache().put(token_hash, Recognised(who, found.expires_at))
    if rules.is_worth_noting(found.kind, found.last_seen_at, now):
        _note_seen(who, now)
    return who


def end_session(session_id: int) -> None:
    """End one session; ending it twice is no different."""
    _end(LoginSession.session_id == session_id)


def end_sessions_of(subject_id: int) -> None:
    """End every session of one account, client or holder."""
    _end(LoginSession.subject_id == subject_id)


def _end(which: ColumnElement[bool]) -> None:
    db.session.execute(update(LoginSession).where(which, LoginSession.ended_at.is_(None)).values(ended_at=_now()))
    _cache().forget_all()


def _note_seen(who: Caller, now: datetime) -> None:
    with unit_of_work():
        session = update(LoginSession).where(LoginSession.session_id == who.session_id)
        db.session.execute(session.values(last_seen_at=now))


def _count_attempt(login_name: str) -> None:
    now = _now()
    counted = db.session.execute(
        _COUNT_ATTEMPT,
        {
            "login_hash": _hash(login_name),
            "now": to_microseconds(now),
            "since": to_microseconds(now - rules.ATTEMPT_WINDOW),
            "attempts_max": rules.ATTEMPTS_MAX,
        },
    )
    if counted.first() is None:
        minutes = int(rules.ATTEMPT_WINDOW.total_seconds()) // 60
        raise TooManyAttempts(attempts_max=rules.ATTEMPTS_MAX, window_minutes=minutes)


def _step_of_shown_factors(account: StaffAccount | None, password: str, code: str) -> int | None:
    """Check both factors whatever the first one says; an unknown account costs the same time as a known one."""
    knows = _password_fits(account.password_hash if account else _hash_of_nothing(), password)
    if account is None or account.disabled_at is not None:
        return None
    secret = second_factor.open_sealed(_secrets(), account.account_id, account.totp_sealed)
    step = second_factor.accepted_step(secret, code, account.totp_step, _now())
    return step if knows else None


def _use_up(account_id: int, step: int) -> None:
    """Make a code's step the last one used; the same code shown twice at once gets in once."""
    account = update(StaffAccount).where(
        StaffAccount.account_id == account_id, StaffAccount.totp_step < step, StaffAccount.disabled_at.is_(None)
    )
    if db.session.scalar(account.values(totp_step=step).returning(StaffAccount.account_id)) is None:
        raise LogInRefused


def _password_fits(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except VerifyMismatchError:
        return False


@cache
def _hash_of_nothing() -> str:
    """What a password is compared with when there is no account."""
    return _hasher.hash(secrets.token_urlsafe(_TOKEN_BYTES))


def _kind_of(role: str) -> str:
    return {HOLDER: "holder", INSTITUTION_CLIENT: "client"}.get(role, "staff")


def _hash(presented: str) -> bytes:
    return hashlib.sha256(presented.encode()).digest()


def _cache() -> SessionCache:
    kept: SessionCache = current_app.extensions.setdefault("session_cache", SessionCache())
    return kept


def _secrets() -> Secrets:
    return cast("Secrets", current_app.extensions["settings"].secrets)


def _now() -> datetime:
    return cast("datetime", current_app.extensions["clock"].now())
