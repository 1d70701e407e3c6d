"""Whether the service's secrets are those of its database, and whether the accounts' own are known to others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.fernet import InvalidToken
from flask import current_app
from sqlalchemy import select

from voucher_service.accounts import second_factor
from voucher_service.accounts.models import StaffAccount
from voucher_service.database import db

if TYPE_CHECKING:
    from voucher_service.settings import Secrets

_LOOKED_AT = 10


def fit_the_accounts() -> bool:
    """Whether one of a few second factors opens: one altered row must not keep a whole city from its service."""
    secrets = current_app.extensions["settings"].secrets
    rows = db.session.execute(select(StaffAccount.account_id, StaffAccount.totp_sealed).limit(_LOOKED_AT)).all()
    return not rows or any(_opened(secrets, *row) is not None for row in rows)


def open_to(totp_secret: str) -> int:
    """Return how many accounts that are not disabled have this second factor, which somebody else knows as well."""
    secrets = current_app.extensions["settings"].secrets
    enabled = select(StaffAccount.account_id, StaffAccount.totp_sealed).where(StaffAccount.disabled_at.is_(None))
    return sum(_opened(secrets, *row) == totp_secret for row in db.session.execute(enabled))


def _opened(secrets: Secrets, account_id: int, sealed: bytes) -> str | None:
    try:
        return second_factor.open_sealed(secrets, account_id, sealed)
    except InvalidToken:
        return None
