"""What is wrong with a page as people see it: it overflows a phone or a desk, or axe finds something."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

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
