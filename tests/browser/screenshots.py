"""Makes the pictures of docs/screenshots: `python -m tests.browser.screenshots`.

Plays the closed loop and takes a picture of each face at 375 and at 1280 pixels. The pictures have few colours, so that
each stays small.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser import supervision_steps
from tests.browser.conftest import launch
from tests.browser.loop import REVIEWERS, Loop, trial_service
from voucher_service.database import migrate

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
WIDTHS = (375, 1280)
HEIGHT_MAX = 1600
COLOURS = 48
BYTES_MAX = 150_000


def take_picture(page: Page, name: str) -> None:
    """Keep a page at both widths, its first part when it is long."""
    usual = page.viewport_size
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 812 if width == WIDTHS[0] else 900})
        page.wait_for_timeout(200)
        picture = Image.open(io.BytesIO(page.screenshot(full_page=True)))
        cut = picture.crop((0, 0, picture.width, min(picture.height, HEIGHT_MAX)))
        path = FOLDER / f"{name}-{width}.png"
        cut.convert("RGB").quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            path, optimize=True
        )
        if path.stat().st_size >= BYTES_MAX:
            sys.exit(f"{path} has {path.stat().st_size} bytes; fewer colours or less of the page")
    if usual:
        page.set_viewport_size(usual)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright, launch(playwright) as browser:
        url = f"sqlite:///{folder}/voucher.sqlite3"
        migrate(url)
        with trial_service(url, Path(folder) / "data") as (town, address):
            loop = Loop(town, address, browser, take_picture)
            loop.plan_and_submit()
            for login_name in REVIEWERS:
                loop.approve(login_name)
            loop.claim_and_redeem()
            loop.attend_and_close()
            supervision_steps.film_and_ask(loop)
            loop.examine()
            loop.certify()
            loop.see_it_counted()
            loop.see_it_valued()


if __name__ == "__main__":
    main()
