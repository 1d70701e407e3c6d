"""The tour of README.md, line by line, against a service that was started as a user starts it; and its pictures."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TOUR = re.search(r"```sh\n(API=.*?)```", README, re.DOTALL)
PICTURE_BYTES_MAX = 150_000
STARTS_WITHIN_SECONDS = 60


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """The port of a service that a process of its own serves from an empty folder."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    settings = {"PORT": str(number), "DATA_DIR": str(tmp_path), "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    with (tmp_path / "log").open("wb") as log:
        service = subprocess.Popen(
            [sys.executable, "-m", "voucher_service", "serve"], cwd=ROOT, env=settings, stdout=log, stderr=log
        )
        try:
            wait_until_ready(number, service)
            yield number
        finally:
            service.terminate()
            service.wait(30)


def wait_until_ready(port: int, service: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < until and service.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz"):
                return
        except (URLError, ConnectionError):
            time.sleep(0.2)
    pytest.fail("the service did not start")


@pytest.mark.skipif(shutil.which("curl") is None, reason="the tour needs curl")
def test_the_tour_of_the_readme_runs_as_printed(port: int) -> None:
    assert TOUR
    tour = TOUR[1].replace(":8000/", f":{port}/")
    assert len(tour.splitlines()) <= 10
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", tour], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    answered = done.stdout.replace(" ", "")
    for told in ('"kind":"VoucherClaimed"', '"issued":1', '"counts":1'):
        assert told in answered


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_every_picture_of_a_readme_is_there_and_small(page: str) -> None:
    named = re.findall(r"!\[[^]]+\]\(([^)]+)\)", (ROOT / page).read_text(encoding="utf-8"))
    assert len(named) >= 4
    assert [name for name in named if not 0 < (ROOT / name).stat().st_size < PICTURE_BYTES_MAX] == []


def test_the_chinese_readme_has_the_same_tour() -> None:
    assert TOUR
    assert TOUR[0] in (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
