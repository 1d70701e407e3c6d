"""A year's holidays are entered at a terminal, before the year that nobody knows begins to hold classes up."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from voucher_service.calendar import CalendarYearUnknown
from voucher_service.classes import service as classes
from voucher_service.classes.models import TrainingClass
from voucher_service.database import db, unit_of_work
from voucher_service.programmes import service
from voucher_service.programmes.commands import calendar_group
from voucher_service.programmes.errors import WorkingYearUnsound

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

NOW = datetime(2089, 11, 1, 2, tzinfo=UTC)
NOTICE = "示例办发〔2089〕1号"


def enter(year: int, days: dict[date, bool], source: str = NOTICE) -> None:
    with unit_of_work():
        service.enter_year(year, days, source, NOW)


def run(app: Flask, *arguments: str) -> Any:
    return CliRunner().invoke(calendar_group(lambda: app), arguments)


@pytest.mark.usefixtures("city")
def test_a_deadline_runs_into_a_year_once_that_is_entered() -> None:
    """2090-12-21 is a Thursday; 1 to 3 January 2091 are a holiday, and Sunday the 7th is worked for it."""
    waiting = TrainingClass(state="submitted", submitted_at=datetime(2090, 12, 21, 3, tzinfo=UTC), rule_pack_id=1)
    enter(2090, {date(2090, 10, 2): False})
    assert classes.review_clock(waiting, date(2090, 12, 22)) == (date(2090, 12, 21), None, None, False, 2091)
    enter(2091, {date(2091, 1, day): False for day in (1, 2, 3)} | {date(2091, 1, 7): True})
    assert classes.review_clock(waiting, date(2090, 12, 22)) == (date(2090, 12, 21), date(2091, 1, 8), 10, False, None)


@pytest.mark.usefixtures("city")
def test_the_last_entry_of_a_year_counts_and_the_first_stays() -> None:
    flood_day = date(2024, 7, 10)
    enter(2024, {flood_day: False})
    assert not service.working_calendar().is_working_day(flood_day)
    enter(2024, {}, "示例：更正")
    assert service.working_calendar().is_working_day(flood_day)
    assert not service.working_calendar().is_working_day(date(2024, 10, 1)), "what is published stays"
    rows = db.session.execute(text("SELECT revision, source FROM working_year WHERE year = 2024 ORDER BY revision"))
    assert rows.all() == [(1, NOTICE), (2, "示例：更正")]
    db.session.remove()
    for act in ("UPDATE working_year SET source = 'x'", "DELETE FROM working_year"):
        with pytest.raises(DBAPIError):
            db.session.execute(text(act))
        db.session.rollback()


@pytest.mark.parametrize(
    ("year", "days", "source", "fault"),
    [
        (2095, {date(2095, 1, 3): False}, "  ", "no source"),
        (2095, {date(2096, 1, 2): False}, NOTICE, "2096-01-02"),
        (2095, {}, NOTICE, "no holiday"),
        (2095, {date(2095, 1, 1): False}, NOTICE, "no holiday"),
        (2095, {date(2095, 1, 3): True}, NOTICE, "no holiday"),
    ],
)
@pytest.mark.usefixtures("city")
def test_a_year_that_is_unsound_is_refused(year: int, days: dict[date, bool], source: str, fault: str) -> None:
    with pytest.raises(WorkingYearUnsound) as refused:
        enter(year, days, source)
    assert refused.value.figures == {"year": year, "fault": fault}
    with pytest.raises(CalendarYearUnknown):
        service.working_calendar().is_working_day(date(year, 1, 4))


def test_a_terminal_enters_a_year_and_shows_it(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "2093.csv"
    file.write_text("2093-01-01,off\n2093-01-02,off\n\n2093-01-10,work\n", encoding="utf-8-sig")
    assert "calendar_year_unknown" in run(app, "show", "2093").output
    done = run(app, "enter", "2093", str(file), "--source", NOTICE)
    assert done.exit_code == 0, done.output
    # 261 weekdays, less two, and a Saturday.
    assert done.output == "2093: revision 1, 3 days, 260 working days\n"
    shown = run(app, "show", "2093")
    assert shown.output.splitlines() == [
        "2093-01-01,off",
        "2093-01-02,off",
        "2093-01-10,work",
        f"260 working days; {NOTICE}",
    ]
    # 260 weekdays, less 18 of holidays, and 7 days of weekends that were worked for them.
    assert run(app, "show", "2023").output.splitlines()[-1] == "249 working days; as published"


@pytest.mark.parametrize("line", ["2094-13-01,off", "2094-01-01", "2094-01-01,maybe", "x,off"])
def test_a_line_that_is_none_is_named_and_nothing_is_entered(app: Flask, tmp_path: Path, line: str) -> None:
    file = tmp_path / "2094.csv"
    file.write_text(f"2094-01-04,off\n{line}\n", encoding="utf-8")
    done = run(app, "enter", "2094", str(file), "--source", NOTICE)
    assert done.exit_code == 1
    assert "line 2" in done.output
    assert "calendar_year_unknown" in run(app, "show", "2094").output


def test_an_unsound_year_ends_the_command_with_its_code(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "2097.csv"
    file.write_text("", encoding="utf-8")
    done = run(app, "enter", "2097", str(file), "--source", NOTICE)
    assert done.exit_code == 1
    assert "working_year_unsound" in done.output
