"""A reader other than ours reads the pictures back."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET

import pytest
import zxingcpp
from PIL import Image

from tests.golden.drawing import START, digits_of, make_header, open_session, static_code
from voucher_service.signing import picture
from voucher_service.signing.voucher_code import CodeType

ROTATING = open_session(make_header()).code_at(START)
PRINTED = digits_of(static_code(make_header(CodeType.STATIC)))
SVG = "{http://www.w3.org/2000/svg}"


def read(image: Image.Image) -> zxingcpp.Barcode:
    (found,) = zxingcpp.read_barcodes(image)
    return found


@pytest.mark.parametrize("level", ["M", "Q"])
@pytest.mark.parametrize("digits", [ROTATING, PRINTED, "0" * 63], ids=["rotating", "printed", "list, zeros"])
def test_a_png_is_read_back(digits: str, level: picture.Level) -> None:
    with Image.open(io.BytesIO(picture.png(digits, level))) as image:
        found = read(image)
    assert found.text == digits
    assert found.ec_level == level


def test_a_rotating_code_is_41_modules_a_side() -> None:
    rows = picture.modules(ROTATING)
    quiet = 4
    assert {len(row) for row in rows} == {len(rows)} == {41 + 2 * quiet}
    assert not any(any(row) for row in rows[:quiet] + rows[-quiet:])


def test_an_svg_draws_the_same_modules() -> None:
    drawn = ET.fromstring(picture.svg(ROTATING, title="x"))  # noqa: S314 - our own text
    path = drawn.findall(f"{SVG}path")[1].attrib["d"]
    rows = picture.modules(ROTATING)
    found = [[False] * len(rows) for _ in rows]
    for run in path.removeprefix("M").split("M"):
        x, y = map(int, run.split("h")[0].split())
        length = int(run.split("h")[1].split("v")[0])
        found[y][x : x + length] = [True] * length
    assert found == rows
    assert drawn.attrib["viewBox"] == "0 0 49 49"


def test_a_title_is_text_and_not_markup() -> None:
    drawn = ET.fromstring(picture.svg(ROTATING, title="</title><script>"))  # noqa: S314 - our own text
    title = drawn.find(f"{SVG}title")
    assert title is not None
    assert title.text == "</title><script>"


def test_only_digits_are_drawn() -> None:
    with pytest.raises(ValueError, match="can not be represented"):
        picture.png("12a4")
