"""The scanner without a net: what waits, what is confirmed, two devices, and what stays behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from tests.browser.scanner_steps import (
    admit,
    enrol,
    enter,
    log_in,
    open_scanner,
    queue_of,
    read_code,
    ready,
    redemptions,
    result_of,
    show_card,
    wait_until_sent,
)
from tests.faces.test_worker_display import chinese_left
from tests.journey.city import Town
from tests.scanning.door import ready_worker
from voucher_service.database import db
from voucher_service.redemptions.models import RefusedScan

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.parametrize("service_workers", ["allow", "block"])
def test_a_scan_without_a_net_waits_and_is_confirmed(
    town: Town, address: str, chromium: Browser, service_workers: str
) -> None:
    worker, stranger = ready_worker(town, 0), ready_worker(town, 1)
    page = enter(chromium, town, address, service_workers=service_workers)
    enrol(page, town, address)
    open_scanner(page, town, address)
    page.get_by_text("上次同步").wait_for()
    page.context.set_offline(True)
    assert admit(page, worker) == ("waiting", "")
    assert "待确认" in page.locator("#result").inner_text()
    assert redemptions(town) == 0
    page.get_by_role("button", name="下一位").click()
    read_code(page, worker.code())
    assert result_of(page) == ("used", "code_already_used")
    page.get_by_role("button", name="下一位").click()
    read_code(page, stranger.code())
    show_card(page, worker.person.id_number, worker.person.name)
    assert result_of(page) == ("refused", "holder_mismatch")
    page.get_by_role("button", name="下一位").click()
    assert page.locator("#waiting").inner_text() == "3 条待确认"
    kept = queue_of(page)
    assert worker.person.name not in kept
    assert worker.person.id_number not in kept

    page.context.set_offline(False)
    wait_until_sent(page)
    page.get_by_text("✓ 已核销，第 1 座").wait_for()
    assert redemptions(town) == 1
    with town.app.app_context():
        assert db.session.scalars(select(RefusedScan.reason)).all() == ["refused_at_door"] * 2
    assert '"queue":[]' in queue_of(page)


def test_the_scanner_opens_without_a_net_and_keeps_its_queue(town: Town, address: str, chromium: Browser) -> None:
    worker = ready_worker(town, 0)
    page = enter(chromium, town, address)
    enrol(page, town, address)
    open_scanner(page, town, address)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.context.set_offline(True)
    page.reload()
    ready(page)
    assert admit(page, worker) == ("waiting", "")
    page.reload()
    ready(page)
    assert page.locator("#waiting").inner_text() == "1 条待确认"
    cached = page.evaluate(
        """async () => (await Promise.all((await caches.keys()).map(async (name) =>
             (await (await caches.open(name)).keys()).map((request) => new URL(request.url).pathname)))).flat()"""
    )
    empty = ["/scan/language", "/scan/shell", "/scan/shell/en"]
    assert sorted(path for path in cached if not path.startswith("/static/")) == empty
    page.context.set_offline(False)
    wait_until_sent(page)
    assert redemptions(town) == 1


def test_two_devices_with_one_voucher_are_one_redemption_and_one_explained_refusal(
    town: Town, address: str, chromium: Browser
) -> None:
    worker = ready_worker(town, 0)
    phones = [enter(chromium, town, address) for _ in range(2)]
    for number, page in enumerate(phones, start=1):
        enrol(page, town, address, f"{number} 号手机")
        open_scanner(page, town, address)
        page.get_by_text("上次同步").wait_for()
        page.context.set_offline(True)
        assert admit(page, worker) == ("waiting", "")
        page.get_by_role("button", name="下一位").click()
    for page in phones:
        page.context.set_offline(False)
        wait_until_sent(page)
    phones[0].get_by_text("✓ 已核销，第 1 座").wait_for()
    phones[1].get_by_text("✗ 未核销").wait_for()
    assert "核销" in phones[1].locator("#told-lines").inner_text()
    assert redemptions(town) == 1


def test_an_answer_that_is_lost_is_the_same_scan_later(town: Town, address: str, chromium: Browser) -> None:
    worker = ready_worker(town, 0)
    page = enter(chromium, town, address, service_workers="block")
    enrol(page, town, address)
    open_scanner(page, town, address)

    def lose(route: Any) -> None:
        route.fetch()
        route.abort("connectionreset")

    page.route("**/api/v1/redemptions", lose)
    assert admit(page, worker) == ("waiting", "")
    assert redemptions(town) == 1
    page.get_by_role("button", name="下一位").click()
    page.get_by_role("button", name="立即上传").click()
    page.get_by_text("✓ 已核销，第 1 座").wait_for()
    assert redemptions(town) == 1


def test_whoever_logs_out_is_warned_while_scans_wait(town: Town, address: str, chromium: Browser) -> None:
    worker = ready_worker(town, 0)
    page = enter(chromium, town, address)
    enrol(page, town, address)
    open_scanner(page, town, address)
    page.context.set_offline(True)
    admit(page, worker)
    page.get_by_role("button", name="下一位").click()
    page.get_by_role("button", name="退出", exact=True).click()
    page.get_by_text("还有 1 条离线扫码记录没有上传").wait_for()
    page.get_by_role("button", name="先不退出").click()
    page.context.set_offline(False)
    wait_until_sent(page)
    page.get_by_role("button", name="退出", exact=True).click()
    page.wait_for_url(f"{address}/")
    left = queue_of(page)
    assert '"queue":[]' in left
    assert '"told":[]' in left
    assert redemptions(town) == 1


def test_a_device_that_was_never_enrolled_says_so_when_the_net_is_gone(
    town: Town, address: str, chromium: Browser
) -> None:
    worker = ready_worker(town, 0)
    page = enter(chromium, town, address)
    open_scanner(page, town, address)
    assert "本机未登记" in page.locator("#synced").inner_text()
    page.context.set_offline(True)
    read_code(page, worker.code())
    assert result_of(page)[0] == "refused"
    assert "没有登记" in page.locator("#result").inner_text()


def test_a_revoked_device_is_told_why(town: Town, address: str, chromium: Browser) -> None:
    page = enter(chromium, town, address)
    enrol(page, town, address)
    log_in(page.context, town, address, "school1-admin")
    page.goto(f"{address}/scan/devices")
    page.get_by_text("停用这台设备").click()
    page.get_by_label("停用原因").fill("手机遗失")
    page.get_by_role("button", name="停用", exact=True).click()
    page.get_by_text("手机遗失").wait_for()
    log_in(page.context, town, address, "school1-clerk")
    open_scanner(page, town, address)
    page.locator("#banner", has_text="停用").wait_for()


def test_without_a_net_it_opens_in_the_language_that_was_read_last(town: Town, address: str, chromium: Browser) -> None:
    page = enter(chromium, town, address)
    page.context.add_cookies([{"name": "language", "value": "en", "url": address}])
    open_scanner(page, town, address)
    title = page.locator("#class-title").inner_text()
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.wait_for_function("async () => Boolean(await caches.match('/scan/language'))")
    page.context.set_offline(True)
    page.reload()
    ready(page)
    assert page.locator("#net").inner_text() == "○ Off line"
    assert page.locator("#class-title").inner_text() == title
    assert chinese_left(page.content()) == []
