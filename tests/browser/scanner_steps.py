"""What a clerk does with a scanner on a phone, and what the phone shows and keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from tests.journey.city import Town, Worker
from tests.scanning.door import school_class
from voucher_service.database import db
from voucher_service.redemptions.models import Redemption

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

PHONE = {"width": 375, "height": 740}


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
