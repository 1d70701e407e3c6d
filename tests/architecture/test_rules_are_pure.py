"""A stage's rules are pure: time, randomness, settings and the numbers of the rule pack come as arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.architecture.source import PACKAGE, Codebase, Module, calls, part_of, room_of

if TYPE_CHECKING:
    from collections.abc import Iterator

CODE = Codebase.read()

PURE_LIBRARIES = {
    *(
        "__future__",
        "abc",
        "base64",
        "bisect",
        "collections",
        "dataclasses",
        "datetime",
        "decimal",
        "enum",
        "fractions",
    ),
    *("functools", "hashlib", "hmac", "itertools", "math", "operator", "re", "string", "struct", "types", "typing"),
    "unicodedata",
}
PURE_ROOMS = {"errors", "calendar", "rulebook"}
IMPURE_PARTS = {"routes", "schemas", "service", "models"}
IMPURE_CALLS = {"now", "utcnow", "today", "open", "print", "input", "exec", "eval"}


def impure_rules(code: Codebase) -> list[str]:
    return [
        complaint
        for module in _rules_and_what_they_use(code)
        for complaint in [*_impure_imports(code, module), *_impure_calls(module)]
    ]


def _rules_and_what_they_use(code: Codebase) -> Iterator[Module]:
    """The rules, and the modules of their own room that they lean on, which must then be as pure."""
    waiting = [module for module in code if module.part == "rules"]
    seen = set()
    while waiting:
        module = waiting.pop()
        if module.name in seen:
            continue
        seen.add(module.name)
        yield module
        targets = {found.target for found in code.inner_imports(module) if room_of(found.target) == module.room}
        waiting += [code.modules[target] for target in targets if part_of(target) and target in code.modules]


def _impure_imports(code: Codebase, module: Module) -> Iterator[str]:
    for found in code.imports(module):
        if not (found.for_types or _is_pure(found.target, module.room)):
            yield f"{module.at(found.line)} imports {found.target}"


def _is_pure(target: str, room: str) -> bool:
    if target.split(".", maxsplit=1)[0] != PACKAGE:
        return target.split(".", maxsplit=1)[0] in PURE_LIBRARIES
    if room_of(target) == room:
        return part_of(target) not in IMPURE_PARTS
    return room_of(target) in PURE_ROOMS or part_of(target) == "errors"


def _impure_calls(module: Module) -> Iterator[str]:
    for node, name in calls(module):
        if name in IMPURE_CALLS:
            yield f"{module.at(node)} calls {name}()"


def test_rules_are_pure() -> None:
    assert impure_rules(CODE) == []


def test_there_are_rules_to_look_at() -> None:
    assert any(module.part == "rules" for module in CODE)


@pytest.mark.parametrize(
    "line",
    [
        "import sqlalchemy",
        "from flask import current_app",
        "import time",
        "import os.path",
        "import random",
        "from secrets import token_hex",
        "from voucher_service.clock import SystemClock",
        "from voucher_service.vouchers.models import Voucher",
        "from voucher_service.ledger import service",
        "moment = datetime.now(UTC)",
        "day = date.today()",
        "print('refused')",
    ],
)
def test_an_impure_rule_is_found(line: str) -> None:
    assert impure_rules(Codebase.of({"vouchers.rules": line, "ledger.service": ""}))


def test_impurity_behind_a_module_of_the_same_room_is_found() -> None:
    texts = {"holders.rules": "from voucher_service.holders import age", "holders.age": "import time"}
    assert impure_rules(Codebase.of(texts)) == ["voucher_service.holders.age:1 imports time"]


def test_types_of_time_and_refusals_are_left_alone() -> None:
    text = "from datetime import datetime, timedelta\nfrom voucher_service.vouchers.errors import QuotaGone\n"
    assert impure_rules(Codebase.of({"vouchers.rules": text})) == []
