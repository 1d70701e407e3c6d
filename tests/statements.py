"""Counting what is sent to the database, for tests that many people cost no more statements than few."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import event

from voucher_service.database import db

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.journey.city import Town


@contextmanager
def counted(town: Town) -> Iterator[list[str]]:
    """Collect the statements that are sent; one for many rows is one."""
    sent: list[str] = []
    with town.app.app_context():
        engine = db.engine

    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
