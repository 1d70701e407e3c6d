"""Imports only go down: from floor to floor, and inside a stage from its routes to its errors."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

import pytest

from tests.architecture.floors import FLOORS, GROUND, HEIGHTS
from tests.architecture.source import Codebase, part_of, room_of

if TYPE_CHECKING:
    from collections.abc import Callable

CODE = Codebase.read()

PARTS = {"routes": 4, "schemas": 3, "service": 3, "models": 2, "rules": 1, "errors": 0}


def rooms_without_a_floor(code: Codebase) -> list[str]:
    return [f"{module.name} stands on no floor" for module in code if module.room and module.room not in HEIGHTS]


def upward_imports(code: Codebase) -> list[str]:
    return [
        f"{module.at(found.line)} imports {found.target}, which is not below it"
        for module in code
        for found in code.inner_imports(module)
        if not _may_import(module.room, room_of(found.target))
    ]


def _may_import(room: str, other: str) -> bool:
    if not other or other == room or (room in GROUND and other in GROUND):
        return True
    return HEIGHTS.get(other, len(FLOORS)) < HEIGHTS.get(room, -1)


def upward_imports_in_a_room(code: Codebase) -> list[str]:
    return [
        f"{module.at(found.line)} imports {found.target}, which is not below it in the room"
        for module in code
        for found in code.inner_imports(module)
        if module.room == room_of(found.target)
        and found.target != module.name
        and {module.part, part_of(found.target)} <= PARTS.keys()
        and PARTS[part_of(found.target)] >= PARTS[module.part]
    ]


def cycles(code: Codebase) -> list[str]:
    graph = {
        module.name: {found.target for found in code.inner_imports(module) if not found.for_types} for module in code
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [" imports ".join(reversed(error.args[1]))]
    return []


@pytest.mark.parametrize("check", [rooms_without_a_floor, upward_imports, upward_imports_in_a_room, cycles])
def test_the_house_stands(check: Callable[[Codebase], list[str]]) -> None:
    assert check(CODE) == []


def test_there_is_a_house_to_look_at() -> None:
    assert {"voucher_service.errors", "voucher_service.database.unit_of_work"} <= CODE.modules.keys()


def test_a_room_nobody_planned_is_found() -> None:
    assert rooms_without_a_floor(Codebase.of({"attic.rules": ""}))


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param({"ledger.service": "from voucher_service.vouchers.service import spend"}, id="up"),
        pytest.param({"classes.service": "from voucher_service.vouchers.service import spend"}, id="sideways"),
        pytest.param({"errors": "import voucher_service.app"}, id="plain import"),
        pytest.param({"web.paging": "def f():\n    import voucher_service.ledger"}, id="hidden in a verb"),
        pytest.param({"holders.service": "from ..reports import service", "reports.service": ""}, id="relative"),
        pytest.param(
            {"web.access": "if TYPE_CHECKING:\n    from voucher_service.accounts.models import Account"}, id="for types"
        ),
    ],
)
def test_an_import_upwards_is_found(texts: dict[str, str]) -> None:
    assert upward_imports(Codebase.of(texts))


@pytest.mark.parametrize(
    ("part", "other"),
    [("service", "routes"), ("service", "schemas"), ("schemas", "service"), ("models", "service"), ("errors", "rules")],
)
def test_an_import_upwards_in_a_room_is_found(part: str, other: str) -> None:
    texts = {f"vouchers.{part}": f"from voucher_service.vouchers import {other}", f"vouchers.{other}": ""}
    assert upward_imports_in_a_room(Codebase.of(texts))


def test_a_cycle_is_found_even_through_an_import_inside_a_function() -> None:
    there = "from voucher_service.signing import verification"
    back = "def f():\n    from voucher_service.signing import suites"
    assert cycles(Codebase.of({"signing.suites": there, "signing.verification": back}))


def test_imports_that_go_down_are_left_alone() -> None:
    texts = {
        "redemptions.routes": "from voucher_service.redemptions import schemas, service",
        "redemptions.schemas": "from voucher_service.redemptions import errors",
        "redemptions.service": "from voucher_service.vouchers.service import spend",
        "redemptions.errors": "from voucher_service.errors import Refusal",
        "vouchers.service": "",
        "errors": "",
    }
    code = Codebase.of(texts)
    assert [*upward_imports(code), *upward_imports_in_a_room(code), *cycles(code)] == []
