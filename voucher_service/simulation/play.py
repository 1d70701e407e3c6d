"""One simulation from the first look at the service to the comparison of its counts."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import date, timedelta

import click

from voucher_service.calendar import end_of_day
from voucher_service.demo.loading import PROGRAMME_ID
from voucher_service.simulation import plan
from voucher_service.simulation.actors import Offices
from voucher_service.simulation.connection import Connection
from voucher_service.simulation.rates import Rate
from voucher_service.simulation.report import Account, differences, read_account
from voucher_service.simulation.year import Year

NEXT_CODE = timedelta(minutes=1)
"""Staff who used their one-time code a moment ago, in an earlier simulation perhaps, have a new one by then."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The bureau's reports after the year, what was expected of them, where the two differ, and how fast it went."""

    account: Account
    expected: plan.Expected
    differences: list[str]
    rates: list[Rate]
    people_per_second: float


def play(address: str, issued: int, used: int, seed: int, workers: int) -> Outcome:
    """Play the year against the service at `address`. Raises UnexpectedAnswer; ValueError for an impossible year."""
    service = Connection(address, workers)
    service.move_clock_to(service.now() + NEXT_CODE)
    parts = plan.cast(issued, used, seed)
    year = plan.rounds(parts, service.now(), end_of_day(_last_day(service)))
    expected = plan.expected(year)
    before, begun = read_account(service), time.monotonic()
    with click.progressbar(length=issued, label="a year", file=sys.stderr) as bar:
        Year(service, workers, bar.update).play(year)
    seconds = time.monotonic() - begun
    rates, after = service.stopwatch.rates(seconds), read_account(service)
    return Outcome(after, expected, differences(before, after, expected), rates, round(issued / seconds, 1))


def _last_day(service: Connection) -> date:
    """The last day on which the programme can be claimed from."""
    token = Offices(service).token("finance1")
    programme = service.get(f"/api/v1/programmes/{PROGRAMME_ID}", token)
    return date.fromisoformat(programme["closes_on"])
