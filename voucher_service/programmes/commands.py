"""`voucher-service calendar`: enter a year's holidays, and see which days are worked."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from voucher_service.database import unit_of_work
from voucher_service.errors import Refusal

if TYPE_CHECKING:
    from flask import Flask

WORDS: Final = {"off": False, "work": True}


def calendar_group(make_app: Callable[[], Flask]) -> click.Group:
    """Return the commands; `make_app` is called by each, because both look into the database."""

    @click.group()
    def calendar() -> None:
        """Which days the city's offices work: a year's holidays and the weekends that are worked for them."""

    @calendar.command("enter")
    @click.argument("year", type=click.IntRange(2000, 2200))
    @click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
    @click.option("--source", required=True, help="The notice that arranges it, with its number.")
    def enter(year: int, file: Path, source: str) -> None:
        """Enter YEAR from FILE, a csv of `YYYY-MM-DD,off` and `YYYY-MM-DD,work`: days unlike their weekday.

        A year can be entered again; the last entry counts, and the earlier ones stay on record.
        """
        from voucher_service.programmes import service  # noqa: PLC0415 - brings the whole service with it

        days, app = _read(file), make_app()
        with app.app_context():
            try:
                with unit_of_work():
                    row = service.enter_year(year, days, source, app.extensions["clock"].now())
            except Refusal as refusal:
                raise click.ClickException(f"{refusal.code}: {refusal.sentence_zh} {refusal.sentence_en}") from refusal
            click.echo(f"{year}: revision {row.revision}, {len(row.days)} days, {_worked(year)} working days")

    @calendar.command("show")
    @click.argument("year", type=click.IntRange(2000, 2200))
    def show(year: int) -> None:
        """Print the days of YEAR that are not worked like their weekday, and how many are worked."""
        from voucher_service.programmes import service  # noqa: PLC0415 - as in enter

        app = make_app()
        with app.app_context():
            try:
                worked = _worked(year)
            except Refusal as refusal:
                raise click.ClickException(f"{refusal.code}: {refusal.sentence_zh} {refusal.sentence_en}") from refusal
            entered, calendar = service.entered_of(year), service.working_calendar()
            for day in _days_of(year):
                if calendar.is_working_day(day) != (day.weekday() < 5):  # noqa: PLR2004 - Monday to Friday
                    click.echo(f"{day},{'work' if calendar.is_working_day(day) else 'off'}")
            click.echo(f"{worked} working days; {entered.source if entered else 'as published'}")

    return calendar


def _worked(year: int) -> int:
    from voucher_service.programmes import service  # noqa: PLC0415 - as in enter

    calendar = service.working_calendar()
    return sum(calendar.is_working_day(day) for day in _days_of(year))


def _days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


def _read(file: Path) -> dict[date, bool]:
    """Read the days of a file; ends the command with the line that is wrong."""
    days: dict[date, bool] = {}
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.reader(lines), 1):
            if not row:
                continue
            try:
                day, word = row
                days[date.fromisoformat(day.strip())] = WORDS[word.strip()]
            except (ValueError, KeyError):
                raise click.ClickException(
                    f"line {number} is not `YYYY-MM-DD,off` or `YYYY-MM-DD,work`: {row}"
                ) from None
    return days
