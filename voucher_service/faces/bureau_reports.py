"""The bureau's reports as pages: the funnel with its pace, the plan's own targets, and the rows behind each number."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, render_template, request

from voucher_service.calendar import end_of_day, local_date
from voucher_service.errors import InvalidInput
from voucher_service.faces import charts, forms
from voucher_service.programmes import service as programmes
from voucher_service.reports import service as reports
from voucher_service.web.access import REPORT_READERS, allow, caller

blueprint = Blueprint("reports", __name__)


@blueprint.get("/")
@allow(*REPORT_READERS)
def show_dashboard() -> str:
    """Show each programme's funnel and pace, drawn and as tables, now or as of the end of a past day."""
    today, day = local_date(forms.now()), _day_asked_for()
    found = [reports.funnel_report(programme.programme_id, today, day) for programme in programmes.all_programmes()]
    return render_template(
        "bureau/dashboard.html",
        funnels=[(funnel, _charts(funnel), charts.region_tiles(funnel["regions"])) for funnel in found],
        today=today,
        day=min(day or today, today),
    )


@blueprint.get("/rows")
@allow(*REPORT_READERS)
def show_rows() -> str:
    """List the rows behind a number of the dashboard, one page at a time."""
    programme = programmes.get(_number("programme") or 0)
    day = _day_asked_for()
    wanted = reports.Wanted(
        programme.programme_id,
        region_id=_number("region"),
        month=_number("month"),
        stage=request.args.get("stage"),
        state=request.args.get("state"),
        until=None if day is None else end_of_day(day),
    )
    page = reports.rows_behind(wanted, caller(), request.args.get("after"))
    return render_template("bureau/rows.html", programme=programme, wanted=wanted, page=page, day=day)


@blueprint.get("/targets")
@allow(*REPORT_READERS)
def show_targets() -> str:
    """Show annex 1, annex 2 and the ten projects as printed, side by side, and where they disagree."""
    return render_template("bureau/targets.html", targets=reports.targets(), columns=reports.TARGET_COLUMNS)


def _charts(funnel: dict[str, Any]) -> dict[str, charts.PaceChart]:
    return {line: charts.pace_chart(funnel["pace"][line]) for line in ("issued", "used")}


def _day_asked_for() -> date | None:
    """Read the day of `?on=`; refuses with InvalidInput."""
    text = request.args.get("on", "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput({"on": ["YYYY-MM-DD"]}) from None
    if not 2000 <= day.year < 2100:  # noqa: PLR2004 - near the ends of the calendar a time zone would lead out of it
        raise InvalidInput({"on": ["2000-2099"]})
    return day


def _number(name: str) -> int | None:
    """Read a whole number of six digits from the address; refuses with InvalidInput."""
    text = request.args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 6):  # noqa: PLR2004 - a region, a month, a programme
        raise InvalidInput({name: ["0-999999"]})
    return int(text)
