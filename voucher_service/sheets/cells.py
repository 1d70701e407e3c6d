"""What a cell says: as text for whoever reads it, and what Excel does to long numbers.

A cell travels as JSON: text as a string, a number as a number, so that a number can be told from digits. Excel keeps
fifteen digits of a number and fills the rest with noughts; an ID number of eighteen is lost once it is one.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Final

from voucher_service.sheets.errors import SheetTooLarge

if TYPE_CHECKING:
    from collections.abc import Sequence

Cell = str | int | float | None
CHARACTERS_MAX: Final = 1000
EXACT_DIGITS: Final = 15
"""The digits of a number that Excel keeps."""

_SCIENTIFIC = re.compile(r"[0-9](?:[.][0-9]+)?E[+]?[0-9]{1,3}", re.IGNORECASE)
_DAY = re.compile(r"([0-9]{4})[-/.年]?([0-9]{1,2})[-/.月]?([0-9]{1,2})日?")
_ANSWERS: Final = {
    **dict.fromkeys(("是", "有", "愿意", "同意", "能", "√", "✓", "y", "yes", "true", "1"), True),
    **dict.fromkeys(("否", "无", "没有", "不愿意", "不同意", "不能", "×", "✗", "n", "no", "false", "0"), False),
}


def cell_of(value: object) -> Cell:
    """Bring what a reader found into what is kept. Refuses with SheetTooLarge."""
    if not isinstance(value, str):
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        if isinstance(value, float):
            return int(value) if value.is_integer() else value
        return _written(value)
    if len(value) > CHARACTERS_MAX:
        raise SheetTooLarge(what="cell_characters", most=CHARACTERS_MAX)
    return value.strip() or None


def _written(value: object) -> str:
    match value:
        case bool():
            return "是" if value else "否"
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
    return str(value)


def text_of(cell: Cell) -> str:
    """Write a cell as a person reads it; an empty one as nothing."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    return format(cell, ".15g") if isinstance(cell, float) else str(cell)


def is_damaged_number(cell: Cell) -> bool:
    """Whether a long number went through Excel as a number: as such, as 4.11E+17, or with its last digits lost."""
    if isinstance(cell, int | float):
        return abs(cell) >= 10**EXACT_DIGITS
    return isinstance(cell, str) and _SCIENTIFIC.fullmatch(cell) is not None


def yes_or_no(cell: Cell) -> bool | None:
    """Read an answer as people write it; None when it is neither."""
    return _ANSWERS.get(text_of(cell).strip().lower())


def day_of(cell: Cell) -> date | None:
    """Read a day as people write it, 2026-06-01, 2026/6/1, 2026年6月1日 or 20260601; None for anything else."""
    found = _DAY.fullmatch(text_of(cell))
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def is_blank(row: Sequence[Cell]) -> bool:
    return list(row).count(None) == len(row)
