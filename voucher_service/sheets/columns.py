"""Which column stands for which field: guessed from the headings, confirmed by a person."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from voucher_service.sheets.cells import Cell, text_of
from voucher_service.sheets.errors import ColumnImpossible, ColumnMissing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NOT_A_LETTER = re.compile(r"[\W_]+")


class Field(NamedTuple):
    """Something that a row says. `headings` are what people call its column, each in the spelling of `_plain`."""

    name: str
    zh: str
    headings: tuple[str, ...]
    required: bool = True


def guess(fields: Sequence[Field], headings: Sequence[Cell]) -> dict[str, int]:
    """Return the column of each field that a heading names: the exact names first, then those that contain one."""
    plain = [_plain(text_of(heading)) for heading in headings]
    found: dict[str, int] = {}
    for fits in (_is_called, _holds):
        for field in fields:
            taken = set(found.values())
            if field.name not in found:
                at = next((at for at, text in enumerate(plain) if at not in taken and fits(field, text)), None)
                if at is not None:
                    found[field.name] = at
    return found


def require_mapping(fields: Sequence[Field], mapping: Mapping[str, int], columns: int) -> None:
    """Let pass a mapping that can be. Refuses with ColumnImpossible, ColumnMissing."""
    known = {field.name for field in fields}
    places = list(mapping.values())
    if mapping.keys() - known or len(set(places)) < len(places) or not all(0 <= at < columns for at in places):
        raise ColumnImpossible(columns=columns)
    if missing := [field.zh for field in fields if field.required and field.name not in mapping]:
        raise ColumnMissing(fields="、".join(missing))


def _plain(heading: str) -> str:
    return _NOT_A_LETTER.sub("", unicodedata.normalize("NFKC", heading)).lower()


def _is_called(field: Field, heading: str) -> bool:
    return heading in field.headings


def _holds(field: Field, heading: str) -> bool:
    return any(len(name) > 1 and name in heading for name in field.headings)
