"""The hash chain that makes a rotating code live.

The holder's phone draws 16 random bytes y(0); y(i+1) is the first 16 bytes of
H("tvq1:chain:" ‖ voucher id ‖ start ‖ u16(i) ‖ y(i)), and the anchor A = y(N) is signed. Step t shows y(N-1-t): whoever
sees it can walk forward to the anchor, nobody can walk back to the next step.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from voucher_service.signing.voucher_code import Header

VALUE_LENGTH: Final = 16
_INDICES: Final = tuple(index.to_bytes(2, "big") for index in range(72 * 120))


def link_prefix(signed_header: bytes) -> bytes:
    """Return the part of the hashed bytes that all links of one session share: its voucher id and its start."""
    return b"tvq1:chain:" + signed_header[4:12] + signed_header[15:18]


def walk(value: bytes, first: int, last: int, prefix: bytes, digest: Callable[[bytes], bytes]) -> bytes:
    """Return y(last) from `value` = y(first); costs last - first hashes."""
    for index in _INDICES[first:last]:
        value = digest(prefix + index + value)[:VALUE_LENGTH]
    return value


def value_at(y0: bytes, index: int, header: Header, digest: Callable[[bytes], bytes]) -> bytes:
    return walk(y0, 0, index, link_prefix(header.to_bytes()), digest)


def anchor_of(y0: bytes, header: Header, digest: Callable[[bytes], bytes]) -> bytes:
    """Return A = y(N), the end that the phone sends and the city signs."""
    return value_at(y0, header.steps, header, digest)


class _Seen(NamedTuple):
    position: int
    value: bytes
    anchor: bytes


class SeenChains:
    """The earliest link that this process has verified of each recent session, so that later codes cost few hashes.

    It only saves hashing: a link enters after its signature was verified, and every code's signature is verified anew.
    Bounded, least recently used first out; safe between threads.
    """

    def __init__(self, sessions_max: int = 4096) -> None:
        self._sessions_max = sessions_max
        self._seen: OrderedDict[bytes, _Seen] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._seen)

    def anchor_from(
        self, signed_header: bytes, value: bytes, index: int, prefix: bytes, digest: Callable[[bytes], bytes]
    ) -> bytes | None:
        """Return the anchor that `value` = y(index) leads to, or None when it meets no link seen before."""
        seen = self._seen.get(signed_header)
        if seen is None:
            return None
        if index <= seen.position:
            meets = walk(value, index, seen.position, prefix, digest) == seen.value
        else:
            meets = walk(seen.value, seen.position, index, prefix, digest) == value
        return seen.anchor if meets else None

    def remember(self, signed_header: bytes, value: bytes, index: int, anchor: bytes) -> None:
        """Keep a verified link unless the same session has an earlier one."""
        with self._lock:
            seen = self._seen.get(signed_header)
            if seen is None or seen.anchor != anchor or index < seen.position:
                self._seen[signed_header] = _Seen(index, value, anchor)
            self._seen.move_to_end(signed_header)
            while len(self._seen) > self._sessions_max:
                self._seen.popitem(last=False)
