"""Sign-in nonces: 32 bytes that the service draws for one holder's log-in session and recognises without keeping them.

    off len field
     0   8  when it was drawn, microseconds since 1970
     8   8  random
    16  16  first half of HMAC-SHA-256, under the service's session key, of "tvq1:sign-in-nonce:", holder id (8),
            log-in session id (8), and bytes 0-15

A code that was forwarded is nothing without one, and a nonce that was forwarded is another log-in's. Each is good once:
the sign-in that it let in keeps it, under a unique key.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Final

from flask import current_app

from voucher_service.clock import from_microseconds, to_microseconds

if TYPE_CHECKING:
    from voucher_service.web.access import Caller

LENGTH: Final = 32
_DRAWN: Final = 16


def draw(holder: Caller, now: datetime) -> bytes:
    drawn = to_microseconds(now).to_bytes(8, "big") + secrets.token_bytes(8)
    return drawn + _proof(holder, drawn)


def is_of(nonce: bytes, holder: Caller) -> bool:
    """Whether this service drew the nonce for this very log-in of the holder."""
    return len(nonce) == LENGTH and hmac.compare_digest(_proof(holder, nonce[:_DRAWN]), nonce[_DRAWN:])


def drawn_at(nonce: bytes) -> datetime:
    """When a nonce that is ours was drawn."""
    return from_microseconds(int.from_bytes(nonce[:8], "big"))


def _proof(holder: Caller, drawn: bytes) -> bytes:
    key: str = current_app.extensions["settings"].secrets.session_key
    whose = holder.subject_id.to_bytes(8, "big", signed=True) + (holder.session_id or 0).to_bytes(8, "big", signed=True)
    return hmac.digest(key.encode(), b"tvq1:sign-in-nonce:" + whose + drawn, "sha256")[:_DRAWN]
