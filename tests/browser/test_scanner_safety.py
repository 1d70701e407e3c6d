"""What the scanner may do, what it asks of whom, and what it leaves behind: its policy, its requests, its stores."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.browser.fake_camera import CAMERA_ARGS, draw, film
from tests.browser.scanner_steps import (
    admit,
    enrol,
    enter,
    open_scanner,
    queue_of,
    redemptions,
    show_card,
    wait_until_sent,
)
from tests.scanning.door import ready_worker, school_class

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import LaunchChromium
    from tests.journey.city import Town

WASM = "'wasm-unsafe-eval'"
STORED = """async () => JSON.stringify([
  { ...localStorage }, { ...sessionStorage }, document.cookie,
  await Promise.all((await caches.keys()).map(async (name) => {
    const cache = await caches.open(name);
    return Promise.all((await cache.matchAll()).map(async (kept) => kept.text()));
  })),
])"""


def test_only_the_scanner_may_run_webassembly_and_see_the_camera(town: Town) -> None:
    visitor = town.client()
    for path in (f"/scan/{school_class(town)}", "/scan/shell", "/scan/worker.js", "/scan/nothing"):
        headers = visitor.get(path).headers
        assert WASM in headers["Content-Security-Policy"]
        assert "camera=(self)" in headers["Permissions-Policy"]
    for path in ("/", "/login", "/staff/login", "/my", "/institution/", "/rules", "/api/v1/scans/look", "/nothing"):
        headers = visitor.get(path).headers
        assert WASM not in headers["Content-Security-Policy"], path
        assert "camera=()" in headers["Permissions-Policy"], path
    policies = {visitor.get(path).headers["Content-Security-Policy"] for path in ("/", "/scan/shell")}
    assert all("'unsafe-inline'" not in policy and "'unsafe-eval'" not in policy for policy in policies)
    assert all(not re.search(r"https?:|\*", policy) for policy in policies)


def test_the_camera_is_read_within_the_policy_and_nothing_personal_is_in_an_address(
    town: Town, address: str, launch_chromium: LaunchChromium, tmp_path: Path
) -> None:
    worker = ready_worker(town, 0)
    digits = worker.code()
    picture = film(draw(digits), tmp_path / "code.mjpeg")
    page = enter(launch_chromium(*CAMERA_ARGS, f"--use-file-for-fake-video-capture={picture}"), town, address)
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    page.add_init_script(
        "globalThis.broken = []; addEventListener('securitypolicyviolation', (it) => broken.push(it.violatedDirective))"
    )
    open_scanner(page, town, address)
    with page.expect_response("**/zxing_reader.wasm"):
        page.get_by_role("button", name="打开摄像头").click()
    page.locator("#holder", has_text="持券人").wait_for(timeout=20_000)
    show_card(page, worker.person.id_number, worker.person.name)
    page.locator("#result.ok").wait_for()
    assert page.evaluate("broken") == []
    assert all(url.startswith((address, f"blob:{address}", "data:")) for url in asked)
    assert not any(told in url for url in asked for told in (digits, worker.person.id_number, worker.voucher))


def test_an_inline_script_does_not_run(town: Town, address: str, chromium: Browser) -> None:
    page = enter(chromium, town, address)
    open_scanner(page, town, address)
    page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "globalThis.ran = true";
          document.head.append(script);
        }"""
    )
    assert page.evaluate("globalThis.ran") is None


def test_nothing_of_a_holder_is_left_after_the_clerk_logs_out(town: Town, address: str, chromium: Browser) -> None:
    first, second = ready_worker(town, 0), ready_worker(town, 1)
    page = enter(chromium, town, address)
    enrol(page, town, address)
    open_scanner(page, town, address)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    assert admit(page, first) == ("ok", "")
    page.get_by_role("button", name="下一位").click()
    page.context.set_offline(True)
    assert admit(page, second) == ("waiting", "")
    page.get_by_role("button", name="下一位").click()
    page.context.set_offline(False)
    wait_until_sent(page)
    assert redemptions(town) == 2
    page.get_by_role("button", name="退出", exact=True).click()
    page.wait_for_url(f"{address}/")
    kept = queue_of(page)
    left = page.evaluate(STORED) + kept
    for worker in (first, second):
        for told in (worker.person.name, worker.person.id_number, worker.person.phone, worker.voucher):
            assert told not in left
    assert '"clerk"' not in kept
    assert '"queue":[],"told":[]' in kept


def test_the_scanner_can_be_put_on_a_phones_home_screen(town: Town, address: str, chromium: Browser) -> None:
    page = enter(chromium, town, address)
    open_scanner(page, town, address)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    # A test's browser forgets everything, and that is all that stands against installing.
    assert faults_of_application(page) == ([], ["in-incognito"])
    manifest = page.request.get(f"{address}/scan/manifest.webmanifest").json()
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/scan/", "/scan/", "standalone")
    icon = page.request.get(f"{address}{manifest['icons'][0]['src']}")
    assert (icon.status, icon.headers["content-type"].split(";")[0]) == (200, "image/svg+xml")


def faults_of_application(page: Page) -> tuple[list[str], list[str]]:
    """Return what the browser has against the manifest, and against installing the page as an application."""
    browser = page.context.new_cdp_session(page)
    manifest = browser.send("Page.getAppManifest")
    install = browser.send("Page.getInstallabilityErrors")
    assert manifest["url"].endswith("/scan/manifest.webmanifest")
    return manifest["errors"], [fault["errorId"] for fault in install["installabilityErrors"]]
