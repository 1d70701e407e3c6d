"""Files that are whole, whatever interrupts their writing."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from voucher_service.signing import durable_files


def test_a_replaced_file_is_private_and_leaves_no_draft(tmp_path: Path) -> None:
    file = tmp_path / "one"
    file.write_bytes(b"old")
    file.chmod(0o644)
    durable_files.replace(file, b"new")
    assert file.read_bytes() == b"new"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["one"]


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "one"
    file.write_bytes(b"old")

    def full(_descriptor: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        durable_files.replace(file, b"new")
    assert file.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["one"]


def test_a_record_is_never_the_first_of_a_file_nobody_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        durable_files.append(tmp_path / "absent", b"record")


def test_one_thread_at_a_time_holds_a_folder(tmp_path: Path) -> None:
    order: list[str] = []
    waiting = threading.Event()

    def second() -> None:
        waiting.set()
        with durable_files.one_at_a_time(tmp_path / "keys"):
            order.append("second")

    with durable_files.one_at_a_time(tmp_path / "keys"):
        thread = threading.Thread(target=second)
        thread.start()
        waiting.wait()
        thread.join(0.1)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
