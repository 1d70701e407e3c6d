"""Reading tables: what is read alike from every encoding, and what is turned down whatever its name."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any

import pytest

from tests.sheets.tables import comma_separated, rows_in, xlsx, zipped
from voucher_service.sheets.cells import is_damaged_number, yes_or_no
from voucher_service.sheets.columns import Field, guess, require_mapping
from voucher_service.sheets.errors import (
    ColumnImpossible,
    ColumnMissing,
    SheetEmpty,
    SheetEncodingUnknown,
    SheetForeign,
    SheetTooLarge,
    SheetTooManyRows,
)
from voucher_service.sheets.reading import FILE_BYTES_MAX, read_table
from voucher_service.sheets.writing import write_workbook

ROWS = [["姓名", "身份证号"], ["测甲乙", "419902199001010019"], ["阿测·丙丁提", "41990219900101001X"], ["样𠮷乙", "1"]]
BOMB = 70 * 1024 * 1024


def read(content: bytes, rows_max: int = 100) -> list[list[Any]]:
    return [cells for _, cells in read_table(content, rows_max)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_every_encoding_reads_alike(encoding: str) -> None:
    assert read(comma_separated(ROWS, encoding)) == ROWS


def test_gbk_is_read_as_what_contains_it() -> None:
    assert read(comma_separated(ROWS[:2], "gbk")) == ROWS[:2]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_heading_tells_what_separates(delimiter: str) -> None:
    assert read(comma_separated(ROWS, delimiter=delimiter)) == ROWS


def test_a_workbook_reads_like_text_and_numbers_stay_numbers() -> None:
    assert read(xlsx(ROWS)) == ROWS
    numbers = xlsx([["姓名", "身份证号", "手机"], ["测甲乙", 4.11e17, 16400000000]])
    assert read(numbers)[1] == ["测甲乙", 411000000000000000, 16400000000]


def test_rows_are_numbered_as_the_file_counts_and_blank_ones_are_nobody() -> None:
    rows = [ROWS[0], ROWS[1], ["", ""], ROWS[2]]
    assert [number for number, _ in read_table(xlsx(rows), 100)] == [1, 2, 4]
    assert [number for number, _ in read_table(comma_separated(rows), 100)] == [1, 2, 4]
    assert [number for number, _ in read_table(xlsx(rows, skip_rows=3), 100)] == [4, 5, 7]


def test_a_quoted_line_break_is_no_row() -> None:
    assert read('姓名,备注\n测甲乙,"两\n行"\n'.encode())[1] == ["测甲乙", "两\n行"]


@pytest.mark.parametrize(
    "content",
    [
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        b"%PDF-1.7\n",
        b"\x89PNG\r\n\x1a\n",
        b"PK\x03\x04",
        b"PK\x03\x04" + b"x" * 300,
        b"PK\x05\x06" + b"\0" * 18,
        b"\xff\xfe" + "姓名,身份证号\n测甲乙,1\n".encode("utf-16-le"),
        b"a,b\n\x00,1\n",
        b'a,b\n"open,1\n',
        zipped({"content.xml": b"<x/>"}),
        zipped({"xl/workbook.xml": b"<x/>"}),
        zipped({"xl/workbook.xml": b"not xml at all", "xl/worksheets/sheet1.xml": b"<<<"}),
        xlsx(ROWS)[:-200],
    ],
)
def test_what_is_no_table_is_foreign(content: bytes) -> None:
    with pytest.raises(SheetForeign):
        read(content)


def test_every_truncation_and_flip_of_a_workbook_is_read_or_refused() -> None:
    whole = xlsx(ROWS)
    broken = [whole[:at] for at in range(0, len(whole), 97)]
    broken += [whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :] for at in range(0, len(whole), 41)]
    for content in broken:
        try:
            read(content)
        except (SheetForeign, SheetEmpty, SheetTooLarge, SheetTooManyRows, SheetEncodingUnknown):
            continue


def test_text_in_no_known_encoding_is_refused() -> None:
    with pytest.raises(SheetEncodingUnknown):
        read(b"a,b\n\xff\xff,1\n")


@pytest.mark.parametrize("content", [b"", b"\n\n", "姓名,身份证号\n".encode(), xlsx([]), xlsx([["姓名"]])])
def test_a_table_without_rows_is_empty(content: bytes) -> None:
    with pytest.raises(SheetEmpty):
        read(content)


def test_one_row_too_many_is_refused() -> None:
    rows = [["姓名"], *[[f"测{number}"] for number in range(101)]]
    for content in (xlsx(rows), comma_separated(rows)):
        with pytest.raises(SheetTooManyRows):
            read(content)
    assert len(read(xlsx(rows[:-1]))) == 101


def test_a_file_or_a_cell_beyond_the_limit_is_refused() -> None:
    for content in (b"a" * (FILE_BYTES_MAX + 1), b"a,b\n" + b"x" * 1001 + b",1\n", b",".join([b"a"] * 61) + b"\n1\n"):
        with pytest.raises(SheetTooLarge):
            read(content)


def test_a_bomb_is_counted_while_it_unpacks_whatever_it_says() -> None:
    bomb = zipped({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b" " * BOMB})
    assert len(bomb) < 200_000
    with pytest.raises(SheetTooLarge) as refused:
        read(bomb)
    assert refused.value.figures["what"] == "unpacked_bytes"
    lying = bytearray(bomb)
    at = lying.rindex(struct.pack("<I", BOMB))
    lying[at : at + 4] = struct.pack("<I", 100)
    with pytest.raises(SheetTooLarge):
        read(bytes(lying))


def test_two_cells_at_the_ends_of_a_sheet_are_refused() -> None:
    whole = xlsx([["姓名"], ["测甲乙"]])
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    for place, expected in ((b'r="A1048576"', SheetTooManyRows), (b'r="XFD2"', SheetTooLarge)):
        parts["xl/worksheets/sheet1.xml"] = sheet.replace(b'r="A2"', place)
        with pytest.raises(expected):
            read(zipped(parts))


def test_too_many_parts_a_password_and_another_compression_are_refused() -> None:
    with pytest.raises(SheetTooLarge):
        read(zipped({"xl/workbook.xml": b"", **{f"xl/{number}": b"" for number in range(300)}}))
    with pytest.raises(SheetForeign):
        read(zipped({"xl/workbook.xml": b"x" * 100}, zipfile.ZIP_BZIP2))
    protected = bytearray(xlsx(ROWS))
    protected[protected.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(SheetForeign):
        read(bytes(protected))


@pytest.mark.parametrize("cell", [4.11e17, 411202199001010000, "4.11E+17", "4.11202e17", 10**15])
def test_a_number_that_excel_has_had_is_told(cell: Any) -> None:
    assert is_damaged_number(cell)


@pytest.mark.parametrize("cell", ["419902199001010019", 16400000000, None, "E+17", "41990219900101001X"])
def test_what_is_written_as_text_is_left_alone(cell: Any) -> None:
    assert not is_damaged_number(cell)


def test_answers_are_read_as_people_write_them() -> None:
    assert [yes_or_no(cell) for cell in ("是", "愿意", "√", "Y", 1, "否", "×", 0, "也许", None)] == [
        *[True] * 5, *[False] * 3, None, None,
    ]  # fmt: skip


FIELDS = (
    Field("name", "姓名", ("姓名", "name")),
    Field("id_number", "号码", ("身份证号", "身份证")),
    Field("post", "岗位", ("岗位",), required=False),
)


def test_headings_are_guessed_and_the_exact_one_wins() -> None:
    assert guess(FIELDS, ["序号", "学员姓名（必填）", " 身份证 号 ", "原岗位"]) == {
        "name": 1,
        "id_number": 2,
        "post": 3,
    }
    assert guess(FIELDS, ["姓名拼音", "Name", "身份证"]) == {"name": 1, "id_number": 2}
    assert guess(FIELDS, [None, 3, "备注"]) == {}


@pytest.mark.parametrize("mapping", [{"name": 0, "id_number": 0}, {"name": 0, "id_number": 9}, {"x": 0}, {"name": -1}])
def test_a_mapping_that_cannot_be_is_refused(mapping: dict[str, int]) -> None:
    with pytest.raises(ColumnImpossible):
        require_mapping(FIELDS, mapping, 3)


def test_a_required_field_needs_a_column() -> None:
    with pytest.raises(ColumnMissing) as refused:
        require_mapping(FIELDS, {"name": 0}, 3)
    assert refused.value.figures == {"fields": "号码"}


def test_what_looks_like_a_formula_comes_back_as_text(tmp_path: Any) -> None:
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1+1", "http://example.test", '=HYPERLINK("x")']
    with write_workbook(["值"], (([text], "=cmd|' /C calc'!A0") for text in hostile), tmp_path) as written:
        content = written.read()
    assert [row[0] for row in rows_in(content)[1:]] == hostile
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"<hyperlink" not in sheet.lower()
    assert list(tmp_path.iterdir()) == []
