"""A schema written down so that two can be compared: everything that a table promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, create_engine, inspect, text

from voucher_service.database import db
from voucher_service.database.engine import engine_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

Schema = dict[str, dict[str, Any]]
VERSION_TABLE = "alembic_version"


class opened:  # noqa: N801 - it reads as a verb
    """An engine for as long as a block lasts, with what the service sets on its connections."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url, connect_args=engine_options(url)["connect_args"])

    def __enter__(self) -> Engine:
        return self.engine

    def __exit__(self, *exception: object) -> None:
        self.engine.dispose()


def schema_of(engine: Engine) -> Schema:
    """Describe each table: columns, keys, constraints with their texts, indexes with their conditions, STRICT."""
    with engine.connect() as connection:
        tables = set(inspect(connection).get_table_names()) - {VERSION_TABLE}
        return {table: _described(connection, table) for table in sorted(tables)}


def guards_of(engine: Engine) -> list[tuple[str, ...]]:
    """Return the triggers, functions, storage options and rights: what is in no model."""
    sqlite = ("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",)
    relations = "FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    postgresql = (
        "SELECT tgrelid::regclass, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 3",
        "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY proname",
        f"SELECT relname, reloptions::text {relations} AND reloptions IS NOT NULL ORDER BY relname",
        f"SELECT relname, array(SELECT unnest(relacl)::text ORDER BY 1)::text {relations} AND relkind = 'r' ORDER BY 1",
    )
    with engine.connect() as connection:
        asked = sqlite if engine.dialect.name == "sqlite" else postgresql
        return [tuple(map(str, row)) for query in asked for row in connection.execute(text(query))]


def contents_of(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table, in an order that does not depend on where it lies."""
    found = {}
    with engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            if table != VERSION_TABLE:
                rows = connection.execute(text(f'SELECT * FROM "{table}"')).mappings()
                found[table] = sorted(({name: _plain(value) for name, value in row.items()} for row in rows), key=repr)
    return found


def differences(found: Schema, expected: Schema) -> Iterator[str]:
    for table in sorted(found.keys() | expected.keys()):
        ours, theirs = found.get(table, {}), expected.get(table, {})
        for what in sorted(ours.keys() | theirs.keys()):
            if ours.get(what) != theirs.get(what):
                yield f"{table}: {what} is {ours.get(what)}, expected {theirs.get(what)}"


def make_models(url: str) -> None:
    """Make the tables that the models describe, without any migration."""
    import voucher_service.app  # noqa: F401, PLC0415 - brings every stage's models along

    with opened(url) as engine, engine.begin() as connection:
        db.metadatas[None].create_all(connection)


def _described(connection: Connection, table: str) -> dict[str, Any]:
    inspector = inspect(connection)
    columns = {
        f"column {column['name']}": (
            str(column["type"]),
            column["nullable"],
            _text(column["default"]),
            _text(column.get("computed", {}).get("sqltext")),
        )
        for column in inspector.get_columns(table)
    }
    foreign = {
        f"foreign key {key['name']}": (key["constrained_columns"], key["referred_table"], key["referred_columns"])
        for key in inspector.get_foreign_keys(table)
    }
    unique = {f"unique {key['name']}": key["column_names"] for key in inspector.get_unique_constraints(table)}
    checks = {f"check {key['name']}": _text(key["sqltext"]) for key in inspector.get_check_constraints(table)}
    key = inspector.get_pk_constraint(table)
    strict = {}
    if connection.dialect.name == "sqlite":
        strict["strict"] = connection.scalar(text("SELECT strict FROM pragma_table_list WHERE name = :t"), {"t": table})
    return {
        **columns, **foreign, **unique, **checks, **_indexes(connection, table), **strict,
        "primary key": (key["name"], key["constrained_columns"]),
    }  # fmt: skip


def _indexes(connection: Connection, table: str) -> dict[str, str | None]:
    """Return each index by the statement that makes it, which has its columns, its uniqueness and its condition."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :t AND sql IS NOT NULL"
    else:
        query = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = :t"
    return {f"index {row[0]}": _text(row[1]) for row in connection.execute(text(query), {"t": table})}


def _text(sql: object) -> str | None:
    """Say a text in one way; two percent signs of a LIKE, as some revisions wrote them, match what one does."""
    return None if sql is None else re.sub(r"\s+", " ", str(sql)).replace('"', "").replace("%%", "%")


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value
