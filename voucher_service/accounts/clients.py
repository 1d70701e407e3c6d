"""Which systems of institutions may ask for tokens, as whoever runs the service sees them: without their secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from voucher_service.accounts.models import ApiClient
from voucher_service.database import db

if TYPE_CHECKING:
    from collections.abc import Sequence


def clients() -> Sequence[ApiClient]:
    """Return every API client there ever was, by institution, the oldest first."""
    query = select(ApiClient).order_by(ApiClient.region_id, ApiClient.institution_id, ApiClient.created_at)
    return db.session.scalars(query).all()
