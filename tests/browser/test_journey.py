"""A worker claims on a phone and shows a live code, which the service itself accepts and reads the card against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.journey.city import PEOPLE, Town
from voucher_service.signing.verification import verify

if TYPE_CHECKING:
    from playwright.sync_api import Page

PHONE = {"width": 375, "height": 800}


def log_in(page: Page, address: str, region_id: int) -> None:
    person = PEOPLE[0]
    page.goto(f"{address}/my")
    page.get_by_label("姓名").fill(person.name)
    page.get_by_label("身份证号").fill(person.id_number)
    page.get_by_label("手机号").fill(person.phone)
    page.get_by_label("所在县（市、区）").select_option(str(region_id))
    page.get_by_label("人员类别").select_option(person.category)
    page.get_by_role("button", name="发送验证码").click()
    page.get_by_label("六位验证码").fill(page.locator(".trial-code strong").inner_text())
    page.get_by_role("main").get_by_role("button", name="登录").click()


def test_a_worker_claims_and_shows_a_live_code(town: Town, address: str, page: Page) -> None:
    page.set_viewport_size(PHONE)
    log_in(page, address, town.city.schools[0].region_id)
    page.get_by_role("link", name="领取", exact=True).click()
    for choice in page.get_by_label("是", exact=True).all():
        choice.check()
    page.get_by_role("button", name="下一步：核对").click()
    page.get_by_role("button", name="确认领取").click()
    page.locator("#picture").wait_for(state="visible")
    assert "秒后换新码" in page.locator("#countdown").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    digits = page.locator("#live").get_attribute("data-digits")
    assert digits
    code = verify(digits, town.app.extensions["key_ring"].directory, town.clock.now())
    assert page.url.endswith(f"/vouchers/{code.voucher_id % 2**64:016x}")
