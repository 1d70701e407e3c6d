"""An online platform on the loopback that answers whatever a test wants, well or badly."""

from __future__ import annotations

import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class FakePlatform(ThreadingHTTPServer):
    """Answers `body` with `status`; drips it for `drip_seconds`, or sends whoever asks to `elsewhere`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.body, self.drip_seconds, self.elsewhere = 200, b'{"reports": []}', 0.0, ""
        self.asked: list[tuple[str, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: FakePlatform

    def do_GET(self) -> None:
        platform = self.server
        platform.asked.append((self.path, self.headers.get("Authorization")))
        self.send_response(302 if platform.elsewhere else platform.status)
        if platform.elsewhere:
            self.send_header("Location", platform.elsewhere)
        self.end_headers()
        try:
            for at in range(0, len(platform.body), 4096):
                self.wfile.write(platform.body[at : at + 4096])
            until = time.monotonic() + platform.drip_seconds
            while time.monotonic() < until:
                self.wfile.write(b" ")
                time.sleep(0.02)
        except OSError:
            return

    def log_message(self, *_: object) -> None:
        """Say nothing: the tests look at the answers."""


@contextmanager
def fake_platform() -> Iterator[FakePlatform]:
    platform = FakePlatform()
    thread = Thread(target=platform.serve_forever)
    thread.start()
    try:
        yield platform
    finally:
        platform.shutdown()
        thread.join()
        platform.server_close()
