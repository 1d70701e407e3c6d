"""Reading the demonstration's data files; `data/README.md` says where each comes from and what is invented."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

from voucher_service.demo.quota_split import split
from voucher_service.reports import plan

_DATA = files("voucher_service.demo") / "data"
_PLAN = ("counties-2023", "units-2023", "programmes-2023")
"""The plan's own tables, which the reports carry."""


@dataclass(frozen=True)
class RulePack:
    """The numbers that rules count with, in force from a day on until the next pack's day."""

    pack: str
    in_force_from: date
    numbers: tuple[RuleNumber, ...]

    @property
    def values(self) -> dict[str, int]:
        """The numbers by key, for example `trainees_max`: 80."""
        return {number.key: number.value for number in self.numbers}


@dataclass(frozen=True)
class RuleNumber:
    """One number: its rule and the plan's clause, both None where the plan is silent and the city chose."""

    key: str
    rule: str | None
    clause: str | None
    unit: str
    value: int
    zh: str
    en: str


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a table such as `counties-2023`, keyed by its headings; an empty field is an empty string."""
    if name in _PLAN:
        return plan.rows(name)
    return list(csv.DictReader((_DATA / f"{name}.csv").read_text(encoding="utf-8").splitlines()))


def rule_pack(name: str = "rule-pack-2023") -> RulePack:
    read: dict[str, Any] = json.loads((_DATA / f"{name}.json").read_text(encoding="utf-8"))
    numbers = tuple(RuleNumber(**number) for number in read["numbers"])
    return RulePack(read["pack"], date.fromisoformat(read["in_force_from"]), numbers)


def subsidised_trainings() -> dict[int, int]:
    """Annex 1's column of subsidised trainings by region id, 0 where the plan has no figure."""
    return {int(row["code"]): int(row["subsidised"] or 0) for row in rows("counties-2023")}


def region_quotas(total: int) -> dict[int, int]:
    """The share of each of the nine regions in `total` vouchers; the service's own split, for the plan gives none."""
    return split(total, subsidised_trainings())
