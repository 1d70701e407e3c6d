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
        inspector = inspect(connection)
        tables = sorted(set(inspector.get_table_names()) - {VERSION_TABLE})
        found = {
            "columns": inspector.get_multi_columns(),
            "foreign": inspector.get_multi_foreign_keys(),
            "unique": inspector.get_multi_unique_constraints(),
            "checks": inspector.get_multi_check_constraints(),
            "key": inspector.get_multi_pk_constraint(),
        }
        indexes, strict = _indexes(connection), _strict(connection)
    of_table = {what: {table: each for (_, table), each in many.items()} for what, many in found.items()}
    return {
        table: {
            **_described(**{what: of_table[what][table] for what in of_table}),
            **indexes.get(table, {}),
            **strict.get(table, {}),
        }
        for table in tables
    }


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


def _described(columns: Any, foreign: Any, unique: Any, checks: Any, key: Any) -> dict[str, Any]:
    described = {
        f"column {column['name']}": (
            str(column["type"]),
            column["nullable"],
            _text(column["default"]),
            _text(column.get("computed", {}).get("sqltext")),
        )
        for column in columns
    }
    referring = {
        f"foreign key {key['name']}": (key["constrained_columns"], key["referred_table"], key["referred_columns"])
        for key in foreign
    }
    return {
        **described,
        **referring,
        **{f"unique {each['name']}": each["column_names"] for each in unique},
        **{f"check {each['name']}": _text(each["sqltext"]) for each in checks},
        "primary key": (key["name"], key["constrained_columns"]),
    }


def _strict(connection: Connection) -> dict[str, dict[str, Any]]:
    if connection.dialect.name != "sqlite":
        return {}
    return {row.name: {"strict": row.strict} for row in connection.execute(text("PRAGMA table_list"))}


def _indexes(connection: Connection) -> dict[str, dict[str, str | None]]:
    """Return each table's indexes by the statements that make them: columns, uniqueness and condition."""
    if connection.dialect.name == "sqlite":
        query = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    else:
        query = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    found: dict[str, dict[str, str | None]] = {}
    for table, name, statement in connection.execute(text(query)):
        found.setdefault(table, {})[f"index {name}"] = _text(statement)
    return found


def _text(sql: object) -> str | None:
    """Say a text in one way; two percent signs of a LIKE, as some revisions wrote them, match what one does."""
    return None if sql is None else re.sub(r"\s+", " ", str(sql)).replace('"', "").replace("%%", "%")


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value
