"""A hot statement: links that each write one table, sent as one statement and kept or refused as one.

Each stage owns the link that writes its table; the verb that tells the story chains them. A later link reads an
earlier one by its name, like a table of at most one row.

* PostgreSQL gets `WITH a AS (…), b AS (…) SELECT … FROM b`: one round trip, one snapshot, no transaction to open.
* SQLite has no writing CTEs, so its one writer runs the same link texts in turn inside a savepoint, each with the
  earlier rows handed in as a CTE of bound values.

The rule that makes a chain all-or-nothing: a link that must not be missing feeds a NOT NULL column through a
LEFT JOIN, so that its absence breaks a constraint and takes everything back.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flask import current_app
from sqlalchemy.exc import OperationalError

from voucher_service.database.unit_of_work import end_reading, in_unit_of_work

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    Row = dict[str, Any] | None

_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]+)")

DIALECT_WORDS = {
    "postgresql": {
        "json_object": "json_build_object",
        "text": "text",
        "for_update": "FOR UPDATE",
    },
    "sqlite": {
        "json_object": "json_object",
        "text": "TEXT",
        "for_update": "",
    },
}
"""The few words in which the two databases differ; a link writes them as {json_object}."""


class ChainBroken(Exception):
    """A constraint took the whole chain back; `constraint` names it as well as the database can."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


@dataclass(frozen=True, slots=True)
class Link:
    """One writing statement. `columns` are what its RETURNING gives, in order, for later links and the answer."""

    name: str
    sql: str
    columns: tuple[str, ...]

    def text(self, dialect: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: DIALECT_WORDS[dialect][found[1]], self.sql)

    def reads(self, other: Link) -> bool:
        return re.search(rf"\b{other.name}\b", self.sql) is not None


@dataclass(frozen=True)
class Chain:
    links: tuple[Link, ...]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return self.links[-1].columns

    def named_text(self) -> str:
        """Return the PostgreSQL statement with `:name` parameters, as pgbench reads it."""
        parts = ",\n".join(f"{link.name} AS (\n{link.text('postgresql').strip()}\n)" for link in self.links)
        last = self.links[-1]
        return f"WITH {parts}\nSELECT {', '.join(last.columns)} FROM {last.name}"

    @cached_property
    def parameter_names(self) -> tuple[str, ...]:
        """What the statement is sent with, in the order of its numbers."""
        return tuple(dict.fromkeys(_PARAMETER.findall(self.named_text())))

    @cached_property
    def numbered_text(self) -> str:
        """The PostgreSQL statement with `$1`, `$2`, … for `parameter_names`, as the server prepares it."""
        numbers = {name: f"${number}" for number, name in enumerate(self.parameter_names, 1)}
        return _PARAMETER.sub(lambda found: numbers[found[1]], self.named_text())

    @cached_property
    def prepared_name(self) -> bytes:
        """What the statement is prepared as: the same for the same text."""
        return b"chain_" + hashlib.sha256(self.numbered_text.encode()).hexdigest()[:16].encode()

    @cached_property
    def sqlite_texts(self) -> tuple[str, ...]:
        return tuple(self._sqlite_text(position) for position in range(len(self.links)))

    def _sqlite_text(self, position: int) -> str:
        link = self.links[position]
        earlier = [other for other in self.links[:position] if link.reads(other)]
        handed = ", ".join(
            f"{other.name}({', '.join(other.columns)}) AS (SELECT "
            + ", ".join(f":{other.name}__{column}" for column in other.columns)
            + f" WHERE :{other.name}__found)"
            for other in earlier
        )
        return (f"WITH {handed}\n" if earlier else "") + link.text("sqlite").strip()

    def run(self, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
        """Send the chain; return the last link's row, or None when its first link found nothing to change.

        Everything is durable when this returns and nothing has happened when it raises ChainBroken. A chain commits
        by itself, so it never runs inside a unit of work (RuntimeError). What was read before is let go of: it would
        hold a connection while others wait for one, and be out of date afterwards.
        """
        if in_unit_of_work():
            raise RuntimeError("a chain commits by itself: it may not run inside a unit of work")
        end_reading()
        row: dict[str, Any] | None = current_app.extensions["hot_path"].run(self, parameters)
        return row

    def run_on_sqlite(self, connection: sqlite3.Connection, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
        """Run the links in turn on the writer's connection, inside the savepoint that the writer has opened."""
        bound = dict(parameters)
        row: Any = None
        for link, text in zip(self.links, self.sqlite_texts, strict=True):
            row = connection.execute(text, bound).fetchone()
            bound[f"{link.name}__found"] = row is not None
            for column, value in zip(link.columns, row or (None,) * len(link.columns), strict=True):
                bound[f"{link.name}__{column}"] = value
        return None if row is None else dict(zip(self.columns, row, strict=True))


def unavailable(error: Exception) -> OperationalError:
    """Say it as the library does for every other statement, so that it is answered alike: 503, ask again."""
    return OperationalError("a chain", None, error)
