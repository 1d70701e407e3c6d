"""A worker claims on a phone and shows a live code, which the service itself accepts and reads the card against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.seeing import PHONE
from tests.browser.worker_steps import claim, log_in
from voucher_service.signing.verification import verify

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.journey.city import Town


def test_a_worker_claims_and_shows_a_live_code(town: Town, address: str, page: Page) -> None:
    page.set_viewport_size(PHONE)
    log_in(page, address, town.city.schools[0].region_id)
    claim(page)
    assert "秒后换新码" in page.locator("#countdown").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    digits = page.locator("#live").get_attribute("data-digits")
    assert digits
    code = verify(digits, town.app.extensions["key_ring"].directory, town.clock.now())
    assert page.url.endswith(f"/vouchers/{code.voucher_id % 2**64:016x}")
