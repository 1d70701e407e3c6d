"""The scanner's pages as they look, read and sound: in two languages, by keyboard, without WebAssembly or scripts."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.fake_camera import draw
from tests.browser.scanner_steps import (
    admit,
    enrol,
    enter,
    log_in,
    open_scanner,
    read_code,
    redemptions,
    result_of,
    show_card,
)
from tests.browser.seeing import faults_of
from tests.faces.browsing import Visitor
from tests.faces.test_worker_display import CHINESE, chinese_left
from tests.scanning.door import Door, ready_worker, school_class
from voucher_service.programmes import service as programmes

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.journey.city import Town

SENSES = """() => {
  globalThis.felt = [];
  navigator.vibrate = (pattern) => felt.push(`buzz ${pattern}`);
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) {
    felt.push(`tone ${this.frequency.value}`);
    start.apply(this, when);
  };
}"""


def switch_to_english(page: Page) -> None:
    page.get_by_role("button", name="English").click()
    page.wait_for_function("() => document.documentElement.lang === 'en'")


def look_over(page: Page, name: str, language: str) -> None:
    assert faults_of(page, name) == []
    if language == "en":
        assert chinese_left(page.content()) == [], name
        assert not CHINESE.search(page.title()), name


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_scan_page_and_result_is_clean_and_in_its_language(
    town: Town, address: str, chromium: Browser, language: str
) -> None:
    page = enter(chromium, town, address)
    enrol(page, town, address, "Phone 1")
    log_in(page.context, town, address, "school1-admin")
    page.goto(f"{address}/scan/")
    if language == "en":
        switch_to_english(page)
    assert occupations_of(town, language) & set(re.split(r" · |\n", page.get_by_role("main").inner_text()))
    look_over(page, "classes", language)
    page.goto(f"{address}/scan/devices")
    page.locator("html[data-ready]").wait_for()
    look_over(page, "devices", language)
    scan_on_line(page, town, address, language)
    scan_off_line(page, town, language)
    page.goto(f"{address}/scan/devices")
    page.get_by_role("table").wait_for()
    look_over(page, "devices-with-scans", language)


def occupations_of(town: Town, language: str) -> set[str]:
    with town.app.app_context():
        return {known.name_en if language == "en" else known.name for known in programmes.occupations().values()}


def scan_on_line(page: Page, town: Town, address: str, language: str) -> None:
    """See the empty scanner, the card's step, and the results of a scan on line."""
    worker = ready_worker(town, 0)
    open_scanner(page, town, address)
    look_over(page, "scanner", language)
    read_code(page, worker.code())
    page.locator('#holder [lang="zh-CN"]').wait_for()
    look_over(page, "card", language)
    page.locator("#id_number").fill(worker.person.id_number)
    page.locator("#name").fill(worker.person.name)
    page.locator("#go").click()
    assert result_of(page) == ("ok", "")
    look_over(page, "ok", language)
    for digits, expected in ((worker.code(), "used"), ("1" * 253, "refused")):
        page.locator("#next").click()
        read_code(page, digits)
        assert result_of(page)[0] == expected
        look_over(page, expected, language)
    page.locator("#next").click()


def scan_off_line(page: Page, town: Town, language: str) -> None:
    """See the waiver, the scan that waits, and what became of it."""
    worker = ready_worker(town, 1)
    page.context.set_offline(True)
    page.locator("#status.off").wait_for()
    read_code(page, worker.code())
    page.locator("#holder").wait_for()
    page.locator("#id_number").fill(worker.person.id_number)
    page.locator("#name").fill("测某某")
    page.locator("#go").click()
    page.locator("#waiver").wait_for(state="visible")
    look_over(page, "waiver", language)
    page.locator("#waiver_reason").fill("rare character")
    page.locator("#go").click()
    assert result_of(page) == ("waiting", "")
    look_over(page, "waiting", language)
    page.locator("#next").click()
    page.context.set_offline(False)
    page.locator("#told-lines li").wait_for()
    look_over(page, "told", language)


def test_the_door_is_counted_without_a_reload(town: Town, address: str, chromium: Browser) -> None:
    page = enter(chromium, town, address)
    open_scanner(page, town, address)
    seats = int(page.locator("#seats").inner_text())
    assert int(page.locator("#expected").inner_text()) == seats
    door = Door(town).enrol()
    door.admit(ready_worker(town, 0))
    door.scan("3" * 253, None, verdict="code_stale")
    door.upload()
    page.wait_for_function("() => document.getElementById('redeemed').textContent === '1'", timeout=15_000)
    assert page.locator("#seats").inner_text() == str(seats - 1)
    assert page.locator("#refused").inner_text() == "1"
    page.locator(".tally summary").click()
    assert page.locator("#reasons li").all_inner_texts() == ["离线时已拒绝 1"]


