"""Makes the pictures of docs/screenshots and docs/pages.md: `python -m tests.browser.screenshots`.

Plays the closed loop and takes a picture of each face as it goes, then walks through every page as each role, all at
375 and at 1280 pixels. The pictures have few colours, so that each stays small.
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.conftest import launch
from tests.browser.loop import Loop, trial_service
from tests.browser.seeing import DESK, PHONE, Window
from tests.browser.site import serving
from tests.faces.walking import lived
from tests.journey.city import close_town, open_town
from voucher_service.database import migrate

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.faces.browsing import Visitor
    from tests.faces.walking import Page as Found

DOCS = Path(__file__).resolve().parents[2] / "docs"
FOLDER = DOCS / "screenshots"
HEIGHT_MAX = 1600
COLOURS = 48
BYTES_MAX = 150_000
BOOK = "pages"
HEAD = """# Every page

A picture of each page at 375 and at 1280 pixels, as the first role sees it that a walk through the service reaches it
with. `python -m tests.browser.screenshots` walks, takes the pictures and writes this list anew; a test finds a page
that is missing here.
"""


def take_picture(page: Page, name: str) -> None:
    """Keep a page at both widths, its first part when it is long; what sticks to the window's edge is at the end."""
    usual = page.viewport_size
    for size in (PHONE, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        height = min(max(page.evaluate("document.documentElement.scrollHeight"), size["height"]), HEIGHT_MAX)
        page.set_viewport_size({"width": size["width"], "height": height})
        page.wait_for_timeout(200)
        picture = Image.open(io.BytesIO(page.screenshot()))
        path = FOLDER / f"{name}-{size['width']}.webp"
        few = picture.convert("RGB").quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.convert("RGB").save(path, lossless=True, method=6)
        if path.stat().st_size >= BYTES_MAX:
            sys.exit(f"{path} has {path.stat().st_size} bytes; fewer colours or less of the page")
    if usual:
        page.set_viewport_size(usual)


class Book(Window):
    """A picture of each view, as the first role sees it that reaches it."""

    def __init__(self, browser: Browser, address: str) -> None:
        super().__init__(browser, address)
        self.titles: dict[str, str] = {}

    def look(self, visitor: Visitor, page: Found) -> None:
        if page.endpoint in self.titles or page.status != HTTPStatus.OK:
            return
        self.become(visitor)
        self.titles[page.endpoint] = self.open(page.path).title()
        take_picture(self.tab, f"{BOOK}/{page.endpoint}")

    def contents(self, addresses: dict[str, str]) -> str:
        """Return the text of docs/pages.md; `addresses` are the views' own, by endpoint."""
        rows = [
            f"| `{_readable(addresses[endpoint])}` | {title} | {_pictures(endpoint)} |"
            for endpoint, title in self.titles.items()
        ]
        return "\n".join([HEAD, "| address | page | pictures |", "|---|---|---|", *sorted(rows), ""])


def _readable(address: str) -> str:
    """Leave out what a part of an address is made of: `<string(length=16):voucher>` is `<voucher>`."""
    return re.sub(r"<[^:>]+:", "<", address)


def _pictures(endpoint: str) -> str:
    widths = [size["width"] for size in (PHONE, DESK)]
    return " · ".join(f"[{width}](screenshots/{BOOK}/{endpoint}-{width}.webp)" for width in widths)


def every_page(browser: Browser, folder: Path) -> None:
    town = open_town(fresh_database(folder), folder / "data", classes_each=2)
    with serving(town.app) as address:
        book = Book(browser, address)
        lived(town, book.look)
        book.context.close()
    addresses = {rule.endpoint: rule.rule for rule in town.app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    close_town(town)
    (DOCS / "pages.md").write_text(book.contents(addresses), encoding="utf-8")


def fresh_database(folder: Path) -> str:
    folder.mkdir()
    url = f"sqlite:///{folder}/voucher.sqlite3"
    migrate(url)
    return url


def closed_loop(browser: Browser, folder: Path) -> None:
    with trial_service(fresh_database(folder), folder / "data") as (town, address):
        Loop(town, address, browser, take_picture).go_round()


def main() -> None:
    (FOLDER / BOOK).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright, launch(playwright) as browser:
        closed_loop(browser, Path(folder, "loop"))
        every_page(browser, Path(folder, "walk"))


if __name__ == "__main__":
    main()
