"""Files that survive a power cut: replaced whole or not at all, and appended to by many processes at once."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PRIVATE_FILE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700


def replace(path: Path, content: bytes) -> None:
    """Put `content` in the place of `path`, readable by the owner only; a reader sees the old file or the new one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(path.parent)


def append(path: Path, record: bytes) -> None:
    """Add a record to an existing file in one write, so that records of several processes never mix."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND)
    try:
        if os.write(file, record) != len(record):
            raise OSError(f"a record did not fit into {path}")
        os.fdatasync(file)
    finally:
        os.close(file)


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Make the folder, private, and hold its lock against all other processes and threads."""
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    file = os.open(folder / "lock", os.O_WRONLY | os.O_CREAT, PRIVATE_FILE)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
