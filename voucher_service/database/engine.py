"""The engine behind Flask-SQLAlchemy: naming convention, SQLite pragmas, PostgreSQL session settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import Connection, Engine, MetaData, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

POSTGRESQL_SETTINGS = (
    "-c timezone=UTC -c jit=off -c lock_timeout=5s -c statement_timeout=30s -c idle_in_transaction_session_timeout=30s"
)
"""A transaction that idles holds the sealer's watermark back for everyone, so none may idle for long.

No statement here reads enough to repay compiling it: at a million vouchers PostgreSQL spent 150 ms on compiling a
funnel that it then read in one."""

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 10000",
)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


class ForgivingSession(Session):
    """A session that can be put away although its database has gone.

    A request's answer is settled by then. Without this, taking back a transaction that only read would turn it into a
    bare fault, outside every error handler, and leave the broken session to the thread's next request.
    """

    def close(self) -> None:
        try:
            super().close()
        except DBAPIError:
            self.invalidate()


db = SQLAlchemy(
    model_class=Base,
    session_options={"class_": ForgivingSession, "autoflush": False, "expire_on_commit": False},
)


STRICT = {"sqlite_strict": True}
"""Table option of every table: SQLite then refuses a value of the wrong type, as PostgreSQL does by itself."""

if TYPE_CHECKING:
    # Flask-SQLAlchemy makes its model class at run time, where no type checker can see it.
    class Model(Base):
        __abstract__ = True
else:
    Model = db.Model


def engine_options(url: str) -> dict[str, Any]:
    """Return create_engine's keyword arguments for a database URL."""
    if url.startswith("sqlite"):
        return {"connect_args": {"check_same_thread": False, "timeout": 10}}
    return {"pool_size": 10, "max_overflow": 10, "connect_args": {"options": POSTGRESQL_SETTINGS}}


def prepare_sqlite_connection(connection: Any) -> None:
    """Put one raw sqlite3 connection into the state that every writer and reader of this service relies on."""
    connection.isolation_level = None
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)


@event.listens_for(Engine, "connect")
def _prepare(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:  # noqa: ARG001
    if type(connection).__module__.startswith("sqlite3"):
        prepare_sqlite_connection(connection)


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """Begin by hand on SQLite: a writer takes the lock at once, so that it can never fail half-way for want of it."""
    if connection.dialect.name == "sqlite":
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
