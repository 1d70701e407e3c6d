"""The second factor of staff: one-time codes by time (RFC 6238: 6 digits, 30 s, SHA-1), and their secrets at rest.

A secret is sealed under a key of its own account, drawn from each of the service's field keys, so that one moved to
another row does not open; the active field key seals and all of them open, which is how keys are rotated.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

import pyotp
from cryptography.fernet import Fernet, MultiFernet

from voucher_service.clock import to_microseconds
from voucher_service.identifiers import to_unsigned

if TYPE_CHECKING:
    from datetime import datetime

    from voucher_service.settings import Secrets

_STEP_MICROSECONDS = 30_000_000
_STEPS_OF_DRIFT = 1
_DOMAIN = b"voucher-service:second-factor:1:"


def new_secret() -> str:
    """160 random bits in base 32, as authenticator apps take them."""
    return pyotp.random_base32()


def seal(secrets: Secrets, account_id: int, secret: str) -> bytes:
    return _vault(secrets, account_id).encrypt(secret.encode())


def open_sealed(secrets: Secrets, account_id: int, sealed: bytes) -> str:
    """Raises cryptography.fernet.InvalidToken for a secret that was altered or moved."""
    return _vault(secrets, account_id).decrypt(sealed).decode()


def code_at(secret: str, moment: datetime) -> str:
    """The code that an authenticator shows at `moment`."""
    return pyotp.HOTP(secret).at(_step_at(moment))


def accepted_step(secret: str, code: str, last_step: int, now: datetime) -> int | None:
    """The time step that `code` belongs to, or None if it is wrong or no later than `last_step`.

    A phone's clock may be one step off either way.
    """
    present = _step_at(now)
    for step in range(present - _STEPS_OF_DRIFT, present + _STEPS_OF_DRIFT + 1):
        if step > last_step and hmac.compare_digest(pyotp.HOTP(secret).at(step).encode(), code.encode()):
            return step
    return None


def _step_at(moment: datetime) -> int:
    return to_microseconds(moment) // _STEP_MICROSECONDS


def _vault(secrets: Secrets, account_id: int) -> MultiFernet:
    active = secrets.field_keys[secrets.field_key_active]
    place = _DOMAIN + to_unsigned(account_id).to_bytes(8)
    return MultiFernet(
        [
            Fernet(base64.urlsafe_b64encode(hmac.digest(key, place, hashlib.sha256)))
            for key in (active, *secrets.field_keys.values())
        ]
    )
