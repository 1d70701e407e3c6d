"""How a chain reaches the database: a connection for each thread on PostgreSQL, one writer queue on SQLite."""

from __future__ import annotations

import queue
import re
import sqlite3
import threading
from concurrent.futures import Future
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import make_url

from voucher_service.database.chain import Chain, ChainBroken, unavailable
from voucher_service.database.engine import prepare_sqlite_connection
from voucher_service.database.unit_of_work import writer_gate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voucher_service.database.chain import Row

    Job = tuple[Chain, Mapping[str, Any], Future[Row]]

BATCH_MAX = 64
"""Chains that share one commit on SQLite; a bound, so that no request waits for an endless queue before it."""


class HotPath(Protocol):
    def run(self, chain: Chain, parameters: Mapping[str, Any]) -> Row:
        """Send a chain and return its answer; see Chain.run."""

    def close(self) -> None:
        """Let go of every connection; a later chain opens new ones."""


def open_hot_path(url: str) -> HotPath:
    if url.startswith("sqlite"):
        return SQLiteWriter(make_url(url).database or "")
    from voucher_service.database.postgresql_threads import PostgreSQLThreads  # noqa: PLC0415 - brings the driver with it

    return PostgreSQLThreads(url)


class SQLiteWriter:
    """One thread that writes for everyone, many chains to a commit, first come first served."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def run(self, chain: Chain, parameters: Mapping[str, Any]) -> Row:
        answer: Future[Row] = Future()
        with self._starting:  # a job is queued before the word to close or finds a writer of its own
            self._start()
            self._jobs.put((chain, parameters, answer))
        return answer.result()

    def close(self) -> None:
        with self._starting:
            if self._thread is not None and self._thread.is_alive():
                self._jobs.put(None)
                self._thread.join()

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._write_for_ever, name="sqlite-writer", daemon=True)
            self._thread.start()

    def _write_for_ever(self) -> None:
        with ExitStack() as opened:
            connection: sqlite3.Connection | None = None
            while (first := self._jobs.get()) is not None:
                with writer_gate:
                    batch = self._batch_from(first)
                    try:
                        connection = connection or opened.enter_context(closing(self._open()))
                        outcomes = _write_batch(connection, batch)
                    except sqlite3.Error as error:
                        outcomes = [unavailable(error)] * len(batch)
                    except Exception as error:  # noqa: BLE001 - whoever waits must hear of it, whatever it is
                        outcomes = [error] * len(batch)
                _tell(batch, outcomes)

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=10, check_same_thread=False)
        prepare_sqlite_connection(connection)
        return connection

    def _batch_from(self, first: Job) -> list[Job]:
        """Return the first job and whatever waits behind it, up to a batch; the word to close ends the batch."""
        batch = [first]
        while len(batch) < BATCH_MAX and not self._jobs.empty():
            job = self._jobs.get()
            if job is None:
                self._jobs.put(None)
                break
            batch.append(job)
        return batch


def _write_batch(connection: sqlite3.Connection, batch: list[Job]) -> list[Row | Exception]:
    """Write many chains in one transaction; nothing of it is left when this raises."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        outcomes = [_attempt(connection, chain, parameters) for chain, parameters, _ in batch]
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return outcomes


def _tell(batch: list[Job], outcomes: Sequence[Row | Exception]) -> None:
    for (_, _, answer), outcome in zip(batch, outcomes, strict=True):
        if isinstance(outcome, Exception):
            answer.set_exception(outcome)
        else:
            answer.set_result(outcome)


def _attempt(connection: sqlite3.Connection, chain: Chain, parameters: Mapping[str, Any]) -> Row | Exception:
    """Run one chain in its own savepoint, so that its refusal leaves its neighbours in the batch alone."""
    connection.execute("SAVEPOINT chain")
    try:
        row = chain.run_on_sqlite(connection, parameters)
    except sqlite3.IntegrityError as broken:
        connection.execute("ROLLBACK TO chain")
        connection.execute("RELEASE chain")
        return ChainBroken(_constraint(str(broken)))
    except (sqlite3.DataError, sqlite3.ProgrammingError, sqlite3.InterfaceError, OverflowError) as error:
        connection.execute("ROLLBACK TO chain")
        connection.execute("RELEASE chain")
        return error
    connection.execute("RELEASE chain")
    return row


def _constraint(message: str) -> str:
    """Take what a constraint failed on from SQLite's sentence, e.g. `idempotency.region_id, …`."""
    found = re.search(r"failed: (.+)$", message)
    return found[1] if found else message
