"""How a chain reaches the database: a connection for each thread on PostgreSQL, one writer queue on SQLite."""

from __future__ import annotations

import queue
import re
import sqlite3
import threading
from concurrent.futures import Future
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any, Final, Protocol

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from voucher_service.database.chain import Chain, ChainBroken
from voucher_service.database.engine import POSTGRESQL_SETTINGS, prepare_sqlite_connection
from voucher_service.database.unit_of_work import ATTEMPTS_MAX, CONFLICTS, writer_gate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from psycopg.pq.abc import PGresult

    Row = dict[str, Any] | None
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
    return PostgreSQLThreads(url)


class PostgreSQLThreads:
    """One autocommit connection a thread: server threads live long, so a pool would only add a hand-over.

    A chain is prepared once on each connection and then sent by libpq's own call, which waits without the
    interpreter: the driver's cursor does the same at four times the cost, most of it in finding out types that never
    change.
    """

    def __init__(self, url: str) -> None:
        self._conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._local = threading.local()
        self._opened: list[psycopg.Connection[Any]] = []

    def close(self) -> None:
        while self._opened:
            self._opened.pop().close()

    def run(self, chain: Chain, parameters: Mapping[str, Any]) -> Row:
        """Run the chain; a lost race or a lost connection is tried again: its idempotency key settles it once."""
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                return self._send(chain, parameters)
            except psycopg.errors.IntegrityError as broken:
                raise ChainBroken(broken.diag.constraint_name or broken.diag.column_name or "") from broken
            except psycopg.OperationalError as error:
                if error.sqlstate not in CONFLICTS:
                    self._drop_connection()
                if attempt == ATTEMPTS_MAX:
                    raise _unavailable(error) from error
        raise AssertionError

    def _send(self, chain: Chain, parameters: Mapping[str, Any]) -> Row:
        connection, prepared = self._connection()
        sent: list[Any] = [_sent(parameters[name]) for name in chain.parameter_names]
        if chain.prepared_name not in prepared:
            types = [_TYPE_OF.get(type(parameters[name]), _INFERRED) for name in chain.parameter_names]
            _settled(connection, connection.pgconn.prepare(chain.prepared_name, chain.numbered_text.encode(), types))
            prepared.add(chain.prepared_name)
        result = connection.pgconn.exec_prepared(chain.prepared_name, sent)
        return _first_row(chain, _settled(connection, result))

    def _connection(self) -> tuple[psycopg.Connection[Any], set[bytes]]:
        """Return this thread's connection and the names of what is prepared on it."""
        held: psycopg.Connection[Any] | None = getattr(self._local, "connection", None)
        if held is None or held.closed:
            held = psycopg.connect(self._conninfo, autocommit=True, options=POSTGRESQL_SETTINGS)
            self._local.connection, self._local.prepared = held, set()
            self._opened.append(held)
        return held, self._local.prepared

    def _drop_connection(self) -> None:
        held = getattr(self._local, "connection", None)
        self._local.connection = None
        if held is not None:
            held.close()
            self._opened.remove(held)


_INT8, _BYTEA, _INFERRED = 20, 17, 0
_WHOLE: Final = frozenset({_INT8, 21, 23})
_GOOD: Final = frozenset({ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK})
_TYPE_OF: Final = {int: _INT8, bytes: _BYTEA}
"""One integer type whatever the value; the server infers what a text is for, as it does for a text in a statement."""


def _sent(value: Any) -> bytes | None:
    """Return a value as the server reads it from text; raises TypeError for a type that no chain has a use for."""
    if value is None:
        return None
    if type(value) is int:
        return b"%d" % value
    if type(value) is bytes:
        return b"\\x" + value.hex().encode()
    if type(value) is not str:
        raise TypeError(f"a chain sends whole numbers, text and bytes, not {type(value).__name__}")
    if "\0" in value:
        raise psycopg.DataError("text with a NUL, which would end it early")
    return value.encode()


def _settled(connection: psycopg.Connection[Any], result: PGresult) -> PGresult:
    """Return a result that is no error; raises psycopg's error for one, OperationalError for a lost connection."""
    if result.status in _GOOD:
        return result
    error = error_from_result(result)
    if connection.closed or error.sqlstate is None:  # what the server did not say, the client says of a lost connection
        raise psycopg.OperationalError(str(error)) from error
    raise error


def _first_row(chain: Chain, result: PGresult) -> Row:
    if result.ntuples == 0:
        return None
    return {name: _received(result, column) for column, name in enumerate(chain.columns)}


def _received(result: PGresult, column: int) -> int | str | None:
    value = result.get_value(0, column)
    if value is None:
        return None
    return int(value) if result.ftype(column) in _WHOLE else value.decode()


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
                        outcomes = [_unavailable(error)] * len(batch)
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


def _unavailable(error: Exception) -> OperationalError:
    """Say it as the library does for every other statement, so that it is answered alike: 503, ask again."""
    return OperationalError("a chain", None, error)


def _constraint(message: str) -> str:
    """Take what a constraint failed on from SQLite's sentence, e.g. `idempotency.region_id, …`."""
    found = re.search(r"failed: (.+)$", message)
    return found[1] if found else message
