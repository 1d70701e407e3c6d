"""The worker's pages in a real browser: axe finds nothing, every target is large, and two phones agree on one code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.seeing import AXE, RUN_AXE
from tests.browser.worker_steps import claim, log_in
from tests.journey.city import PEOPLE
from tests.scanning.door import school_class

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.journey.city import Town

SMALL_TARGETS = """(least) => Array.from(document.querySelectorAll("a[href], button, select, input, summary"))
  .map((it) => [it, (it.closest("label.choice") ?? it).getBoundingClientRect()])
  .filter(([it, box]) => it.type !== "hidden" && !it.matches(".skip") && box.height > 0 && box.height < least - 0.5)
  .map(([it, box]) => `${it.tagName} ${it.textContent.trim()} ${box.height}`)"""
SMALL_TEXT = """(least) => Array.from(document.querySelectorAll("main p, main li, main dd, main td, main label"))
  .filter((it) => !it.closest(".small") && !it.matches(".spoken") && parseFloat(getComputedStyle(it).fontSize) < least)
  .map((it) => it.textContent.trim())"""

SIZES = {"normal": (18, 44), "large": (22, 60)}
"""Cookie → least font size and least height of a target, in pixels."""


@pytest.fixture(scope="module")
def known(shared_town: Town, shared_address: str, chromium: Browser) -> dict[str, Any]:
    """One worker who has claimed: the cookies of their log-in, and the address of their voucher."""
    with chromium.new_context(locale="zh-CN") as context:
        page = context.new_page()
        log_in(page, shared_address, shared_town.city.schools[0].region_id)
        claim(page)
        return {"cookies": context.cookies(), "voucher": page.url.removeprefix(shared_address)}


def phone(chromium: Browser, known: dict[str, Any], width: int, **chosen: str) -> BrowserContext:
    context = chromium.new_context(locale="zh-CN", viewport={"width": width, "height": 800})
    context.add_cookies(known["cookies"])
    for name, value in chosen.items():
        context.add_cookies([{**known["cookies"][0], "name": name, "value": value, "path": "/"}])
    return context


def look_over(page: Page, size: str) -> None:
    least_text, least_target = SIZES[size]
    page.evaluate(AXE)
    assert page.evaluate(RUN_AXE) == [], page.url
    assert page.evaluate(SMALL_TARGETS, least_target) == [], page.url
    assert page.evaluate(SMALL_TEXT, least_text) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_on_any_page_of_the_worker(
    *, shared_town: Town, shared_address: str, chromium: Browser, known: dict[str, Any], width: int, size: str
) -> None:
    voucher, region = known["voucher"], shared_town.city.schools[0].region_id
    public = ("/", "/login", "/staff/login", "/worth", "/nothing")
    private = ("/my", f"/claim/{shared_town.city.programme_id}", voucher, f"{voucher}/give-back", f"{voucher}/code")
    private += (f"{voucher}/paper", "/help", "/objections", "/objections/new", "/training/record")
    private += ("/training", "/my/data", "/classes", f"/classes?region={region}&from=2030-01-01")
    with phone(chromium, known, width, size=size) as context:
        page = context.new_page()
        for path in private:
            page.goto(shared_address + path)
            if path == voucher:
                page.locator("#picture").wait_for(state="visible")
            look_over(page, size)
        page.goto(f"{shared_address}/classes")
        page.locator("main .card a").first.click()
        look_over(page, size)
    with phone(chromium, {"cookies": known["cookies"][:1]}, width, size=size, voucher_session="x") as context:
        page = context.new_page()
        for path in public:
            page.goto(shared_address + path)
            look_over(page, size)
        page.goto(f"{shared_address}/login")
        page.evaluate("document.querySelectorAll('[required]').forEach((field) => { field.required = false; })")
        page.get_by_role("button", name="发送验证码").click()
        look_over(page, size)
        page.get_by_role("alert").get_by_role("link").click()
        assert page.evaluate("document.activeElement.id") == "name"


def shown_code(page: Page) -> str:
    page.locator("#picture").wait_for(state="visible")
    return page.locator("#live").get_attribute("data-digits") or ""


def test_a_reload_keeps_the_code_and_a_second_phone_ends_it(
    shared_address: str, chromium: Browser, known: dict[str, Any]
) -> None:
    with phone(chromium, known, 375) as first_phone, phone(chromium, known, 375) as second_phone:
        first = first_phone.new_page()
        first.goto(shared_address + known["voucher"])
        before = shown_code(first)
        first.reload()
        assert shown_code(first) == before  # the town's clock stands still, so the same session shows the same code
        second = second_phone.new_page()
        second.goto(shared_address + known["voucher"])
        assert shown_code(second) != before
        first.get_by_text("另一部手机").wait_for(state="visible")
        assert not first.locator("#picture").is_visible()
        first.get_by_role("button", name="改在这部手机上出示").click()
        assert shown_code(first) not in {"", before}
        second.get_by_text("另一部手机").wait_for(state="visible")


def test_logging_out_leaves_no_secret_behind(shared_town: Town, shared_address: str, chromium: Browser) -> None:
    with chromium.new_context(locale="zh-CN") as context:
        page = context.new_page()
        log_in(page, shared_address, shared_town.city.schools[0].region_id)
        page.get_by_role("link", name="出示券码").click()
        shown_code(page)
        assert page.evaluate("sessionStorage.length") == 1
        page.goto(f"{shared_address}/my")
        page.get_by_role("button", name="退出登录").click()
        page.wait_for_url(f"{shared_address}/")
        assert page.evaluate("sessionStorage.length") == 0


def test_a_worker_claims_and_shows_a_code_without_scripts(
    shared_address: str, chromium: Browser, known: dict[str, Any]
) -> None:
    with chromium.new_context(locale="zh-CN", java_script_enabled=False) as context:
        context.add_cookies(known["cookies"])
        page = context.new_page()
        page.goto(shared_address + known["voucher"])
        page.get_by_role("link", name="券码不显示").click()
        page.get_by_role("button", name="显示券码").click()
        assert page.locator(".drawn svg").is_visible()
        page.get_by_role("button", name="大字版").click()
        assert page.locator("html.large .drawn svg").is_visible()


def test_full_screen_needs_no_script(shared_address: str, chromium: Browser, known: dict[str, Any]) -> None:
    with phone(chromium, known, 375) as context:
        page = context.new_page()
        page.goto(shared_address + known["voucher"])
        shown_code(page)
        page.get_by_role("link", name="全屏显示").click()
        box = page.locator("#live").bounding_box()
        assert box
        assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 375, 800)
        page.get_by_role("link", name="退出全屏").click()
        assert page.get_by_role("heading", level=1).is_visible()


def test_a_screenshot_is_dead_within_a_minute_and_a_new_log_in_tells_the_holder(
    shared_town: Town, shared_address: str, chromium: Browser, known: dict[str, Any]
) -> None:
    with phone(chromium, known, 375) as first_phone, chromium.new_context(locale="zh-CN") as second_phone:
        first, second = first_phone.new_page(), second_phone.new_page()
        first.goto(shared_address + known["voucher"])
        again = first.get_by_role("button", name="改在这部手机上出示")
        first.locator("#picture, #again:not([hidden])").first.wait_for(state="visible")
        if again.is_visible():
            again.click()
        screenshot = shown_code(first)
        log_in(second, shared_address, shared_town.city.schools[0].region_id)
        second.goto(shared_address + known["voucher"])
        shown_code(second)
        second.goto(f"{shared_address}/my")
        assert second.get_by_text("您的券码在另一部手机上打开过").first.is_visible()
    shared_town.clock.advance(seconds=61)
    person = {"id_number": PEOPLE[0].id_number, "name": PEOPLE[0].name}
    body = {"code": screenshot, "class_id": school_class(shared_town), "person": person}
    answer = shared_town.post("/api/v1/redemptions", shared_town.staff_token("school1-clerk"), body)
    assert answer.get_json(force=True)["code"] == "code_stale"
