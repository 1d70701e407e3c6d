"""Chains to PostgreSQL: a connection for each thread, and libpq's own prepared call instead of the driver's cursor."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from sqlalchemy import make_url

from voucher_service.database.chain import Chain, ChainBroken, unavailable
from voucher_service.database.engine import POSTGRESQL_SETTINGS
from voucher_service.database.unit_of_work import ATTEMPTS_MAX, CONFLICTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg.pq.abc import PGresult

    from voucher_service.database.chain import Row


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
                    raise unavailable(error) from error
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
