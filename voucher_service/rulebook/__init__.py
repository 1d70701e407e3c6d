"""The rules of the city's plan in words, and which function decides each.

What a rule demands stands in `plan-2023.json`, once, in two languages, with its clause and the keys of the rule pack
that it counts with. The function that decides is declared where it is defined, with `@decides("R17b")`: so this room
knows no other, and every other can say what it enforces. Where no function decides, the book says which persons do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, TypeVar

Decider = TypeVar("Decider", bound=Callable[..., object])

KINDS: Final = ("refuse", "warn", "report", "data")
"""What a rule does: turn down, warn and ask for a written reason, count, or have something kept."""

_deciders: dict[str, list[str]] = {}


@dataclass(frozen=True, slots=True)
class Demand:
    """One rule. `clause` is None where the plan is silent and the city chose; `stage` is where it is enforced."""

    rule_id: str
    clause: str | None
    kinds: tuple[str, ...]
    stage: str
    numbers: tuple[str, ...]
    zh: str
    en: str
    who_zh: str | None = None
    who_en: str | None = None
    """Which persons decide, and what keeps them to it, where no function does; None where one does."""

    @property
    def decided_by(self) -> tuple[str, ...]:
        """The functions that decide, as `room.module.function`; none where persons do."""
        return tuple(_deciders.get(self.rule_id, ()))


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a rule pack in words."""

    key: str
    unit: str
    zh: str
    en: str


def decides(*rule_ids: str) -> Callable[[Decider], Decider]:
    """Declare that the decorated function decides these rules; the function itself stays as it is."""

    def declare(function: Decider) -> Decider:
        name = f"{function.__module__}.{function.__qualname__}".removeprefix("voucher_service.")
        for rule_id in rule_ids:
            known = _deciders.setdefault(rule_id, [])
            if name not in known:
                known.append(name)
        return function

    return declare


def declared() -> Mapping[str, tuple[str, ...]]:
    """Every declaration so far, by rule; a declaration happens when its room is imported."""
    return {rule_id: tuple(names) for rule_id, names in _deciders.items()}


@cache
def demands() -> Mapping[str, Demand]:
    """Every rule by its id, in the plan's order."""
    return {
        row["rule"]: Demand(
            rule_id=row["rule"],
            clause=row["clause"],
            kinds=tuple(row["kinds"]),
            stage=row["stage"],
            numbers=tuple(row["numbers"]),
            zh=row["zh"],
            en=row["en"],
            who_zh=row.get("who_zh"),
            who_en=row.get("who_en"),
        )
        for row in _read()["rules"]
    }


@cache
def numbers() -> Mapping[str, Number]:
    """Every number that a rule pack must have, by its key."""
    return {row["key"]: Number(**row) for row in _read()["numbers"]}


@cache
def _read() -> dict[str, list[dict[str, str]]]:
    text = (files("voucher_service.rulebook") / "plan-2023.json").read_text(encoding="utf-8")
    read: dict[str, list[dict[str, str]]] = json.loads(text)
    return read
