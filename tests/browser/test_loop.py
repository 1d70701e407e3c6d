"""The closed loop in a real browser: institution, industry, bureau, worker, door, class, certificate, dashboard.

On the way every page is looked at: nothing overflows a phone or a desk, and axe finds nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.loop import Loop, trial_service
from tests.browser.seeing import faults_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


def test_a_voucher_goes_the_whole_way_through_the_pages(sqlite_url: str, tmp_path: Path, chromium: Browser) -> None:
    faults: list[str] = []
    seen: list[str] = []

    def look(page: Page, name: str) -> None:
        if name not in seen:
            seen.append(name)
            faults.extend(faults_of(page, name))

    with trial_service(sqlite_url, tmp_path / "data") as (town, address):
        loop = Loop(town, address, chromium, look)
        counted, valued = loop.go_round()
        assert "发放：1 / 20,000" in counted
        assert "有效使用：1 / 5,000" in counted
        assert "元" in valued
        assert loop.errors == []
    assert len(seen) > 10
    assert faults == []
