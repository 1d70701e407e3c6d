"""Giving a table back as a workbook, with the reason of each refused row beside it.

Always xlsx, always typed: opened as csv, Excel would turn every ID number into a number once more, and what begins
with an equals sign would run. The library writes rows to a temporary folder of the service's own as it goes.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlsxwriter.worksheet import Worksheet

    from voucher_service.sheets.cells import Cell

REASONS: Final = "错误原因"
MIMETYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPTIONS: Final = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_TEXT_CHARACTERS_MAX = 32_767


def write_workbook(headings: Sequence[Cell], rows: Iterable[tuple[Sequence[Cell], str]], folder: Path) -> BinaryIO:
    """Write rows and their reasons; return the open file, which is nowhere any more once it is closed."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - forty modules that no start of the service waits for

    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        path = Path(place) / "rows.xlsx"
        workbook = Workbook(path, {**_OPTIONS, "tmpdir": place})
        sheet = workbook.add_worksheet()
        bold = workbook.add_format({"bold": True})
        sheet.set_column(0, len(headings) - 1, 20)
        sheet.set_column(len(headings), len(headings), 60)
        for column, heading in enumerate([*headings, REASONS]):
            _write(sheet, 0, column, heading, bold)
        for number, (row, reason) in enumerate(rows, start=1):
            for column, cell in enumerate([*row, reason]):
                _write(sheet, number, column, cell)
        workbook.close()
        return path.open("rb")


def _write(sheet: Worksheet, row: int, column: int, cell: Cell, *style: object) -> None:
    if isinstance(cell, int | float):
        sheet.write_number(row, column, cell, *style)
    elif cell:
        sheet.write_string(row, column, cell[:_TEXT_CHARACTERS_MAX], *style)
