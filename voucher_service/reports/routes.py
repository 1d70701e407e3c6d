"""/api/v1/reports"""

from __future__ import annotations

from typing import Any

from voucher_service.programmes import service as programmes
from voucher_service.reports import service
from voucher_service.reports.schemas import FunnelSchema, RefusalsSchema
from voucher_service.web.access import REPORT_READERS, allow
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("reports", __name__, url_prefix="/api/v1/reports")


@blueprint.get("/funnel/<int(max=2147483647):programme_id>")
@allow(*REPORT_READERS)
@blueprint.response(200, FunnelSchema)
def show_funnel(programme_id: int) -> dict[str, Any]:
    """Show the funnel of one programme by region and month against its targets."""
    return service.funnel_report(programmes.get(programme_id).programme_id)


@blueprint.get("/refusals")
@allow(*REPORT_READERS)
@blueprint.response(200, RefusalsSchema)
def show_refusals() -> dict[str, Any]:
    """Show how many scans were refused for each reason."""
    return {"refusals": service.refusals_by_reason()}