def test_without_scripts_a_scan_is_answered_and_counted(town: Town) -> None:
    worker = ready_worker(town, 0)
    clerk = Visitor(town).log_in_as_staff("school1-clerk")
    path = f"/scan/{school_class(town)}"
    card = {"id_number": worker.person.id_number, "name": worker.person.name}
    stale = clerk.send(path, code="1" * 253, **card).text
    assert "✗ 不通过" in stale
    admitted = clerk.send(path, code=worker.code(), **card).text
    assert "✓ 通过" in admitted
    page = clerk.open(path).text
    assert '<strong id="redeemed">1</strong>' in page
    assert '<strong id="refused">1</strong>' in page
    assert re.search("<li>(版本不支持|标志位不明|不是券码) 1</li>", page)
    clerk.http.set_cookie("language", "en")
    assert chinese_left(clerk.open(path).text) == []
    again = clerk.send(path, code=worker.code(), **card).text
    assert "! Used before" in again
    assert chinese_left(again) == []


def test_a_browser_without_scripts_scans_by_typed_digits_and_offers_nothing_that_needs_one(
    town: Town, address: str, chromium: Browser
) -> None:
    worker = ready_worker(town, 0)
    page = enter(chromium, town, address, java_script_enabled=False)
    page.goto(f"{address}/scan/{school_class(town)}")
    for needs_scripts in ("#camera", "#picture", "label[for=picture]", "#give-up", "#send"):
        assert not page.locator(needs_scripts).is_visible(), needs_scripts
    page.locator("#code").fill(worker.code())
    show_card(page, worker.person.id_number, worker.person.name)
    page.get_by_role("heading", name="✓ 通过").wait_for()
    assert "第 1 座" in page.get_by_role("main").inner_text()
    assert redemptions(town) == 1


def test_a_browser_that_refuses_webassembly_reads_with_the_fallback(
    town: Town, address: str, chromium: Browser
) -> None:
    worker = ready_worker(town, 0)
    page = enter(chromium, town, address, service_workers="block")
    page.add_init_script("delete globalThis.WebAssembly")
    open_scanner(page, town, address)
    taken = io.BytesIO()
    draw(worker.code()).save(taken, format="png")
    with page.expect_request("**/jsQR.js"):
        page.locator("#picture").set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": taken.getvalue()})
    page.locator("#holder", has_text="持券人").wait_for()
    show_card(page, worker.person.id_number, worker.person.name)
    assert result_of(page) == ("ok", "")


def test_a_picture_without_a_code_says_so(town: Town, address: str, chromium: Browser) -> None:
    page = enter(chromium, town, address)
    open_scanner(page, town, address)
    taken = io.BytesIO()
    draw("12345").save(taken, format="png")
    page.locator("#picture").set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": taken.getvalue()})
    page.get_by_text("这张图里没有读到券码").wait_for()


def test_a_clerk_works_by_keyboard_alone(town: Town, address: str, chromium: Browser) -> None:
    worker = ready_worker(town, 0)
    page = enter(chromium, town, address)
    open_scanner(page, town, address)
    assert page.evaluate("document.activeElement.id") == "code"
    page.keyboard.type(worker.code())
    page.keyboard.press("Enter")
    page.locator("#holder", has_text="持券人").wait_for()
    assert page.evaluate("document.activeElement.id") == "id_number"
    page.keyboard.type(worker.person.id_number)
    page.keyboard.press("Tab")
    page.keyboard.insert_text(worker.person.name)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "go"
    page.keyboard.press("Space")
    assert result_of(page) == ("ok", "")
    assert page.evaluate("document.activeElement.id") == "next"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "code"


def test_each_result_is_felt_and_heard_as_well_as_seen(town: Town, address: str, chromium: Browser) -> None:
    worker = ready_worker(town, 0)
    page = enter(chromium, town, address)
    page.add_init_script(f"({SENSES})()")
    open_scanner(page, town, address)
    admit(page, worker)
    box = page.locator("#result").bounding_box()
    assert box
    assert (box["x"], box["y"], box["width"]) == (0, 0, 375)
    assert box["height"] >= 740
    admitted = page.evaluate("felt")
    page.locator("#next").click()
    read_code(page, "1" * 253)
    result_of(page)
    refused = page.evaluate("felt")[len(admitted) :]
    assert [line.split()[0] for line in admitted] == [line.split()[0] for line in refused] == ["buzz", "tone", "tone"]
    assert admitted != refused


def test_a_log_out_on_another_page_warns_of_waiting_scans_too(town: Town, address: str, chromium: Browser) -> None:
    worker = ready_worker(town, 0)
    page = enter(chromium, town, address)
    enrol(page, town, address)
    open_scanner(page, town, address)
    page.context.set_offline(True)
    assert admit(page, worker) == ("waiting", "")
    page.route("**/api/v1/offline-scans**", lambda route: route.abort())
    page.context.set_offline(False)
    page.goto(f"{address}/institution/")
    page.get_by_role("button", name="退出").click()
    page.get_by_text("还有 1 条离线扫码记录没有上传").wait_for()
    assert faults_of(page, "leave") == []
    page.get_by_role("button", name="仍然退出").click()
    page.wait_for_url(f"{address}/")
    page.unroute("**/api/v1/offline-scans**")
    town.tokens.clear()
    log_in(page.context, town, address, "school1-clerk")
    open_scanner(page, town, address)
    page.get_by_text("✓ 已核销，第 1 座").wait_for()
    assert redemptions(town) == 1
