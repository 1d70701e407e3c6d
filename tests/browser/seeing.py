"""Seeing a page as people do: in a walker's own log-in, on a phone and on a desk, and what is wrong with it there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from voucher_service.web.access import COOKIE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.faces.browsing import Visitor

AXE = (Path(__file__).parent / "vendor/axe-core-4.14.1/axe.min.js").read_text(encoding="utf-8")
RUN_AXE = "async () => (await axe.run()).violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`)"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PHONE = {"width": 375, "height": 812}
DESK = {"width": 1280, "height": 900}


def faults_of(page: Page, name: str) -> list[str]:
    """What is wrong with a page at the width of a phone and of a desk; `name` says which page it was."""
    found, usual = [], page.viewport_size
    for size in (PHONE, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        if page.evaluate(OVERFLOW) > 0:
            found.append(f"{name} overflows {size['width']} pixels")
        page.evaluate(AXE)
        found += [f"{name} at {size['width']}: {violation}" for violation in page.evaluate(RUN_AXE)]
    if usual:
        page.set_viewport_size(usual)
    return found


class Window:
    """A tab that opens what a walk of `tests/faces/walking.py` finds, with the walker's own log-in."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.context = browser.new_context(locale="zh-CN")
        self.tab: Page = self.context.new_page()
        self.address = address

    def become(self, visitor: Visitor) -> None:
        """Take over the walker's session and nothing else."""
        self.context.clear_cookies()
        if session := visitor.http.get_cookie(COOKIE):
            self.set_cookie(COOKIE, session.value)

    def set_cookie(self, name: str, value: str) -> None:
        self.context.add_cookies([{"name": name, "value": value, "url": self.address}])

    def open(self, path: str) -> Page:
        self.tab.set_viewport_size(PHONE)  # type: ignore[arg-type]
        self.tab.goto(self.address + path)
        return self.tab
