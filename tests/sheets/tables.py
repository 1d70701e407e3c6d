"""Tables as people upload them: made with the libraries that make them, or by hand where no library would."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import TYPE_CHECKING, Any

import xlsxwriter
from python_calamine import CalamineWorkbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def xlsx(rows: Iterable[Sequence[Any]], skip_rows: int = 0) -> bytes:
    """A workbook with one sheet; numbers stay numbers."""
    held = io.BytesIO()
    workbook = xlsxwriter.Workbook(held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = workbook.add_worksheet("学员")
    for number, row in enumerate(rows, start=skip_rows):
        sheet.write_row(number, 0, row)
    workbook.close()
    return held.getvalue()


def comma_separated(rows: Iterable[Sequence[Any]], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def zipped(parts: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return held.getvalue()


def rows_in(workbook: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(0).to_python()
