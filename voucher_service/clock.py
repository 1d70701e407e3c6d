"""The one source of time: UTC, from the server only.

`Clock` is a port. `SystemClock` is the machine's; `TrialClock` adds an offset kept in a small file, so that a trial
service and all of its worker processes can live through a year in minutes; production settings refuse it.

Neither ever goes back: when the machine's time does, they stand still until it has caught up, and say how far it is
behind, so that nothing is written meanwhile.
"""

from __future__ import annotations

import mmap
import struct
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OFFSET = struct.Struct("<q")


def to_microseconds(moment: datetime) -> int:
    """Microseconds since the Unix epoch of an aware datetime, exact."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def from_microseconds(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)


class Clock(Protocol):
    def now(self) -> datetime:
        """Return the present moment, aware, UTC."""

    def behind(self) -> timedelta:
        """Return by how much the machine's time is earlier than what this clock has told already."""

    def not_before(self, moment: datetime) -> None:
        """Never tell a time before `moment`, which something that is kept bears."""


class SteadyClock:
    """Tells what `_read` says, and never less than it has told before; it counts in microseconds."""

    def __init__(self) -> None:
        self._told = 0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        read = self._read()
        with self._lock:
            self._told = told = max(self._told, read)
        return from_microseconds(told)

    def behind(self) -> timedelta:
        return timedelta(microseconds=max(self._told - self._read(), 0))

    def not_before(self, moment: datetime) -> None:
        with self._lock:
            self._told = max(self._told, to_microseconds(moment))

    def _read(self) -> int:
        raise NotImplementedError


class SystemClock(SteadyClock):
    def _read(self) -> int:
        return time.time_ns() // 1000


class FixedClock:
    """A clock that stands still until it is set; for tests and for drawing golden files."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def behind(self) -> timedelta:
        return timedelta(0)

    def not_before(self, moment: datetime) -> None:
        """Leave the time to whoever sets it."""

    def advance(self, **delta: float) -> None:
        self.moment += timedelta(**delta)


class TrialClock(SteadyClock):
    """System time plus an offset shared through a memory-mapped file of eight bytes (microseconds, little-endian)."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_bytes(_OFFSET.pack(0))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _OFFSET.size)

    def _read(self) -> int:
        (offset,) = _OFFSET.unpack_from(self._shared)
        return time.time_ns() // 1000 + int(offset)

    def move_to(self, moment: datetime) -> None:
        """Make `moment` the present, in every process that shares the file."""
        _OFFSET.pack_into(self._shared, 0, to_microseconds(moment) - time.time_ns() // 1000)
