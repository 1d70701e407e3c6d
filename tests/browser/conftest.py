"""A real Chromium for the browser tests, and a loopback site that serves our scripts under the service's strict policy.

`CHROMIUM` names another browser than Debian's. Where there is none the tests are skipped; with CI=true they fail.
"""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Protocol

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.browser.site import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cities import TownTemplate
    from tests.journey.city import Town

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
LAUNCH_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
STATIC = Path(__file__).resolve().parents[2] / "voucher_service" / "static"
PAGES = Path(__file__).resolve().parent / "pages"
POLICY = "default-src 'self'; script-src 'self'{}; object-src 'none'; base-uri 'none'"


class LaunchChromium(Protocol):
    def __call__(self, *extra_args: str) -> Browser: ...


def launch(playwright: Playwright, extra_args: tuple[str, ...] = ()) -> Browser:
    """Start Chromium; `extra_args` such as --use-file-for-fake-video-capture=<path> give it a fake camera."""
    if shutil.which(CHROMIUM) is None:
        reason = f"NO BROWSER: {CHROMIUM} is not there; install Debian's chromium or set CHROMIUM. Nothing was tested."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return playwright.chromium.launch(executable_path=CHROMIUM, args=[*LAUNCH_ARGS, *extra_args])


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The browser that tests share; each opens its own context."""
    with launch(playwright) as browser:
        yield browser


@pytest.fixture
def launch_chromium(playwright: Playwright) -> Iterator[LaunchChromium]:
    """Launch a browser of the test's own: `launch_chromium("--use-fake-device-for-media-stream", …)`."""
    with ExitStack() as browsers:
        yield lambda *extra_args: browsers.enter_context(launch(playwright, extra_args))


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A fresh Chinese page; an error in it that nobody catches fails the test."""
    with chromium.new_context(locale="zh-CN") as context:
        opened = context.new_page()
        errors: list[str] = []
        opened.on("pageerror", lambda error: errors.append(str(error)))
        yield opened
        assert errors == []


@pytest.fixture
def town(fresh_sqlite_town: Town) -> Town:
    return fresh_sqlite_town


@pytest.fixture
def address(town: Town) -> Iterator[str]:
    """Where the whole service listens, on a free port of the loopback."""
    with serving(town.app) as found:
        yield found


@pytest.fixture(scope="module")
def shared_town(sqlite_town_template: TownTemplate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A city that a module's tests share."""
    with sqlite_town_template.copied(tmp_path_factory.mktemp("town")) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared_address(shared_town: Town) -> Iterator[str]:
    with serving(shared_town.app) as found:
        yield found


class _Site(SimpleHTTPRequestHandler):
    """`/static/…` as the service serves it, everything else from tests/browser/pages."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".js": "text/javascript", ".wasm": "application/wasm"}

    def translate_path(self, path: str) -> str:
        if not path.startswith("/static/"):
            return super().translate_path(path)
        self.directory, pages = str(STATIC), self.directory
        try:
            return super().translate_path(path.removeprefix("/static"))
        finally:
            self.directory = pages

    def end_headers(self) -> None:
        wasm = " 'wasm-unsafe-eval'" if self.path.startswith("/reader") else ""
        self.send_header("Content-Security-Policy", POLICY.format(wasm))
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the test's output to the test."""


@pytest.fixture(scope="session")
def script_site() -> Iterator[str]:
    """The address of a loopback site with our scripts; a secure context, as WebCrypto wants."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Site, directory=str(PAGES))) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
