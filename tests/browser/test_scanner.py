"""The scanner at the door in a real browser: a camera, a scanner box, no net, two devices, and what stays behind."""

from __future__ import annotations

import io
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select
from werkzeug.serving import make_server

from tests.browser.fake_camera import CAMERA_ARGS, film, photograph
from tests.journey.city import Town, Worker, close_town, open_town
from tests.scanning.door import ready_worker, school_class
from voucher_service.database import db
from voucher_service.redemptions.models import Redemption, RefusedScan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.browser.conftest import LaunchChromium

    OpenScanner = Callable[..., Page]

PHONE = {"width": 375, "height": 740}


@pytest.fixture
def town(sqlite_url: str, tmp_path: Path) -> Iterator[Town]:
    opened = open_town(sqlite_url, tmp_path / "data")
    yield opened
    close_town(opened)


@pytest.fixture
def address(town: Town) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, town.app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def enter(browser: Browser, town: Town, address: str, login_name: str = "school1-clerk", **options: Any) -> Page:
    """Open a phone of its own on which someone is logged in."""
    context = browser.new_context(viewport=PHONE, locale="zh-CN", permissions=["camera"], **options)
    log_in(context, town, address, login_name)
    return context.new_page()


def log_in(context: BrowserContext, town: Town, address: str, login_name: str) -> None:
    context.add_cookies([{"name": "voucher_session", "value": town.staff_token(login_name), "url": address}])


def open_scanner(page: Page, town: Town, address: str) -> None:
    page.goto(f"{address}/scan/{school_class(town)}")
    ready(page)


def ready(page: Page) -> None:
    page.wait_for_function("() => document.documentElement.dataset.ready")


def enrol(page: Page, town: Town, address: str, name: str = "一号教室手机") -> None:
    """Enrol the device as the administrator, and hand it to the clerk."""
    log_in(page.context, town, address, "school1-admin")
    page.goto(f"{address}/scan/devices")
    ready(page)
    page.get_by_label("给这台设备起个名字").fill(name)
    page.get_by_role("button", name="登记这台设备").click()
    page.get_by_text(f"本机已登记为“{name}”").wait_for()
    log_in(page.context, town, address, "school1-clerk")


def read_code(page: Page, digits: str) -> None:
    """Type a code as a scanner box does: digits without a pause, and Enter, wherever the focus is."""
    page.evaluate("document.activeElement.blur()")
    page.keyboard.type(digits)
    page.keyboard.press("Enter")


def show_card(page: Page, id_number: str, name: str) -> None:
    page.get_by_label("身份证号").fill(id_number)
    page.get_by_label("身份证上的姓名").fill(name)
    page.get_by_role("button", name="核验并用券").click()


def result_of(page: Page) -> tuple[str, str]:
    """Return the outcome and the refusal's code that fill the screen."""
    page.locator("#result").wait_for(state="visible")
    found = page.locator("#result")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    return found.get_attribute("data-outcome") or "", found.get_attribute("data-code") or ""


def admit(page: Page, worker: Worker) -> tuple[str, str]:
    read_code(page, worker.code())
    show_card(page, worker.person.id_number, worker.person.name)
    return result_of(page)


def redemptions(town: Town) -> int:
    with town.app.app_context():
        live = select(func.count()).select_from(Redemption).where(Redemption.cancelled_at.is_(None))
        return db.session.scalars(live).one()


def wait_until_sent(page: Page) -> None:
    page.wait_for_function("() => document.getElementById('waiting').dataset.waiting === '0'", timeout=20_000)


def queue_of(page: Page) -> str:
    """Return everything that this device keeps in IndexedDB, as far as a script can read it."""
    return str(
        page.evaluate(
            """async () => {
              const opened = await new Promise((resolve, reject) => {
                const request = indexedDB.open("tvq-scanner");
                request.onsuccess = () => resolve(request.result);
                request.onerror = () => reject(request.error);
              });
              const kept = {};
              for (const name of opened.objectStoreNames) {
                kept[name] = await new Promise((resolve) => {
                  const request = opened.transaction(name).objectStore(name).getAll();
                  request.onsuccess = () => resolve(request.result);
                });
              }
              opened.close();
              return JSON.stringify(kept);
            }"""
        )
    )


