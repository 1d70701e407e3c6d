"""/api/v1/programmes"""

from __future__ import annotations

from typing import Any

from voucher_service.calendar import local_date
from voucher_service.programmes import service
from voucher_service.programmes.schemas import (
    BudgetedProgrammeSchema,
    FieldsSchema,
    OpenProgrammesSchema,
    ProgrammesSchema,
)
from voucher_service.web.access import INSTITUTION, PUBLIC, REPORT_READERS, allow
from voucher_service.web.current import now
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("programmes", __name__, url_prefix="/api/v1/programmes")


@blueprint.route("/")
@allow(*REPORT_READERS, *INSTITUTION)
@blueprint.response(200, ProgrammesSchema)
def list_programmes() -> dict[str, Any]:
    """List every programme, oldest first: a city has a handful."""
    return {"programmes": service.all_programmes()}


@blueprint.route("/open/<int(max=999999):region_id>")
@allow(PUBLIC)
@blueprint.response(200, OpenProgrammesSchema)
def list_open_programmes(region_id: int) -> dict[str, Any]:
    """List what a resident of a region can claim from today, with what is left of the quota."""
    return {"programmes": service.open_programmes(region_id, local_date(now()))}


@blueprint.route("/fields")
@allow(PUBLIC)
@blueprint.response(200, FieldsSchema)
def list_fields() -> dict[str, Any]:
    """List the fields of work that a claim can declare, each with the occupations that are taught in it."""
    return {"fields": [{"family": key, "occupations": taught} for key, taught in service.families().items()]}


@blueprint.route("/<int(max=2147483647):programme_id>")
@allow(*REPORT_READERS)
@blueprint.response(200, BudgetedProgrammeSchema)
def show_programme(programme_id: int) -> dict[str, Any]:
    """Show one programme with its budget and every region's share."""
    programme = service.get(programme_id)
    columns = {column.key: getattr(programme, column.key) for column in programme.__table__.columns}
    return {**columns, "allotments": service.allotments(programme_id)}
