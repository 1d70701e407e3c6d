"""What each stage owes the house: strict bodies and tables, whole refusals, people in one room, the city's clock."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from string import Formatter
from typing import TYPE_CHECKING

import pytest

from tests.architecture.rights import RIGHTS
from tests.architecture.source import Codebase, calls, strings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.architecture.source import Module

CODE = Codebase.read()

PERSONAL = re.compile(
    r"(?:(?:real|full|person|holder|trainee|worker)_name|phone|mobile|id_(?:number|card)|birth\w*|gender|ethnic\w*"
    r"|bank_\w+|home_\w+)(?!_(?:hash|sealed|index|masked)\b)\w*"
)
"""Column names under which a person's data would lie in the clear."""

PEOPLES_ROOM = "holders"
CLOCK_ROOMS = {"clock", "signing", "simulation"}
"""The clock itself, commands that work on files alone, and the play that sets the clock."""

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def lax_blueprints(code: Codebase) -> list[str]:
    """Routes that would read their bodies in the library's way instead of `web.strict_json`'s."""
    return [
        f"{module.at(found.line)} takes {found.target} instead of web.strict_json's Blueprint"
        for module in code
        for found in code.imports(module)
        if found.target.split(".")[0] == "flask_smorest" and module.room not in {"web", "app"}
    ]


def lax_tables(code: Codebase) -> list[str]:
    """Tables that SQLite would let take a value of any type."""
    return [
        f"{module.at(node)}: {node.name} is not STRICT"
        for module in code
        for node in _tables(module)
        if not any(isinstance(part, ast.Name) and part.id == "STRICT" for part in ast.walk(node))
    ]


def tables_without_rights(code: Codebase) -> list[str]:
    return [
        f"{module.at(node)}: say in tests/architecture/rights.py what the service may do to {_table_name(node)}"
        for module in code
        for node in _tables(module)
        if _table_name(node) not in RIGHTS
    ]


def _tables(module: Module) -> Iterator[ast.ClassDef]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef) and "__tablename__" in _assigned(node):
            yield node


def _table_name(node: ast.ClassDef) -> str:
    return _text(_assigned(node)["__tablename__"])


def _assigned(node: ast.ClassDef) -> dict[str, ast.expr]:
    """The class attributes that are assigned, with their values."""
    return {
        target.id: part.value
        for part in node.body
        if isinstance(part, ast.Assign)
        for target in part.targets
        if isinstance(target, ast.Name)
    }


def _text(node: ast.expr | None) -> str:
    try:
        return str(ast.literal_eval(node)) if node is not None else ""
    except ValueError:
        return ""


def half_refusals(code: Codebase) -> list[str]:
    """Refusals without a code, a Chinese and an English sentence, or whose sentences tell different figures."""
    found = []
    for module, node in _refusals(code):
        told = _assigned(node)
        zh, en = _text(told.get("zh")), _text(told.get("en"))
        if not re.fullmatch(r"[a-z][a-z0-9_]*", _text(told.get("code"))):
            found.append(f"{module.at(node)}: {node.name} has no code")
        if not CHINESE.search(zh) or not en or CHINESE.search(en):
            found.append(f"{module.at(node)}: {node.name} lacks a Chinese or an English sentence")
        if not _figures(en) <= _figures(zh) | {"region_id"}:
            found.append(f"{module.at(node)}: {node.name} tells {_figures(en) - _figures(zh)} in English only")
    return found


def codes_used_twice(code: Codebase) -> list[str]:
    places = defaultdict(list)
    for module, node in _refusals(code):
        places[_text(_assigned(node).get("code"))].append(module.at(node))
    return [f"{name} is the code of {', '.join(found)}" for name, found in places.items() if len(found) > 1]


def _refusals(code: Codebase) -> Iterator[tuple[Module, ast.ClassDef]]:
    for module in code:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef) and node.bases:
                told = [_assigned(node).get(name) for name in ("code", "zh", "en")]
                if any(isinstance(value, ast.Constant) for value in told):
                    yield module, node


def _figures(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def people_elsewhere(code: Codebase) -> list[str]:
    """Columns with a person's data in the clear, in a room that is not the people's."""
    return [
        f"{module.at(part)}: {node.name}.{part.target.id} belongs into {PEOPLES_ROOM}"
        for module in code
        if module.room != PEOPLES_ROOM
        for node in _tables(module)
        for part in node.body
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name) and PERSONAL.fullmatch(part.target.id)
    ]


