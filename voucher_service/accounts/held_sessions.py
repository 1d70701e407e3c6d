"""Holding a log-in still: what it opens for longer than its own request must not slip past the moment that ends it."""

from __future__ import annotations

from sqlalchemy import select

from voucher_service.accounts.models import LoginSession
from voucher_service.database import db
from voucher_service.errors import Unauthenticated


def hold_session(session_id: int) -> None:
    """Let nobody end a log-in until the open unit of work ends. Refuses with Unauthenticated where it has ended.

    Whoever ends it meanwhile waits, and finds what was opened; whoever comes after that is refused here, even where the
    session was recognised a moment ago.
    """
    live = select(LoginSession.session_id).where(LoginSession.session_id == session_id, LoginSession.ended_at.is_(None))
    if db.session.scalar(live.with_for_update(read=True)) is None:
        raise Unauthenticated
