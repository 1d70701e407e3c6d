"""Axe finds nothing on any page of the service, on a phone and on a desk; nor in large type and English where they are.

Nothing leaves the screen of a phone, even in large type at double zoom.

The pages are those of `tests/faces/walking.py`, which finds them by itself: each view is looked at once, by the first
role that reaches it, while its town is alive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.seeing import AXE, DESK, OVERFLOW, PHONE, RUN_AXE, Window
from tests.browser.site import serving
from tests.faces.walking import HOLDER, HOLDERS, Walk, lived
from tests.journey.city import Town, close_town, open_town
from voucher_service.web.access import PUBLIC

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.faces.browsing import Visitor
    from tests.faces.walking import Page

TWO_LANGUAGES = {PUBLIC, *HOLDERS}
"""Whose pages come in English and in large type, besides the scanner's."""
ZOOMED = {"width": PHONE["width"] // 2, "height": PHONE["height"] // 2}


class Eyes(Window):
    """Looks at what a walk finds, each view once."""

    def __init__(self, browser: Browser, address: str) -> None:
        super().__init__(browser, address)
        self.looked: set[str] = set()
        self.faults: list[str] = []

    def look(self, visitor: Visitor, page: Page) -> None:
        # A voucher that is used shows another page than one that can be used.
        kind = f"{page.endpoint} {page.role if page.endpoint.startswith('worker.') else ''}"
        if kind in self.looked:
            return
        self.looked.add(kind)
        self.become(visitor)
        self._examine(page, "")
        if page.role in TWO_LANGUAGES or page.path.startswith("/scan"):
            self.set_cookie("language", "en")
            self.set_cookie("size", "large")
            self._examine(page, " in English, large")
        self.set_cookie("size", "large")
        self.set_cookie("language", "zh-CN")
        self._zoom(page)

    def _zoom(self, page: Page) -> None:
        self.open(page.path)
        self.tab.set_viewport_size(ZOOMED)  # type: ignore[arg-type]
        if (pixels := self.tab.evaluate(OVERFLOW)) > 0:
            self.faults.append(f"{page.role} {page.path}, large at double zoom, overflows by {pixels} pixels")

    def _examine(self, page: Page, how: str) -> None:
        self.open(page.path).evaluate(AXE)
        for size in (PHONE, DESK):
            self.tab.set_viewport_size(size)  # type: ignore[arg-type]
            at = f"{page.role} {page.path}{how} at {size['width']}"
            if self.tab.evaluate(OVERFLOW) > 0:
                self.faults.append(f"{at} overflows")
            self.faults += [f"{at}: {violation}" for violation in self.tab.evaluate(RUN_AXE)]


def test_axe_finds_nothing_on_any_page(sqlite_url: str, tmp_path: Path, chromium: Browser) -> None:
    town: Town = open_town(sqlite_url, tmp_path / "data", classes_each=2)
    with serving(town.app) as address:
        eyes = Eyes(chromium, address)
        walk: Walk = lived(town, eyes.look)
        eyes.context.close()
    close_town(town)
    assert walk.left_out() == []
    assert len(eyes.looked) > 40
    assert any(kind.endswith(HOLDER) for kind in eyes.looked)
    assert eyes.faults == []
