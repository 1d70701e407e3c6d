"""/api/v1/reports"""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import RAISE

from voucher_service.calendar import end_of_day, local_date
from voucher_service.classes import service as classes
from voucher_service.errors import NotFound
from voucher_service.programmes import service as programmes
from voucher_service.redemptions import service as redemptions
from voucher_service.reports import service
from voucher_service.reports.schemas import (
    AsOfArguments,
    FunnelSchema,
    OutlookSchema,
    OutlooksSchema,
    RefusalsSchema,
    RowsArguments,
    RowsSchema,
    TargetsSchema,
)
from voucher_service.web.access import BUREAU, HOLDER, INSTITUTION, REPORT_READERS, allow, caller
from voucher_service.web.current import identifier, now
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("reports", __name__, url_prefix="/api/v1/reports")


@blueprint.get("/funnel/<int(max=2147483647):programme_id>")
@allow(*REPORT_READERS)
@blueprint.arguments(AsOfArguments, location="query", unknown=RAISE)
@blueprint.response(200, FunnelSchema)
def show_funnel(arguments: dict[str, Any], programme_id: int) -> dict[str, Any]:
    """Show the funnel of one programme by region and month against its targets, now or at the end of a past day."""
    return service.funnel_report(programme_id, _today(), arguments["on"])


@blueprint.get("/funnel/<int(max=2147483647):programme_id>/rows")
@allow(*REPORT_READERS)
@blueprint.arguments(RowsArguments, location="query", unknown=RAISE)
@blueprint.response(200, RowsSchema)
def show_rows(arguments: dict[str, Any], programme_id: int) -> dict[str, Any]:
    """List the rows behind a number: the moves that make up a stage, or the vouchers that stand in a state."""
    day: date | None = arguments.pop("on")
    page = {name: arguments.pop(name) for name in ("after", "limit")}
    wanted = service.Wanted(
        programmes.get(programme_id).programme_id, **arguments, until=None if day is None else end_of_day(day)
    )
    return service.rows_behind(wanted, caller(), **page)._asdict()


@blueprint.get("/targets")
@allow(*REPORT_READERS)
@blueprint.response(200, TargetsSchema)
def show_targets() -> dict[str, Any]:
    """Show the plan's three tables of targets as printed, their sums, and where they disagree; none is corrected."""
    return service.targets()


@blueprint.get("/refusals")
@allow(*REPORT_READERS)
@blueprint.response(200, RefusalsSchema)
def show_refusals() -> dict[str, Any]:
    """Show how many scans were refused for each reason, and how many requests of any kind by code and by rule."""
    return service.refusals()._asdict()


@blueprint.get("/outlooks/classes/<string(length=16):training_class>")
@allow(*INSTITUTION, *BUREAU)
@blueprint.response(200, OutlooksSchema)
def show_class_outlooks(training_class: str) -> dict[str, Any]:
    """Say of each trainee of a class whether it will be paid, and what is missing."""
    found = classes.find(identifier(training_class), caller())
    return {"outlooks": service.outlooks(found, now())}


@blueprint.get("/outlooks/vouchers/<string(length=16):voucher>")
@allow(HOLDER)
@blueprint.response(200, OutlookSchema)
def show_own_outlook(voucher: str) -> service.Outlook:
    """Say whether the training that one of the holder's vouchers is spent on will be paid, and what is missing."""
    found = redemptions.live_redemption(caller().region_id, identifier(voucher))
    if found is None or found.holder_id != caller().subject_id:
        raise NotFound
    return service.outlook(found, now())


def _today() -> date:
    return local_date(now())
