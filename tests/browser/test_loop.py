"""The closed loop in a real browser: institution, industry, bureau, worker, door, class, certificate, dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.loop import REVIEWERS, Loop, trial_service

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser


def test_a_voucher_goes_the_whole_way_through_the_pages(sqlite_url: str, tmp_path: Path, chromium: Browser) -> None:
    with trial_service(sqlite_url, tmp_path / "data") as (town, address):
        loop = Loop(town, address, chromium)
        loop.plan_and_submit()
        for login_name in REVIEWERS:
            loop.approve(login_name)
        loop.claim_and_redeem()
        loop.attend_and_close()
        loop.certify()
        counted = loop.see_it_counted()
        assert "发放：1 / 20,000" in counted
        assert "有效使用：1 / 5,000" in counted
        assert "元" in loop.see_it_valued()
        assert loop.errors == []
