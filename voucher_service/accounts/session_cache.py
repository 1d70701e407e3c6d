"""Callers recognised a moment ago, per process, so that a busy client costs no look-up on each of its requests.

What is kept is forgotten after five seconds: a session ended in another process counts no longer than that.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from voucher_service.web.access import Caller

SECONDS_MAX = 5.0
ENTRIES_MAX = 50_000


class Recognised(NamedTuple):
    """Who presents a token, and until when by the service's clock."""

    caller: Caller
    expires_at: datetime


class SessionCache:
    """Recognised callers by the hash of their token. Age is machine time, which no trial clock moves."""

    def __init__(self) -> None:
        self._kept: dict[bytes, tuple[float, Recognised]] = {}

    def get(self, token_hash: bytes) -> Recognised | None:
        kept_at, recognised = self._kept.get(token_hash, (None, None))
        return recognised if kept_at is not None and time.monotonic() - kept_at < SECONDS_MAX else None

    def put(self, token_hash: bytes, recognised: Recognised) -> None:
        if len(self._kept) >= ENTRIES_MAX:
            self._kept.clear()
        self._kept[token_hash] = time.monotonic(), recognised

    def forget_all(self) -> None:
        """Ending sessions is rare and recognising them again is cheap, so nothing is picked out."""
        self._kept.clear()
