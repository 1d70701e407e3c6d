"""A second engine: WebKitGTK behind a small client of the W3C WebDriver protocol, on a screen that nobody sees.

Debian's packages `webkit2gtk-driver` and `xvfb` bring it; where one of them is missing, whoever asks for it is skipped.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

LIBRARIES, MINI_BROWSER = Path("/usr/lib"), "*/webkit2gtk-4*/MiniBrowser"
ELEMENT: Final = "element-6066-11e4-a52e-4f735466cecf"
"""The protocol's own name for a reference to an element."""
PATIENCE_SECONDS: Final = 30.0
PHONE: Final = (375, 812)
LAST_THAT_TYPES: Final = "\uffff"
"""The driver's keyboard leaves out what comes after it, among that the rare characters of some names."""
ENTER: Final = "\ue007"
"""The key, as the protocol writes it at the end of a text."""


class WebDriverError(Exception):
    """What the driver answers when something cannot be done."""


@dataclass
class Window:
    """One window of the second engine; elements are named by CSS selectors, buttons and links by what they say."""

    driver: str
    session: str
    site: str

    def open(self, path: str) -> None:
        self._ask("POST", "/url", {"url": self.site + path})

    def run(self, script: str, *given: Any) -> Any:
        """Run a script's body with `arguments`; a promise that it returns is waited for."""
        return self._ask("POST", "/execute/sync", {"script": script, "args": list(given)})

    def text(self, selector: str) -> str:
        self.wait_for(selector)
        return str(self.run("return document.querySelector(arguments[0]).innerText", selector))

    def attribute(self, selector: str, name: str) -> str:
        self.wait_for(selector)
        return str(self.run("return document.querySelector(arguments[0]).getAttribute(arguments[1])", selector, name))

    def fill(self, selector: str, text: str) -> None:
        """Type into a field, or give a file to one that takes files."""
        field = self._find("css selector", selector)
        if max(text) <= LAST_THAT_TYPES:
            self._ask("POST", f"/element/{field}/value", {"text": text})
        else:
            script = (
                "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))"
            )
            self.run(script, {ELEMENT: field}, text)

    def choose(self, selector: str, value: str) -> None:
        """Choose an option of a list by its value."""
        option = self._find("css selector", f'{selector} option[value="{value}"]')
        self._ask("POST", f"/element/{option}/click", {})

    def click(self, selector: str) -> None:
        self._click("css selector", selector)

    def press(self, words: str) -> None:
        """Press the button or follow the link that says exactly this, in the page's main part."""
        named = f"[normalize-space()='{words}']"
        self._click("xpath", f"//main//button{named}|//main//a{named}")

    def be(self, cookies: dict[str, str]) -> None:
        """Bear these cookies from now on."""
        self.open("/login")
        for name, value in cookies.items():
            self._ask("POST", "/cookie", {"cookie": {"name": name, "value": value}})

    def wait_for(self, selector: str) -> None:
        """Wait until something that the selector names is to be seen."""
        self.wait_until("return (document.querySelector(arguments[0])?.getClientRects().length ?? 0) > 0", selector)

    def wait_until(self, script: str, *given: Any) -> None:
        latest = time.monotonic() + PATIENCE_SECONDS
        while not self.run(script, *given):
            if time.monotonic() > latest:
                raise WebDriverError(f"in vain: {script} {given}\n{self.run('return document.body.innerText')}")
            time.sleep(0.1)

    def _click(self, using: str, value: str) -> None:
        found = self._find(using, value)
        # The driver takes what lies under a bar that stays in its place for something that is to be seen.
        self.run("arguments[0].scrollIntoView({ block: 'center' })", {ELEMENT: found})
        self._ask("POST", f"/element/{found}/click", {})

    def _find(self, using: str, value: str) -> str:
        latest = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return str(self._ask("POST", "/element", {"using": using, "value": value})[ELEMENT])
            except WebDriverError:
                if time.monotonic() > latest:
                    raise
                time.sleep(0.1)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return ask(f"{self.driver}/session/{self.session}{path}", method, body)


def ask(address: str, method: str, body: dict[str, Any] | None = None) -> Any:
    """Ask the driver; raises WebDriverError with the driver's own words."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"}, method=method)  # noqa: S310 - our own loopback
    try:
        with urllib.request.urlopen(request, timeout=2 * PATIENCE_SECONDS) as answer:  # noqa: S310 - likewise
            return json.load(answer)["value"]
    except urllib.error.HTTPError as refused:
        told = json.load(refused)["value"]
        raise WebDriverError(f"{told['error']}: {told['message']}") from refused


@contextmanager
def webkit(site: str, folder: Path) -> Iterator[Window]:
    """Open a window the size of a phone; `folder` takes what the browser writes."""
    browser = _installed()
    with _screen() as display, _driver(display, folder) as driver:
        wanted = {"webkitgtk:browserOptions": {"binary": browser, "args": ["--automation"]}}
        opened = ask(f"{driver}/session", "POST", {"capabilities": {"alwaysMatch": wanted}})
        window = Window(driver, opened["sessionId"], site)
        try:
            width, height = PHONE
            ask(f"{driver}/session/{window.session}/window/rect", "POST", {"width": width, "height": height})
            yield window
        finally:
            ask(f"{driver}/session/{window.session}", "DELETE")


def _installed() -> str:
    """Return where the browser is; skips the test when something of it is missing."""
    found = str(next(LIBRARIES.glob(MINI_BROWSER), ""))
    needed = {"webkit2gtk-driver": found and shutil.which("WebKitWebDriver"), "xvfb": shutil.which("Xvfb")}
    if missing := [package for package, there in needed.items() if not there]:
        pytest.skip(f"NO SECOND ENGINE: install Debian's {' and '.join(missing)}. WebKitGTK was not tested.")
    return found


@contextmanager
def _screen() -> Iterator[str]:
    """A screen of its own that nobody sees; yields its name."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x1000x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as screen:
        try:
            assert screen.stdout is not None
            yield f":{screen.stdout.readline().strip()}"
        finally:
            screen.terminate()


@contextmanager
def _driver(display: str, folder: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    surroundings = {"DISPLAY": display, "GDK_BACKEND": "x11", "LIBGL_ALWAYS_SOFTWARE": "1", "HOME": str(folder)}
    command = ["WebKitWebDriver", f"--port={port}"]
    with subprocess.Popen(command, env=os.environ | surroundings, stderr=subprocess.DEVNULL) as driver:
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_for(address)
            yield address
        finally:
            driver.terminate()


def _wait_for(address: str) -> None:
    latest = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return ask(f"{address}/status", "GET")
        except OSError:
            if time.monotonic() > latest:
                raise
            time.sleep(0.1)
