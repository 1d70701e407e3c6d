"""What goes wrong with a scanner's device, and what its clerk reads then: keys, clocks, gaps, backups, three days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.browser.old_browser import BEFORE_ED25519
from tests.browser.scanner_steps import (
    admit,
    enrol,
    enter,
    log_in,
    open_scanner,
    read_code,
    ready,
    redemptions,
    result_of,
    show_card,
    wait_until_sent,
)
from tests.scanning.door import ready_worker
from voucher_service.identifiers import from_hex

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.journey.city import Town

KEPT = """async (change) => {
  const opened = await new Promise((resolve) => {
    const request = indexedDB.open("tvq-scanner");
    request.onsuccess = () => resolve(request.result);
  });
  const stores = opened.transaction(["kept", "queue"], "readwrite");
  const asked = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
  const device = await asked(stores.objectStore("kept").get("device"));
  if (change === "back up") globalThis.backup = device;
  if (change === "restore") await asked(stores.objectStore("kept").put(globalThis.backup, "device"));
  if (change === "forget the time") await asked(stores.objectStore("kept").put({ ...device, syncedAt: 0 }, "device"));
  if (change === "lose 1") await asked(stores.objectStore("queue").delete(1));
  opened.close();
  if (change !== "carry away") return [];
  const secrets = [device.key, device.sealing, ...[...device.directory.keys.values()].map((key) => key.bindKey)];
  return Promise.all(secrets.map((key) =>
    crypto.subtle.exportKey(key.type === "private" ? "jwk" : "raw", key).then(() => "carried", (why) => why.name)));
}"""

CLOCK_SET_BACK = "{ const { now } = Date; Date.now = () => now() - 3 * 60 * 60 * 1000; }"


def at_the_door(town: Town, address: str, browser: Browser, **options: Any) -> Page:
    """Open the scanner on an enrolled phone that has its keys."""
    page = enter(browser, town, address, **options)
    enrol(page, town, address)
    open_scanner(page, town, address)
    page.get_by_text("上次同步").wait_for()
    return page


def next_person(page: Page) -> None:
    page.get_by_role("button", name="下一位").click()


def told(page: Page) -> str:
    """What the clerk reads about the scans that came home."""
    page.locator("#told-lines li").first.wait_for()
    return page.locator("#told-lines").inner_text()


def test_a_devices_keys_cannot_be_carried_away_and_only_an_administrator_enrols(
    town: Town, address: str, chromium: Browser
) -> None:
    page = at_the_door(town, address, chromium)
    carried = page.evaluate(KEPT, "carry away")
    assert len(carried) >= 3
    assert set(carried) == {"InvalidAccessError"}
    page.goto(f"{address}/scan/devices")
    ready(page)
    assert page.locator("#enrol").count() == 0
    assert "由本机构管理员办理" in page.get_by_role("main").inner_text()


def test_a_waiting_scan_says_so_in_large_words(town: Town, address: str, chromium: Browser) -> None:
    worker = ready_worker(town, 0)
    page = at_the_door(town, address, chromium)
    page.context.set_offline(True)
    assert admit(page, worker) == ("waiting", "")
    assert page.locator("#result-word").inner_text() == "… 已暂存，待确认"
    assert "通过" not in page.locator("#result").inner_text()


def test_a_revoked_voucher_is_refused_without_a_net(town: Town, address: str, chromium: Browser) -> None:
    worker = ready_worker(town, 0)
    page = enter(chromium, town, address)
    enrol(page, town, address)
    town.app.extensions["key_ring"].revoke_voucher(from_hex(worker.voucher))
    open_scanner(page, town, address)
    page.get_by_text("上次同步").wait_for()
    page.context.set_offline(True)
    read_code(page, worker.code())
    assert result_of(page) == ("refused", "code_voucher_revoked")


def test_a_browser_from_before_ed25519_verifies_without_a_net_too(town: Town, address: str, chromium: Browser) -> None:
    worker = ready_worker(town, 0)
    page = enter(chromium, town, address)
    page.add_init_script(BEFORE_ED25519)
    enrol(page, town, address)
    open_scanner(page, town, address)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.context.set_offline(True)
    page.reload()
    ready(page)
    shown = worker.code()
    read_code(page, f"{shown[:-1]}{(int(shown[-1]) + 1) % 10}")
    assert result_of(page) == ("refused", "code_bad_signature")
    next_person(page)
    assert admit(page, worker) == ("waiting", "")


def test_a_clock_that_is_set_back_makes_no_screenshot_live_again(town: Town, address: str, chromium: Browser) -> None:
    screenshot = ready_worker(town, 0).code()
    town.clock.advance(hours=3)
    town.tokens.clear()
    worker = ready_worker(town, 1)
    page = at_the_door(town, address, chromium)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.context.set_offline(True)
    page.evaluate(CLOCK_SET_BACK)
    read_code(page, screenshot)
    assert result_of(page) == ("refused", "code_outside_session")
    next_person(page)
    assert admit(page, worker) == ("waiting", "")
    page.add_init_script(CLOCK_SET_BACK)
    page.reload()
    ready(page)
    read_code(page, screenshot)
    assert result_of(page) == ("refused", "code_outside_session")


def test_a_clock_that_was_changed_is_put_right_when_the_net_is_back(
    town: Town, address: str, chromium: Browser
) -> None:
    first, second = ready_worker(town, 0), ready_worker(town, 1)
    page = at_the_door(town, address, chromium)
    page.context.set_offline(True)
    page.evaluate("{ const { now } = Date; Date.now = () => now() + 5 * 60 * 60 * 1000; }")
    read_code(page, first.code())
    assert result_of(page) == ("refused", "code_outside_session")
    next_person(page)
    page.context.set_offline(False)
    wait_until_sent(page)
    page.context.set_offline(True)
    page.locator("#status.off").wait_for()
    assert admit(page, second) == ("waiting", "")


def test_a_screenshot_that_a_meddled_device_lets_in_is_refused_and_explained(
    town: Town, address: str, chromium: Browser
) -> None:
    worker = ready_worker(town, 0)
    screenshot = worker.code()
    town.clock.advance(hours=3)
    town.tokens.clear()
    page = at_the_door(town, address, chromium)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.evaluate(KEPT, "forget the time")
    page.add_init_script(CLOCK_SET_BACK)
    page.context.set_offline(True)
    page.reload()
    ready(page)
    read_code(page, screenshot)
    show_card(page, worker.person.id_number, worker.person.name)
    assert result_of(page) == ("waiting", "")
    next_person(page)
    page.context.set_offline(False)
    wait_until_sent(page)
    assert "不是当时的券码" in told(page)
    assert redemptions(town) == 0


def test_a_scan_that_comes_home_after_three_days_is_refused_and_explained(
    town: Town, address: str, chromium: Browser
) -> None:
    worker = ready_worker(town, 0)
    page = at_the_door(town, address, chromium)
    page.context.set_offline(True)
    assert admit(page, worker) == ("waiting", "")
    next_person(page)
    town.clock.advance(hours=73)
    page.context.set_offline(False)
    page.locator("#banner", has_text="登录").wait_for()
    assert page.locator("#waiting").inner_text() == "1 条待确认"
    town.tokens.clear()
    log_in(page.context, town, address, "school1-clerk")
    page.get_by_role("button", name="立即上传").click()
    wait_until_sent(page)
    assert "须在 72 小时内上传" in told(page)
    assert "重新出示券码" in told(page)
    assert redemptions(town) == 0


def test_a_scan_that_is_lost_on_the_device_is_named_as_missing(town: Town, address: str, chromium: Browser) -> None:
    page = at_the_door(town, address, chromium)
    page.context.set_offline(True)
    for number in range(2):
        admit(page, ready_worker(town, number))
        next_person(page)
    page.evaluate(KEPT, "lose 1")
    page.context.set_offline(False)
    wait_until_sent(page)
    assert "✓ 已核销" in told(page)
    page.goto(f"{address}/scan/devices")
    page.get_by_text("缺少 1 号记录：扫过但没有上传").wait_for()


def test_a_device_whose_backup_was_restored_is_told_to_enrol_anew(town: Town, address: str, chromium: Browser) -> None:
    page = at_the_door(town, address, chromium)
    page.evaluate(KEPT, "back up")
    page.context.set_offline(True)
    admit(page, ready_worker(town, 0))
    next_person(page)
    page.context.set_offline(False)
    wait_until_sent(page)
    page.evaluate(KEPT, "restore")
    page.reload()
    ready(page)
    page.locator("#banner", has_text="请重新登记这台设备").wait_for()
    page.context.set_offline(True)
    admit(page, ready_worker(town, 1))
    next_person(page)
    page.context.set_offline(False)
    wait_until_sent(page)
    assert "已经用 1 号上传过另一条记录" in told(page)
    assert redemptions(town) == 1