def test_a_code_before_the_camera_is_redeemed(
    town: Town, address: str, launch_chromium: LaunchChromium, tmp_path: Path
) -> None:
    worker = ready_worker(town, 0)
    picture = film(worker.code(), tmp_path / "code.mjpeg")
    page = enter(launch_chromium(*CAMERA_ARGS, f"--use-file-for-fake-video-capture={picture}"), town, address)
    open_scanner(page, town, address)
    page.get_by_role("button", name="打开摄像头").click()
    page.locator("#holder", has_text="持券人").wait_for(timeout=20_000)
    shown = page.locator("#holder").inner_text()
    assert worker.person.name not in shown
    assert worker.person.name[0] in shown
    show_card(page, worker.person.id_number, worker.person.name)
    assert result_of(page) == ("ok", "")
    assert "第 1 座" in page.locator("#result").inner_text()
    assert redemptions(town) == 1
    page.get_by_role("button", name="下一位").click()
    page.wait_for_function("() => document.getElementById('redeemed').textContent === '1'")


def test_a_scanner_box_types_and_a_second_scan_is_told_apart(town: Town, address: str, chromium: Browser) -> None:
    worker = ready_worker(town, 0)
    page = enter(chromium, town, address)
    open_scanner(page, town, address)
    assert admit(page, worker) == ("ok", "")
    page.keyboard.press("Enter")  # the next person: the button has the focus
    page.get_by_label("券码数字").fill(worker.code())
    page.keyboard.press("Enter")
    assert result_of(page) == ("used", "already_redeemed")
    assert "已在" in page.locator("#result").inner_text()
    page.get_by_role("button", name="下一位").click()
    page.get_by_text("拒绝").click()
    page.get_by_text("已核销 1").last.wait_for()


def test_a_picture_of_a_code_is_read(town: Town, address: str, chromium: Browser) -> None:
    worker = ready_worker(town, 0)
    page = enter(chromium, town, address)
    open_scanner(page, town, address)
    taken = io.BytesIO()
    photograph(worker.code()).save(taken, format="jpeg", quality=80)
    page.locator("#picture").set_input_files({"name": "x.jpg", "mimeType": "image/jpeg", "buffer": taken.getvalue()})
    page.locator("#holder", has_text="持券人").wait_for()


def test_another_card_is_refused_and_another_spelling_is_waived_with_a_reason(
    town: Town, address: str, chromium: Browser
) -> None:
    worker, other = ready_worker(town, 0), ready_worker(town, 1)
    page = enter(chromium, town, address)
    open_scanner(page, town, address)
    read_code(page, worker.code())
    show_card(page, other.person.id_number, other.person.name)
    assert result_of(page) == ("refused", "holder_mismatch")
    page.get_by_role("button", name="下一位").click()
    read_code(page, worker.code())
    show_card(page, worker.person.id_number, "测某某")
    page.get_by_text("姓名写法不同（常见于").wait_for()
    page.get_by_label("姓名写法不同时的说明").fill("身份证上是生僻字")
    page.get_by_role("button", name="核验并用券").click()
    assert result_of(page) == ("ok", "")
    with town.app.app_context():
        assert db.session.scalars(select(Redemption.waiver_reason)).all() == ["身份证上是生僻字"]


def test_a_card_reader_fills_both_fields_at_once(town: Town, address: str, chromium: Browser) -> None:
    worker = ready_worker(town, 0)
    page = enter(chromium, town, address)
    open_scanner(page, town, address)
    read_code(page, worker.code())
    page.get_by_label("身份证号").focus()
    page.keyboard.insert_text(f"{worker.person.name},")
    page.keyboard.type(worker.person.id_number)
    assert page.get_by_label("身份证上的姓名").input_value() == worker.person.name
    page.keyboard.press("Enter")
    assert result_of(page) == ("ok", "")
    with town.app.app_context():
        assert db.session.scalars(select(Redemption.person_check)).all() == ["id_card_reader"]


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
    assert [path for path in cached if not path.startswith("/static/")] == ["/scan/shell"]
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
    page.get_by_text("还有 1 条记录没有上传").wait_for()
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
