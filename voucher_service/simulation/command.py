"""`voucher-service simulate`: a year in minutes, and whether the service kept count of it."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from voucher_service.simulation.play import Outcome


@click.command()
@click.option("--issued", default=20_000, show_default=True, help="Vouchers that are claimed.")
@click.option("--used", default=5_000, show_default=True, help="Vouchers that end in a verified certificate.")
@click.option("--seed", default=1, show_default=True, help="The people and their fates; new people need a new seed.")
@click.option("--url", help="A running demonstration on this machine; without it, one is started for the year.")
@click.option("--workers", default=4, show_default=True, type=click.IntRange(1, 64), help="People acting at once.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def simulate(issued: int, used: int, seed: int, url: str | None, workers: int, *, as_json: bool) -> None:
    """Play a year through the HTTP API; exit 1 unless every count and the ledger are as they must be."""
    # The year brings the whole service with it; other commands should not wait for it.
    from voucher_service.simulation.connection import UnexpectedAnswer  # noqa: PLC0415
    from voucher_service.simulation.local_service import (  # noqa: PLC0415
        LocalService,
        ServiceNotReady,
        put_away_when_stopped,
        verdict_beside,
    )
    from voucher_service.simulation.play import play  # noqa: PLC0415

    if url and not url.startswith(("http://", "https://")):
        raise click.BadParameter("an address begins with http:// or https://", param_hint="--url")
    started = time.monotonic()
    verdict: dict[str, Any] | None = None
    try:
        if url:
            outcome = play(url, issued, used, seed, workers)
            verdict = verdict_beside(url)
        else:
            with put_away_when_stopped(), tempfile.TemporaryDirectory() as folder:
                service = LocalService(Path(folder))
                with service.running():
                    outcome = play(service.address, issued, used, seed, workers)
                verdict = service.verdict()
    except (ServiceNotReady, UnexpectedAnswer, ValueError) as trouble:
        raise click.ClickException(str(trouble)) from trouble
    _tell(outcome, verdict, int(time.monotonic() - started), as_json=as_json)
    sys.exit(0 if not outcome.differences and (verdict is None or verdict["green"]) else 1)


def _tell(outcome: Outcome, verdict: dict[str, Any] | None, seconds: int, *, as_json: bool) -> None:
    from voucher_service.simulation.report import in_words, rates_in_words  # noqa: PLC0415 - as above

    if as_json:
        click.echo(json.dumps(_document(outcome, verdict, seconds), ensure_ascii=False))
        return
    for line in (*in_words(outcome.account, outcome.expected), *rates_in_words(outcome.rates)):
        click.echo(line)
    click.echo(f"{outcome.people_per_second} people a second")
    for difference in outcome.differences:
        click.echo(f"DIFFERENT {difference}")
    click.echo("counts: as expected" if not outcome.differences else f"counts: {len(outcome.differences)} differ")
    click.echo(f"{_verdict_in_words(verdict)}; {seconds} s")


def _document(outcome: Outcome, verdict: dict[str, Any] | None, seconds: int) -> dict[str, Any]:
    account, expected = outcome.account, outcome.expected
    names = ("scans", "answers", "rules", "flags")
    return {
        "funnel": account.funnel,
        "frauds": expected.frauds,
        "refused": {name: getattr(account, name) for name in names},
        "expected_refused": {name: getattr(expected, name) for name in names},
        "differences": outcome.differences,
        "rates": [rate._asdict() for rate in outcome.rates],
        "people_per_second": outcome.people_per_second,
        "ledger": verdict,
        "seconds": seconds,
    }


def _verdict_in_words(verdict: dict[str, Any] | None) -> str:
    if verdict is None:
        return "the ledger was not checked: run `voucher-service verify-ledger` beside the service"
    return "the ledger is green" if verdict["green"] else f"the ledger is BROKEN: {verdict['violations']}"
