"""The rows of a sheet in parts: sealed when they come, opened one part at a time, gone when nobody needs them."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from sqlalchemy import delete, insert, select

from voucher_service.database import db
from voucher_service.holders import service as holders
from voucher_service.sheets.cells import Cell
from voucher_service.sheets.kinds import Row, kind_of
from voucher_service.sheets.models import Sheet, SheetPart

ROWS_A_PART: Final = 1000
_KEY = struct.Struct(">I16s")

Numbered = tuple[int, list[Cell]]


def keep_rows(region_id: int, sheet_id: int, table: Iterator[Numbered]) -> tuple[int, int]:
    """Seal and write a table part by part, in the open unit of work; return its columns and its rows."""
    heading = next(table)
    _keep(region_id, sheet_id, 0, [heading])
    rows = part_no = 0
    while part := list(islice(table, ROWS_A_PART)):
        part_no += 1
        rows += len(part)
        _keep(region_id, sheet_id, part_no, part)
    return len(heading[1]), rows


def headings(sheet: Sheet) -> list[Cell] | None:
    """Return the heading row; None when the rows are gone."""
    found = db.session.get(SheetPart, (sheet.region_id, sheet.sheet_id, 0))
    return _opened(found)[0][1] if found else None


def next_part(sheet: Sheet) -> SheetPart | None:
    """Return the first part that nobody has checked, in the order of the file."""
    waiting = _of(sheet).where(SheetPart.part_no > 0, SheetPart.checked_at.is_(None))
    return db.session.scalars(waiting.order_by(SheetPart.part_no).limit(1)).one_or_none()


def rows_of(sheet: Sheet, part: SheetPart) -> list[Row]:
    """Open one part's rows as the sheet's mapping names them; a field without a column is None."""
    mapping = sheet.mapping or {}
    places = [(field.name, mapping.get(field.name)) for field in kind_of(sheet.kind).fields]
    return [
        Row(number, {name: None if at is None else cells[at] for name, at in places}) for number, cells in _opened(part)
    ]


def each_part(sheet: Sheet) -> Iterator[SheetPart]:
    """Read the parts one after another, so that no more than one is ever held."""
    number = 0
    while part := db.session.get(SheetPart, (sheet.region_id, sheet.sheet_id, number := number + 1)):
        yield part
        db.session.expunge(part)


def all_rows(sheet: Sheet) -> Iterator[Row]:
    for part in each_part(sheet):
        yield from rows_of(sheet, part)


def raw_rows(part: SheetPart) -> list[Numbered]:
    return _opened(part)


def seen_keys(sheet: Sheet) -> dict[bytes, int]:
    """Return the keys of the rows checked so far, each with the number of its row."""
    kept = select(SheetPart.keys).where(
        SheetPart.region_id == sheet.region_id, SheetPart.sheet_id == sheet.sheet_id, SheetPart.keys.is_not(None)
    )
    return {key: number for keys in db.session.scalars(kept) for number, key in _KEY.iter_unpack(keys or b"")}


def packed_keys(keys: Iterable[tuple[int, bytes]]) -> bytes:
    return b"".join(_KEY.pack(number, key[:16]) for number, key in keys)


def faults(sheet: Sheet, after: int, limit: int) -> list[dict[str, Any]]:
    """Return the refused rows whose number is above `after`, each with its reasons, in the order of the file."""
    found: list[dict[str, Any]] = []
    with_faults = select(SheetPart.faults).where(
        SheetPart.region_id == sheet.region_id, SheetPart.sheet_id == sheet.sheet_id, SheetPart.faults.is_not(None)
    )
    for of_part in db.session.scalars(with_faults.order_by(SheetPart.part_no)):
        wanted = sorted((int(row), reasons) for row, reasons in (of_part or {}).items() if int(row) > after)
        found += [{"row": row, "reasons": reasons} for row, reasons in wanted]
        if len(found) > limit:
            break
    return found[:limit]


def forget(sheet: Sheet) -> None:
    """Delete what was in the file, in the open unit of work."""
    of_sheet = (SheetPart.region_id == sheet.region_id, SheetPart.sheet_id == sheet.sheet_id)
    db.session.execute(delete(SheetPart).where(*of_sheet).execution_options(synchronize_session=False))


def _keep(region_id: int, sheet_id: int, part_no: int, rows: Sequence[Numbered]) -> None:
    sealed = holders.seal(_place(part_no), sheet_id, json.dumps(rows, ensure_ascii=False))
    row = {"region_id": region_id, "sheet_id": sheet_id, "part_no": part_no, "part_rows": len(rows), "sealed": sealed}
    db.session.execute(insert(SheetPart).values(row))


def _opened(part: SheetPart) -> list[Numbered]:
    rows: list[Numbered] = json.loads(holders.unseal(_place(part.part_no), part.sheet_id, part.sealed))
    return rows


def _place(part_no: int) -> str:
    return f"{SheetPart.sealed.key}:{part_no}"


def _of(sheet: Sheet) -> Any:
    return select(SheetPart).where(SheetPart.region_id == sheet.region_id, SheetPart.sheet_id == sheet.sheet_id)
