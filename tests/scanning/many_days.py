"""Many random schedules against the rules: `python -m tests.scanning.many_days` counts what became of all their scans.

`--page` writes the count as the table of docs/offline-schedules.md; it exits 1 when one schedule went wrong.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.scanning.book import BROKEN, Book
from tests.scanning.judgement import faults_of, kinds
from tests.scanning.schedules import Schedule, drawn

SEED: Final = 20260309
ALL: Final = 100_000
EVERY_KIND: Final = {
    "redeemed": "once for each voucher",
    "already_redeemed": "another scan of the voucher came first",
    "refused_at_door": "the device had refused it itself",
    "code_bad_signature": "the code was altered",
    "holder_mismatch": "another person's card, let in by the device",
    "offline_entry_altered": "the card was changed after the scan",
    "offline_from_future": "the code's time had not come",
    "offline_too_late": "older than 72 hours when it came",
    "offline_stale": "the code was old when the device was last heard from: a screenshot, or a clock set back",
    "offline_number_reused": "the log was rolled back, and its number is taken",
    "offline_log_forked": "the log was rolled back, and the entry joins no neighbour",
    "offline_entry_not_signed": "added by somebody without the device's key",
    "device_revoked": "the device was stopped before the upload",
    "sync heard": "the device has its keys, and the end of its log is noted",
    "sync device_revoked": "a stopped device asks for keys",
    "sync device_log_rolled_back": "the log is shorter than what is known of it, or another one",
}
PAGE: Final = """# Scans without a net: what became of {schedules:,} random days

`.venv/bin/python -m tests.scanning.many_days --schedules {schedules} --page docs/offline-schedules.md` made this. Each
schedule has one to three devices with up to six scans each of up to four vouchers: live codes, screenshots of a minute
to a day, codes run ahead, altered codes, other people's cards, device clocks up to 24 hours off, logs that are rolled
back, devices that are stopped. Each is lived through twice, with another order of arrival: uploads cut in pieces,
shuffled, sent again, and up to 75 hours late. In {orderly:,} of them all logs are whole and everything arrives at one
moment; there the same vouchers must be redeemed in both orders.

What each upload and each sync is answered is worked out a second time from the rules' words alone
(`tests/scanning/judgement.py`) and compared, answer by answer.

| what became of it | times | that is |
|---|---|---|
{table}

Scans made: {scans:,}, each answered in both lives. Vouchers redeemed twice: 0. Scans that vanished: 0. Scans answered
differently when they came again: 0. Answers unlike the second working-out: 0. Seed {seed}, {seconds:.0f} seconds of one
core.

The same check finds each of {broken} services that are broken on purpose: {names}.

A share of the schedules also runs through the real verbs with their database, on SQLite and on PostgreSQL, and over
HTTP, many days at once in one town, and with a service that dies in the middle of every upload
(`tests/scanning/test_offline_schedules.py`).
"""


@dataclass
class Tally:
    """What became of many schedules, and what was wrong with the first few that went wrong."""

    schedules: int = 0
    orderly: int = 0
    scans: int = 0
    seconds: float = 0.0
    kinds: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[Schedule, list[str]]] = field(default_factory=list)


def live_through(count: int, book: type[Book] = Book, seed: int = SEED) -> Tally:
    """Draw so many schedules and live through each, until three have gone wrong."""
    draw = random.Random(seed)  # noqa: S311 - a schedule, not a secret
    tally, begun = Tally(), time.process_time()
    while tally.schedules < count and len(tally.faults) < 3:
        schedule = drawn(draw)
        records = [book.live(schedule, life) for life in schedule.lives]
        if found := faults_of(schedule, records):
            tally.faults.append((schedule, found))
        tally.schedules += 1
        tally.orderly += schedule.orderly
        tally.scans += len(schedule.scans)
        tally.kinds += kinds(records)
    tally.seconds = time.process_time() - begun
    return tally


def page(tally: Tally) -> str:
    """Write the count as a page; only for a tally without faults, because it says that there are none."""
    rows = [f"| `{kind}` | {tally.kinds[kind]:,} | {meaning} |" for kind, meaning in EVERY_KIND.items()]
    return PAGE.format(
        **{name: getattr(tally, name) for name in ("schedules", "orderly", "scans", "seconds")},
        table="\n".join(rows),
        seed=SEED,
        broken=len(BROKEN),
        names=", ".join(f"`{broken.__name__}`" for broken in BROKEN),
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.scanning.many_days", description=__doc__)
    parser.add_argument("--schedules", type=int, default=ALL, help=f"how many ({ALL:,})")
    parser.add_argument("--page", type=Path, help="write the table there")
    wanted = parser.parse_args()
    tally = live_through(wanted.schedules)
    for schedule, found in tally.faults:
        print(schedule, *found, sep="\n  ")  # noqa: T201 - what it is for
    if tally.faults:
        return 1
    if wanted.page:
        wanted.page.write_text(page(tally), encoding="utf-8")
    print(page(tally))  # noqa: T201 - likewise
    return 0


if __name__ == "__main__":
    sys.exit(main())
