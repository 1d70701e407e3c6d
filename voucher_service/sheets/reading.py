"""Reading a table from a file's bytes, told apart by content and never by name: xlsx, or csv in UTF-8 or GB18030.

Everything is read row by row and nothing is ever written to disk. `rows_max` bounds what a reader has to hold.
"""

from __future__ import annotations

import csv
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING, Final

from python_calamine import CalamineError, CalamineWorkbook

from voucher_service.sheets.archive import COLUMNS_MAX, require_harmless
from voucher_service.sheets.cells import Cell, cell_of, is_blank
from voucher_service.sheets.errors import (
    SheetEmpty,
    SheetEncodingUnknown,
    SheetForeign,
    SheetTooLarge,
    SheetTooManyRows,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

FILE_BYTES_MAX: Final = 8 * 1024 * 1024
_ARCHIVE = b"PK\x03\x04"
_NEVER_TEXT = (
    *(b"PK", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b"),
    *(b"\xff\xfe", b"\xfe\xff"),
)
"""How archives, old workbooks, pictures and UTF-16 begin."""
_BINARY = bytes(set(range(32)) - set(b"\t\n\r"))
_DELIMITERS = ",;\t"


def read_table(content: bytes, rows_max: int) -> Iterator[tuple[int, list[Cell]]]:
    """Yield (row number as the file counts, cells) of the heading row and each row below it that is not blank.

    Refuses, at the latest while it is read, with SheetForeign, SheetTooLarge, SheetTooManyRows, SheetEmpty and
    SheetEncodingUnknown.
    """
    if len(content) > FILE_BYTES_MAX:
        raise SheetTooLarge(what="bytes", most=FILE_BYTES_MAX)
    if not content:
        raise SheetEmpty
    rows = _of_workbook(content, rows_max) if content.startswith(_ARCHIVE) else _of_text(content)
    yield from _below_a_heading(rows, rows_max)


def _below_a_heading(rows: Iterable[Sequence[object]], rows_max: int) -> Iterator[tuple[int, list[Cell]]]:
    width = found = 0
    for number, values in enumerate(rows, start=1):
        row = list(map(cell_of, values))
        if is_blank(row):
            continue
        if not width:
            width = max(at for at, cell in enumerate(row, start=1) if cell is not None)
            if width > COLUMNS_MAX:
                raise SheetTooLarge(what="columns", most=COLUMNS_MAX)
        if (found := found + 1) > rows_max + 1:
            raise SheetTooManyRows(rows_max=rows_max)
        yield number, row if len(row) == width else [*row[:width], *[None] * (width - len(row))]
    if found < 2:  # noqa: PLR2004 - a heading and a row
        raise SheetEmpty


def _of_workbook(content: bytes, rows_max: int) -> Iterator[Sequence[object]]:
    """Yield the rows of the first worksheet; blank ones above it count, so that numbers are those of the file."""
    require_harmless(content, rows_max)
    try:
        with CalamineWorkbook.from_filelike(BytesIO(content)) as workbook:
            yield from workbook.get_sheet_by_index(0).iter_rows()
    except CalamineError as fault:
        raise SheetForeign from fault
    except (SheetTooLarge, SheetTooManyRows, GeneratorExit, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as fault:
        # The reader is another language's: what it did not foresee in a file arrives as a panic, no Exception at all.
        raise SheetForeign from fault


def _of_text(content: bytes) -> Iterator[Sequence[object]]:
    if content.startswith(_NEVER_TEXT) or content.translate(None, _BINARY) != content:
        raise SheetForeign
    encoding = _encoding_of(content)
    text = TextIOWrapper(BytesIO(content), encoding=encoding, newline="")
    heading = text.readline()
    text.seek(0)
    delimiter = max(_DELIMITERS, key=heading.count)
    try:
        yield from csv.reader(text, delimiter=delimiter, strict=True)
    except csv.Error as fault:
        raise SheetForeign from fault


def _encoding_of(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            for _ in TextIOWrapper(BytesIO(content), encoding=encoding, newline=""):
                pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise SheetEncodingUnknown
