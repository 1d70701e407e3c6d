"""What a phone with an empty cache loads for the two pages that matter most: everything counted, as it came by the net.

The test's server compresses nothing; the voucher's page is weighed as `deploy/nginx.conf` sends it, which compresses
what lies under /static/ with the lowest level of gzip.
"""

from __future__ import annotations

import gzip
import sys
from typing import TYPE_CHECKING, Any

from tests.browser.conftest import STATIC
from tests.browser.test_journey import PHONE, log_in
from tests.browser.worker_steps import answer_questionnaire

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.journey.city import Town

BYTES_MAX = 60 * 1024
COMPRESSED_MAX = 40 * 1024


class Scale:
    """Weighs what a page loads: headers and bodies, of every answer."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.loaded: dict[str, int] = {}
        self._addresses: dict[str, str] = {}
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
        wire.on("Network.responseReceived", self._answered)
        wire.on("Network.loadingFinished", self._finished)

    def _answered(self, event: Any) -> None:
        self._addresses[event["requestId"]] = event["response"]["url"]

    def _finished(self, event: Any) -> None:
        if address := self._addresses.get(event["requestId"]):
            self.loaded[address] = self.loaded.get(address, 0) + int(event["encodedDataLength"])

    def weigh(self, address: str) -> dict[str, int]:
        self.loaded.clear()
        self.page.goto(address)
        self.page.wait_for_load_state("networkidle")
        return {place: size for place, size in self.loaded.items() if place.startswith("http")}


def compressed(loaded: dict[str, int]) -> int:
    """What the same answers weigh behind nginx."""
    saved = 0
    for place in loaded:
        if "/static/" in place:
            body = (STATIC / place.partition("/static/")[2]).read_bytes()
            saved += max(0, len(body) - len(gzip.compress(body, 1)))
    return sum(loaded.values()) - saved


def test_the_first_page_and_the_voucher_are_light(town: Town, address: str, chromium: Browser) -> None:
    with chromium.new_context(locale="zh-CN", viewport=PHONE) as context:  # type: ignore[arg-type]
        page = context.new_page()
        scale = Scale(page)
        first = scale.weigh(f"{address}/")
        assert any(place.endswith("worker.css") for place in first)
        assert sum(first.values()) <= BYTES_MAX, first

        log_in(page, address, town.city.schools[0].region_id)
        page.get_by_role("link", name="领取", exact=True).click()
        answer_questionnaire(page)
        page.get_by_role("button", name="下一步：核对").click()
        page.get_by_role("button", name="确认领取").click()
        page.locator("#picture").wait_for(state="visible")
        voucher = scale.weigh(page.url)
        page.locator("#picture").wait_for(state="visible")
        assert {place.rpartition("/")[2] for place in voucher} >= {"live-code.js", "tvq1.js", "picture"}
        sys.stdout.write(f"{sum(first.values())} and {sum(voucher.values())} bytes as they are; ")
        sys.stdout.write(f"{compressed(first)} and {compressed(voucher)} behind nginx\n")
        assert compressed(voucher) <= COMPRESSED_MAX, voucher
