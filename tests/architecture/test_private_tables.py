"""A stage shows `service` and `errors`; its tables are its own, in imports and in SQL."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.architecture.floors import READERS, STAGES, WIRING
from tests.architecture.source import Codebase, Module, part_of, room_of, strings

if TYPE_CHECKING:
    from collections.abc import Iterator

CODE = Codebase.read()

SHOWN = {"service", "errors"}
INNERMOST = {"models", "routes", "schemas"}
"""What even the rooms that are no stages (ledger, signing, web) keep to themselves."""


def glimpses(code: Codebase) -> list[str]:
    """Imports that reach past another room's service."""
    return [
        f"{module.at(found.line)} reaches into {found.target}"
        for module in code
        for found in code.inner_imports(module)
        if not _may_see(module.room, found.target)
    ]


def _may_see(room: str, target: str) -> bool:
    part = part_of(target)
    if room in WIRING or room == room_of(target) or (room in READERS and part == "models"):
        return True
    return part in SHOWN if room_of(target) in STAGES else part not in INNERMOST


def table_rooms(code: Codebase) -> dict[str, str]:
    """The room of each table: `__tablename__ = "…"`, Table("…", …) and __table__ in a module of that room."""
    return {table: module.room for module in code for table in _tables(module)}


def _tables(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        match node:
            case ast.Assign(targets=[ast.Name(id="__tablename__")], value=ast.Constant(value=str(table))):
                yield table
            case ast.Call(
                func=ast.Name(id="Table") | ast.Attribute(attr="Table"), args=[ast.Constant(value=str(table)), *_]
            ):
                yield table


def foreign_sql(code: Codebase) -> list[str]:
    """SQL texts that name a table of another room."""
    rooms = table_rooms(code)
    if not rooms:
        return []
    names = "|".join(sorted(rooms, key=len, reverse=True))
    statement = re.compile(rf'\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+"?({names})\b')
    return [
        f"{module.at(node)} speaks to {table}, a table of {rooms[table]}"
        for module in code
        if module.room not in READERS | WIRING
        for node in strings(module)
        for table in statement.findall(str(node.value))
        if rooms[table] != module.room
    ]


def test_no_room_reaches_past_anothers_service() -> None:
    assert glimpses(CODE) == []


def test_no_room_speaks_to_anothers_tables() -> None:
    assert foreign_sql(CODE) == []


def test_there_are_tables_to_look_at() -> None:
    assert table_rooms(CODE)


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param({"certificates.service": "from voucher_service.vouchers.models import Voucher"}, id="models"),
        pytest.param({"redemptions.service": "from voucher_service.classes.rules import seats_left"}, id="rules"),
        pytest.param({"faces.worker": "from voucher_service.holders import Holder"}, id="the room itself"),
        pytest.param({"holders.service": "from voucher_service.ledger.models import Fact"}, id="ledger"),
    ],
)
def test_a_glimpse_is_found(texts: dict[str, str]) -> None:
    assert glimpses(Codebase.of(texts))


def test_readers_see_tables_and_everyone_sees_services() -> None:
    texts = {
        "reports.service": "from voucher_service.vouchers.models import Voucher",
        "redemptions.service": "from voucher_service.vouchers.errors import NotLive",
        "redemptions.routes": "from voucher_service.web import paging",
        "web.paging": "",
    }
    assert glimpses(Codebase.of(texts)) == []


@pytest.mark.parametrize("table", ['__tablename__ = "voucher"', 'rows = Table("voucher", metadata)'])
@pytest.mark.parametrize(
    "statement", ["UPDATE voucher SET state = 2", "SELECT 1\n  FROM voucher", "INSERT INTO voucher"]
)
def test_sql_for_anothers_table_is_found(table: str, statement: str) -> None:
    texts = {"vouchers.models": table, "redemptions.service": f"STATEMENT = {statement!r}"}
    assert foreign_sql(Codebase.of(texts))


def test_sql_for_a_rooms_own_table_is_left_alone() -> None:
    texts = {
        "vouchers.models": '__tablename__ = "voucher"',
        "vouchers.service": "STATEMENT = 'UPDATE voucher SET a = 1'",
    }
    assert foreign_sql(Codebase.of(texts)) == []
