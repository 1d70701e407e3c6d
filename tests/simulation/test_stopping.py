"""A year that is stopped half way takes everything along that it has begun."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

BEGUN_WITHIN_SECONDS = 90
GONE_WITHIN_SECONDS = 60


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """Where temporary folders go."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def begin(scratch: Path, said: Path) -> subprocess.Popen[bytes]:
    """Start a year on a service of its own; what it says goes to a file."""
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DATA_DIR"}}
    asked = [sys.executable, "-m", "voucher_service", "simulate", "--issued", "2000", "--used", "500"]
    # What a shell starts in the background ignores SIGINT, and a child of it would too.
    ours = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with said.open("wb") as out:
            return subprocess.Popen(asked, env={**environment, "TMPDIR": str(scratch)}, stdout=out, stderr=out)
    finally:
        signal.signal(signal.SIGINT, ours)


def descendants(pid: int) -> set[int]:
    found: set[int] = set()
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, children.read_text().split()):
            found |= {child, *descendants(child)}
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""
    except (FileNotFoundError, ProcessLookupError):
        return False


def end(year: subprocess.Popen[bytes], begun: set[int]) -> None:
    """Leave nothing behind that a failed test has found."""
    year.kill()
    year.wait()
    for pid in begun:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def wait_until_people_come(year: subprocess.Popen[bytes], said: Path) -> None:
    """The bar is drawn when the first round begins: the service serves by then."""
    deadline = time.monotonic() + BEGUN_WITHIN_SECONDS
    while b"a year" not in said.read_bytes():
        assert year.poll() is None, said.read_text()
        assert time.monotonic() < deadline, "the year does not begin"
        time.sleep(0.1)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_stopped_year_leaves_no_process_and_no_file_behind(how: signal.Signals, scratch: Path) -> None:
    said = scratch.parent / "said"
    year, begun = begin(scratch, said), set[int]()
    try:
        wait_until_people_come(year, said)
        begun = descendants(year.pid)
        assert len(begun) > 1, "it serves with workers"
        assert list(scratch.iterdir())
        year.send_signal(how)
        assert year.wait(GONE_WITHIN_SECONDS) != 0
        assert not [pid for pid in begun if is_alive(pid)]
        assert list(scratch.iterdir()) == []
    finally:
        end(year, begun)


def test_a_year_that_is_stopped_before_its_service_answers_leaves_nothing_either(scratch: Path) -> None:
    said = scratch.parent / "said"
    year, begun = begin(scratch, said), set[int]()
    try:
        deadline = time.monotonic() + BEGUN_WITHIN_SECONDS
        while not (begun := descendants(year.pid)):
            assert time.monotonic() < deadline, "no service is started"
            time.sleep(0.02)
        year.terminate()
        assert year.wait(GONE_WITHIN_SECONDS) == 128 + signal.SIGTERM
        assert not [pid for pid in begun if is_alive(pid)]
        assert list(scratch.iterdir()) == []
    finally:
        end(year, begun)
