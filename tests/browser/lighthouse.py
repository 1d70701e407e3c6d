"""Measures the worker's pages with Lighthouse on a throttled phone: `python -m tests.browser.lighthouse [word]`.

Lighthouse is no part of the lock files; `LIGHTHOUSE` names its command. Every page, or each with the word in its path,
is loaded three times with an empty cache and counts with its median: points for performance, accessibility and best
practices, KiB as they came by the net, seconds until the largest part stood. Too few points for one page, or none
measured, end with 1; without Lighthouse it says so and ends with 2.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM, LAUNCH_ARGS, serving
from tests.browser.test_journey import log_in
from tests.browser.worker_steps import answer_questionnaire
from tests.journey.city import close_town, open_town
from voucher_service.database.migration import migrate
from voucher_service.identifiers import to_hex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from playwright.sync_api import Page

    from tests.journey.city import Town

AIMS: Final = {"performance": 95, "accessibility": 95, "best-practices": 95}
RUNS: Final = 3
TRIES: Final = 3
"""A busy machine may be too slow for one load; what is never loaded ends the measurement."""
FAR: Final = 1
NOT_MEASURED: Final = 2
MISSING: Final = (
    "Lighthouse is not there, so nothing was measured. Install the npm package lighthouse, and set LIGHTHOUSE to its"
    " command.\n"
)


@dataclass(frozen=True, slots=True)
class Scores:
    """The medians of one page: points out of 100, transferred bytes, and the seconds until the page stood."""

    path: str
    points: Mapping[str, int]
    transferred: int
    seconds: float

    def short_of(self) -> list[str]:
        return [name for name, aim in AIMS.items() if self.points[name] < aim]

    def line(self) -> str:
        points = " ".join(f"{self.points[name]:>4}" for name in AIMS)
        return f"{self.path:<34} {points} {self.transferred / 1024:>7.1f} {self.seconds:>6.2f}"


def of_reports(path: str, reports: list[Any]) -> Scores:
    """Read Lighthouse's reports of one page."""

    def median(values: Iterator[float]) -> float:
        return statistics.median(values)

    return Scores(
        path,
        {name: round(100 * median(report["categories"][name]["score"] for report in reports)) for name in AIMS},
        round(median(report["audits"]["total-byte-weight"]["numericValue"] for report in reports)),
        median(report["audits"]["largest-contentful-paint"]["numericValue"] for report in reports) / 1000,
    )


@dataclass(frozen=True, slots=True)
class Meter:
    """Lighthouse, and the browser of a log-in that it looks through."""

    lighthouse: str
    port: int
    address: str
    forget: Callable[[], None]
    """Empties the browser's cache."""

    def scores(self, path: str) -> Scores:
        scores = of_reports(path, [self._report(path) for _ in range(RUNS)])
        sys.stdout.write(scores.line() + "\n")
        return scores

    def _report(self, path: str) -> Any:
        self.forget()
        how = (f"--port={self.port}", "--disable-storage-reset", "--output=json", "--quiet")
        call = [self.lighthouse, self.address + path, *how, f"--only-categories={','.join(AIMS)}"]
        for _ in range(TRIES):
            done = subprocess.run(call, check=False, capture_output=True, text=True, timeout=120)
            if done.returncode == 0:
                return json.loads(done.stdout)
            sys.stderr.write(f"Lighthouse could not load {path}, once more: {done.stderr[-300:]}\n")
        sys.exit(f"Lighthouse could not load {path} {TRIES} times")


def claimed(page: Page, address: str, town: Town) -> str:
    """Claim a voucher; return the path of its page."""
    page.goto(f"{address}/claim/{town.city.programme_id}")
    answer_questionnaire(page)
    page.get_by_role("button", name="下一步：核对").click()
    page.get_by_role("button", name="确认领取").click()
    page.locator("#picture").wait_for(state="visible")
    return page.url.removeprefix(address)


def measured(meter: Meter, page: Page, town: Town, word: str) -> Iterator[Scores]:
    """Measure the worker's pages: what everybody sees, then one worker's way through the claim."""
    programme, a_class = town.city.programme_id, town.city.classes[0]
    yield from (meter.scores(path) for path in ("/", "/login", "/worth") if word in path)
    log_in(page, meter.address, town.city.schools[0].region_id)
    yield from (meter.scores(path) for path in (f"/claim/{programme}",) if word in path)
    voucher = claimed(page, meter.address, town)
    page.goto("about:blank")
    places = (
        "/my",
        voucher,
        f"{voucher}/code",
        "/classes",
        f"/classes/{a_class[0]}/{to_hex(a_class[1])}",
        "/training",
        "/my/data",
    )
    yield from (meter.scores(path) for path in places if word in path)


def main() -> int:
    lighthouse, word = shutil.which(os.environ.get("LIGHTHOUSE", "lighthouse")), "".join(sys.argv[1:2])
    if lighthouse is None:
        sys.stderr.write(MISSING)
        return NOT_MEASURED
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        url = f"sqlite:///{folder}/town.sqlite3"
        migrate(url)
        town = open_town(url, Path(folder) / "data")
        with (
            serving(town.app) as address,
            playwright.chromium.launch_persistent_context(
                f"{folder}/profile",
                executable_path=CHROMIUM,
                args=[*LAUNCH_ARGS, f"--remote-debugging-port={port}"],
                locale="zh-CN",
            ) as context,
        ):
            page = context.new_page()
            wire = context.new_cdp_session(page)
            meter = Meter(lighthouse, port, address, lambda: wire.send("Network.clearBrowserCache") and None)
            found = list(measured(meter, page, town, word))
        close_town(town)
    return FAR if not found or any(scores.short_of() for scores in found) else 0


if __name__ == "__main__":
    sys.exit(main())
