"""Looking into an xlsx archive before it is opened: what it unpacks to, and how far its cells reach.

A file of a few kilobytes can unpack to gigabytes, and two cells at the ends of a sheet span billions. So every part is
unpacked here once, piece by piece and counted, whatever the archive says about itself.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from io import BytesIO
from typing import TYPE_CHECKING, Final

from voucher_service.sheets.errors import SheetForeign, SheetTooLarge, SheetTooManyRows

if TYPE_CHECKING:
    from collections.abc import Iterator

UNPACKED_BYTES_MAX: Final = 64 * 1024 * 1024
PARTS_MAX: Final = 200
COLUMNS_MAX: Final = 60
_WORKBOOK = "xl/workbook.xml"
_PIECE = 64 * 1024
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_ENCRYPTED = 0x1
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,9})([0-9]{1,12})["']""")
_PLACE_BYTES_MAX = 40


def require_harmless(content: bytes, rows_max: int) -> None:
    """Let pass an xlsx archive of ordinary size. Refuses with SheetForeign, SheetTooLarge, SheetTooManyRows."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error) as fault:
        raise SheetForeign from fault
    if len(parts) > PARTS_MAX:
        raise SheetTooLarge(what="parts", most=PARTS_MAX)
    names = [part.filename for part in parts]
    if _WORKBOOK not in names or len(set(names)) < len(names):
        raise SheetForeign
    left = UNPACKED_BYTES_MAX
    for part in parts:
        reach = _Reach(rows_max) if part.filename.startswith("xl/worksheets/") else None
        for piece in _unpacked(content, part):
            left -= len(piece)
            if left < 0:
                raise SheetTooLarge(what="unpacked_bytes", most=UNPACKED_BYTES_MAX)
            if reach:
                reach.follow(piece)


class _Reach:
    """The farthest row and column that the pieces of a worksheet name."""

    def __init__(self, rows_max: int) -> None:
        self._rows_max = rows_max
        self._rest = b""

    def follow(self, piece: bytes) -> None:
        if places := _PLACE.findall(self._rest + piece):
            columns, rows = map(set, zip(*places, strict=True))
            if max(map(int, rows)) > self._rows_max + 1:
                raise SheetTooManyRows(rows_max=self._rows_max)
            if max(map(_column_number, columns)) > COLUMNS_MAX:
                raise SheetTooLarge(what="columns", most=COLUMNS_MAX)
        self._rest = piece[-_PLACE_BYTES_MAX:]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _unpacked(content: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part's bytes piece by piece until its packed bytes end, not until the size that it claims."""
    packed = _packed(content, part)
    if part.compress_type == zipfile.ZIP_STORED:
        yield from (packed[at : at + _PIECE] for at in range(0, len(packed), _PIECE))
        return
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        waiting = packed
        while waiting and not unpacker.eof:
            yield unpacker.decompress(waiting, _PIECE)
            waiting = unpacker.unconsumed_tail
    except zlib.error as fault:
        raise SheetForeign from fault


def _packed(content: bytes, part: zipfile.ZipInfo) -> bytes:
    known = part.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    header = content[part.header_offset : part.header_offset + _LOCAL_HEADER.size]
    if not known or part.flag_bits & _ENCRYPTED or len(header) < _LOCAL_HEADER.size:
        raise SheetForeign
    magic, name_bytes, extra_bytes = _LOCAL_HEADER.unpack(header)
    start = part.header_offset + _LOCAL_HEADER.size + name_bytes + extra_bytes
    packed = content[start : start + part.compress_size]
    if magic != b"PK\x03\x04" or len(packed) < part.compress_size:
        raise SheetForeign
    return packed