def other_clocks(code: Codebase) -> list[str]:
    """Places that ask the machine for the time, where the application's clock could not be moved or stopped."""
    return [
        f"{module.at(node)} calls {ast.unparse(node.func)}()"
        for module in code
        if module.room not in CLOCK_ROOMS
        for node, _ in calls(module)
        if ast.unparse(node.func)
        in {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
    ]


def rules_with_floats(code: Codebase) -> list[str]:
    """Rules that calculate with binary fractions, which no clause means."""
    return [
        f"{module.at(node)} calculates with a float"
        for module in code
        if module.part == "rules"
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float")
    ]


def loose_patterns(code: Codebase) -> list[str]:
    r"""Patterns with \d, which in Python also means １２３ unless the pattern says re.ASCII."""
    return [
        f"{module.at(node)} has a pattern with \\d: say [0-9]"
        for module in code
        for node in strings(module)
        if re.search(r"\\d[+*?{)\]]", str(node.value)) and "re.ASCII" not in module.text.splitlines()[node.lineno - 1]
    ]


CHECKS = (
    lax_blueprints,
    lax_tables,
    tables_without_rights,
    half_refusals,
    codes_used_twice,
    people_elsewhere,
    other_clocks,
    rules_with_floats,
    loose_patterns,
)


@pytest.mark.parametrize("check", CHECKS)
def test_every_stage_keeps_the_habits_of_the_house(check: Callable[[Codebase], list[str]]) -> None:
    assert check(CODE) == []


def test_there_are_tables_and_refusals_to_look_at() -> None:
    assert len([node for module in CODE for node in _tables(module)]) > 20
    assert len(list(_refusals(CODE))) > 80


def test_no_rights_are_kept_for_a_table_that_is_gone() -> None:
    tables = {_table_name(node) for module in CODE for node in _tables(module)}
    assert RIGHTS.keys() - tables == {"alembic_version"}


@pytest.mark.parametrize(
    ("check", "name", "text"),
    [
        (lax_blueprints, "vouchers.routes", "from flask_smorest import Blueprint"),
        (lax_tables, "vouchers.models", "class Voucher(Model):\n    __tablename__ = 'voucher'"),
        (tables_without_rights, "vouchers.models", "class Coupon(Model):\n    __tablename__ = 'coupon'"),
        (half_refusals, "vouchers.errors", "class Gone(Refusal):\n    code = 'gone'\n    zh = '没有了'"),
        (
            half_refusals,
            "vouchers.errors",
            "class Gone(Refusal):\n    code = 'gone'\n    zh = 'gone'\n    en = 'Gone.'",
        ),
        (half_refusals, "vouchers.errors", "class Gone(Refusal):\n    zh = '没有了'\n    en = 'Gone.'"),
        (
            half_refusals,
            "vouchers.errors",
            "class Gone(Refusal):\n    code = 'gone'\n    zh = '没有了'\n    en = 'All {n} gone.'",
        ),
        (
            codes_used_twice,
            "vouchers.errors",
            "class A(Refusal):\n    code = 'gone'\nclass B(Refusal):\n    code = 'gone'",
        ),
        (
            people_elsewhere,
            "vouchers.models",
            "class Voucher(Model):\n    __tablename__ = 'voucher'\n    holder_name: Mapped[str] = column()",
        ),
        (
            people_elsewhere,
            "classes.models",
            "class Trainee(Model):\n    __tablename__ = 'trainee'\n    phone: Mapped[str] = column()",
        ),
        (other_clocks, "vouchers.service", "now = datetime.now(UTC)"),
        (other_clocks, "vouchers.service", "now = time.time()"),
        (rules_with_floats, "classes.rules", "SHARE = 0.6"),
        (rules_with_floats, "classes.rules", "share = float(part)"),
        (loose_patterns, "vouchers.service", "PATTERN = r'\\d{4}'"),
    ],
)
def test_a_lapse_is_found(check: Callable[[Codebase], list[str]], name: str, text: str) -> None:
    assert check(Codebase.of({name: text}))


@pytest.mark.parametrize("column", ["phone_index", "id_number_sealed", "holder_id", "name", "institution_id"])
def test_a_column_without_a_persons_data_is_left_alone(column: str) -> None:
    text = f"class Voucher(Model):\n    __tablename__ = 'voucher'\n    {column}: Mapped[bytes] = column()"
    assert people_elsewhere(Codebase.of({"vouchers.models": text})) == []
