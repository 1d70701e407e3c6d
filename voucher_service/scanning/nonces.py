"""Upload nonces: 32 bytes that the service draws for one device and recognises again without keeping them.

    off len field
     0   8  when it was drawn, microseconds since 1970
     8   8  random
    16  16  first half of HMAC-SHA-256, under the service's session key, of "tvq1:upload-nonce:", device id, the above

A nonce may be used more than once while it lasts: what it lets in is decided once by its own bytes.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

from flask import current_app

from voucher_service.clock import from_microseconds, to_microseconds

AGE_MAX: Final = timedelta(minutes=10)


def draw(device_id: int, now: datetime) -> bytes:
    drawn = to_microseconds(now).to_bytes(8, "big") + secrets.token_bytes(8)
    return drawn + _proof(device_id, drawn)


def is_accepted(nonce: bytes, device_id: int, now: datetime) -> bool:
    """Whether this service drew the nonce for this device at most ten minutes ago."""
    if not hmac.compare_digest(_proof(device_id, nonce[:16]), nonce[16:]):
        return False
    return timedelta(0) <= now - from_microseconds(int.from_bytes(nonce[:8], "big")) <= AGE_MAX


def _proof(device_id: int, drawn: bytes) -> bytes:
    key: str = current_app.extensions["settings"].secrets.session_key
    message = b"tvq1:upload-nonce:" + device_id.to_bytes(8, "big", signed=True) + drawn
    return hmac.digest(key.encode(), message, "sha256")[:16]
