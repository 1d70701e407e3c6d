"""The one place that commits."""

from __future__ import annotations

import functools
import random
import threading
import time
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError

from voucher_service.database.engine import db

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from flask_sqlalchemy.session import Session
    from sqlalchemy.orm import scoped_session

P = ParamSpec("P")
R = TypeVar("R")

CONFLICTS = frozenset({"40001", "40P01", "55P03"})
"""SQLSTATEs after which the same work may simply be tried again: serialisation, deadlock, lock time-out."""

ATTEMPTS_MAX = 5

writer_gate = threading.Lock()
"""SQLite has one writer. Within this process the gate decides who is next, instead of a race of time-outs."""

_local = threading.local()


@contextmanager
def unit_of_work() -> Iterator[scoped_session[Session]]:
    """Run a block as one transaction: committed when it ends, taken back when it raises.

    Units do not nest: an inner one would commit half of the outer (RuntimeError).
    """
    if getattr(_local, "open", False):
        raise RuntimeError("a unit of work is already open in this thread")
    _local.open = True
    try:
        # A connection that only reads goes back before the gate: whoever is let in needs one, and they are counted.
        db.session.rollback()
        with _gate():
            db.session.connection(execution_options={"writes": True})
            try:
                yield db.session
                db.session.commit()
            except BaseException:
                db.session.rollback()
                raise
    finally:
        _local.open = False


def end_reading() -> None:
    """Let go of what was read, so that the next question sees the database as it stands now."""
    if db.session.registry.has() and not in_unit_of_work():
        db.session.rollback()


def in_unit_of_work() -> bool:
    return bool(getattr(_local, "open", False))


def retry_on_conflict(verb: Callable[P, R]) -> Callable[P, R]:
    """Call the verb again, a few times with a growing pause, when the database says that it lost a race."""

    @functools.wraps(verb)
    def patient(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                return verb(*args, **kwargs)
            except DBAPIError as error:
                if attempt == ATTEMPTS_MAX or sqlstate(error.orig) not in CONFLICTS:
                    raise
                time.sleep(random.uniform(0.001, 0.01) * 2**attempt)  # noqa: S311 - jitter, not a secret
        raise AssertionError

    return patient


def sqlstate(error: object) -> str | None:
    return getattr(error, "sqlstate", None)


def _gate() -> AbstractContextManager[object]:
    return writer_gate if db.engine.dialect.name == "sqlite" else nullcontext()
