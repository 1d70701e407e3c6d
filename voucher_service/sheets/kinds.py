"""What a room that takes tables hands in: the fields of a row, who may, how rows are judged, and what accepting means.

This room knows none of those above; they declare their kind to it, as rules are declared to the rule book.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from voucher_service.errors import Refusal
from voucher_service.sheets.cells import Cell
from voucher_service.sheets.columns import Field
from voucher_service.sheets.errors import SheetKindUnknown
from voucher_service.sheets.models import Sheet
from voucher_service.web.access import Caller


class Row(NamedTuple):
    """One row by its number in the file; `cells` has every field of the kind, None where there is nothing."""

    number: int
    cells: Mapping[str, Cell]


class Verdict(NamedTuple):
    """What was found about one row: every reason against it, what no other row may share, and whom it is about.

    `keys` are digests of 32 bytes; `looked_at` is (region_id, holder_id) of a known person whose record was asked.
    """

    refusals: Sequence[Refusal]
    keys: Sequence[bytes] = ()
    looked_at: tuple[int, int] | None = None


class Kind(NamedTuple):
    """`admit` refuses a caller or a subject; `check` only reads; `accept` writes all of it, in the open unit."""

    fields: tuple[Field, ...]
    admit: Callable[[int, Caller, datetime], None]
    check: Callable[[Sheet, Sequence[Row], datetime], Sequence[Verdict]]
    accept: Callable[[Sheet, Iterable[Row], datetime], None]


_kinds: dict[str, Kind] = {}


def declare(name: str, kind: Kind) -> None:
    _kinds[name] = kind


def kind_of(name: str) -> Kind:
    """Refuses with SheetKindUnknown."""
    if (kind := _kinds.get(name)) is None:
        raise SheetKindUnknown(kind=name)
    return kind
