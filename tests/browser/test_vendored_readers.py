"""The vendored QR readers read a voucher code under the strict policy, asking no other host for anything."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

import pytest
import segno

if TYPE_CHECKING:
    from playwright.sync_api import Page

DIGITS = {"rotating": "1" * 253, "printed": "0" * 3 + "2" * 209, "list": "0" + "3" * 62}


@pytest.mark.parametrize("kind", DIGITS)
@pytest.mark.parametrize("reader", ["readWithWasm", "readWithoutWasm"])
def test_a_vendored_reader_returns_the_digits(page: Page, script_site: str, reader: str, kind: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{script_site}/reader.html")
    page.wait_for_function("() => globalThis.ready")
    picture = io.BytesIO()
    segno.make(DIGITS[kind], error="m", micro=False).save(picture, kind="png", scale=6, border=4)
    encoded = base64.b64encode(picture.getvalue()).decode("ascii")
    assert page.evaluate(f"picture => {reader}(picture)", encoded) == [DIGITS[kind]]
    assert all(url.startswith(script_site) for url in asked)
    assert any(url.endswith("zxing_reader.wasm") for url in asked) == (reader == "readWithWasm")
