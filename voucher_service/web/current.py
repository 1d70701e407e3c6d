"""What a route asks of every request: what time it is for the service, and which thing an address names."""

from __future__ import annotations

from datetime import datetime

from flask import current_app

from voucher_service.errors import NotFound
from voucher_service.identifiers import from_hex


def now() -> datetime:
    moment: datetime = current_app.extensions["clock"].now()
    return moment


def identifier(text: str) -> int:
    """Read an id in an address; what cannot be one is refused as one that is not there (NotFound)."""
    try:
        return from_hex(text)
    except ValueError:
        raise NotFound from None
