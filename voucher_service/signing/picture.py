"""The picture of a code: a QR symbol in numeric mode, as SVG for pages and as PNG for everything else.

At level M the 253 digits of a rotating code fill version 6 (41 modules a side), which a cheap phone still reads; level
Q is for paper, which gets dirty. Both are written here by hand: neither needs an image library. A link is drawn as
bytes, for a phone's own camera.
"""

from __future__ import annotations

import struct
import zlib
from html import escape
from typing import Final, Literal

from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.main import QRCode
from qrcode.util import QRData

Level = Literal["M", "Q"]

_CORRECTIONS: Final = {"M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q}
_NUMERIC: Final = 1  # the mode indicators of ISO/IEC 18004
_BYTES: Final = 4
_QUIET_MODULES: Final = 4
_PNG_PIXELS_A_MODULE: Final = 8


def modules(digits: str, level: Level = "M") -> list[list[bool]]:
    """Return the rows of the symbol with its quiet zone, dark modules True; the smallest version that fits.

    ValueError when `digits` are none.
    """
    symbol = QRCode(error_correction=_CORRECTIONS[level], border=_QUIET_MODULES)
    symbol.add_data(QRData(digits.encode("ascii"), mode=_NUMERIC), optimize=0)
    return [[bool(module) for module in row] for row in symbol.get_matrix()]


def link_svg(address: str, title: str = "") -> str:
    """Return an <svg> element as `svg` does, of an ASCII address for a phone's own camera."""
    symbol = QRCode(error_correction=ERROR_CORRECT_M, border=_QUIET_MODULES)
    symbol.add_data(QRData(address.encode("ascii"), mode=_BYTES), optimize=0)
    return _svg([[bool(module) for module in row] for row in symbol.get_matrix()], title)


def svg(digits: str, level: Level = "M", title: str = "") -> str:
    """Return an <svg> element, one unit a module; `title` is what a screen reader says."""
    return _svg(modules(digits, level), title)


def _svg(rows: list[list[bool]], title: str) -> str:
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for y, row in enumerate(rows) for x, length in _dark_runs(row))
    side = len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img" shape-rendering="crispEdges">'
        f'<title>{escape(title)}</title><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{path}"/></svg>'
    )


def png(digits: str, level: Level = "M") -> bytes:
    """Return a PNG of one bit a pixel."""
    rows = modules(digits, level)
    side = len(rows) * _PNG_PIXELS_A_MODULE
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)  # one bit of grey, no interlace
    lines = b"".join(_png_line(row) * _PNG_PIXELS_A_MODULE for row in rows)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(kind, content) for kind, content in chunks)


def _dark_runs(row: list[bool]) -> list[tuple[int, int]]:
    """Return the start and length of each run of dark modules."""
    runs: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if dark and runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((x, 1))
    return runs


def _png_line(row: list[bool]) -> bytes:
    """Return one line of pixels, a byte a module, after the byte that says it is not filtered."""
    return b"\x00" + bytes(0x00 if dark else 0xFF for dark in row)


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
