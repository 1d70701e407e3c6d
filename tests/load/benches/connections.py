"""A load generator that costs little itself: keep-alive connections that each send one prepared request at a time."""

from __future__ import annotations

import json
import re
import select
import socket
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)


class Answered(NamedTuple):
    """How long all requests took together, and each answer's status and time."""

    seconds: float
    statuses: tuple[int, ...]
    latencies: tuple[float, ...]


class _Line:
    """One connection: what was sent last, and what has come back of its answer."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0.0
        self.received = b""

    def send(self, request: bytes) -> None:
        self.received, self.sent_at = b"", time.perf_counter()
        self.socket.sendall(request)

    def status_if_complete(self) -> int | None:
        """Take in what has arrived; return the answer's status once all of it has."""
        chunk = self.socket.recv(65536)
        if not chunk:
            raise ConnectionError("the service closed a kept-alive connection")
        self.received += chunk
        end = self.received.find(b"\r\n\r\n")
        if end < 0 or len(self.received) - end - 4 < _content_length(self.received[: end + 2]):
            return None
        return int(self.received[9:12])


def send_all(address: tuple[str, int], requests: Sequence[bytes], connections: int) -> Answered:
    """Send every request once, as many at a time as there are connections."""
    statuses, latencies, waiting = [], [], iter(requests)
    with ExitStack() as held:
        ready = held.enter_context(select.epoll())
        opened = [_Line(address) for _ in range(min(connections, len(requests)))]
        lines = {line.socket.fileno(): line for line in opened}
        for number, line in lines.items():
            held.enter_context(line.socket)
            ready.register(number, select.EPOLLIN)
        start = time.perf_counter()
        for line in opened:
            line.send(next(waiting))
        while len(statuses) < len(requests):
            for number, _ in ready.poll():
                line = lines[number]
                status = line.status_if_complete()
                if status is None:
                    continue
                statuses.append(status)
                latencies.append(time.perf_counter() - line.sent_at)
                _send_next(line, waiting)
        seconds = time.perf_counter() - start
    return Answered(seconds, tuple(statuses), tuple(latencies))


def _send_next(line: _Line, waiting: Iterator[bytes]) -> None:
    request = next(waiting, None)
    if request is not None:
        line.send(request)


def post(path: str, token: str, key: str, body: Any) -> bytes:
    """Return the bytes of one JSON request."""
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def _content_length(head: bytes) -> int:
    found = _LENGTH.search(head)
    assert found, head
    return int(found[1])
