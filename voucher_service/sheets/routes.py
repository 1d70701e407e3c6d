"""/api/v1/sheets: upload a table as the request's body, say which column is what, and follow what becomes of it."""

from __future__ import annotations

from typing import Any

from flask import Response, request, send_file
from marshmallow import RAISE

from voucher_service.sheets import service
from voucher_service.sheets.models import Sheet
from voucher_service.sheets.schemas import (
    FaultsArguments,
    FaultsSchema,
    MappingSchema,
    SheetInFullSchema,
    SheetSchema,
)
from voucher_service.web.access import INSTITUTION, allow, caller
from voucher_service.web.current import identifier, now
from voucher_service.web.idempotency import idempotent
from voucher_service.web.strict_json import Blueprint
from voucher_service.web.uploads import takes_file

blueprint = Blueprint("sheets", __name__, url_prefix="/api/v1/sheets")


@blueprint.post("/<string(maxlength=20):kind>/<string(length=16):subject>")
@idempotent
@allow(*INSTITUTION)
@takes_file(service.FILE_BYTES_MAX)
@blueprint.response(201, SheetSchema)
def upload(kind: str, subject: str) -> Sheet:
    """Upload an xlsx or csv file, as the body, about a class or an exam; nothing of it counts before it is mapped."""
    return service.keep(kind, identifier(subject), request.get_data(), caller(), now())


@blueprint.get("/<string(length=16):sheet>")
@allow(*INSTITUTION)
@blueprint.response(200, SheetInFullSchema)
def show(sheet: str) -> dict[str, Any]:
    """Show where an upload stands, how far it is checked, its headings and what they seem to mean."""
    found = service.find(identifier(sheet), caller())
    headings = [service.text_of(heading) for heading in service.headings(found)]
    fields = service.fields_of(found.kind)
    return {"sheet": found, "headings": headings, "fields_": fields, "mapping": service.guessed(found)}


@blueprint.post("/<string(length=16):sheet>/mapping")
@idempotent
@allow(*INSTITUTION)
@blueprint.arguments(MappingSchema)
@blueprint.response(200, SheetSchema)
def confirm(wanted: dict[str, Any], sheet: str) -> Sheet:
    """Say which column is which field; the rows are checked from now on, all of them accepted or none."""
    return service.confirm(identifier(sheet), wanted["mapping"], caller())


@blueprint.post("/<string(length=16):sheet>/discard")
@idempotent
@allow(*INSTITUTION)
@blueprint.response(200, SheetSchema)
def discard(sheet: str) -> Sheet:
    """Drop an upload that is not done, with everything that was in it."""
    return service.discard(identifier(sheet), caller(), now())


@blueprint.get("/<string(length=16):sheet>/faults")
@allow(*INSTITUTION)
@blueprint.arguments(FaultsArguments, location="query", unknown=RAISE)
@blueprint.response(200, FaultsSchema)
def list_faults(page: dict[str, int], sheet: str) -> dict[str, Any]:
    """List the refused rows above number `after`, each with every reason; repeat until the list is empty."""
    return {"faults": service.faults(service.find(identifier(sheet), caller()), **page)}


@blueprint.get("/<string(length=16):sheet>/workbook")
@allow(*INSTITUTION)
@blueprint.response(200, description="the same rows as xlsx, with a last column 错误原因")
def download(sheet: str) -> Response:
    """Download the table with the reasons beside its rows."""
    workbook = service.answer(service.find(identifier(sheet), caller()))
    return send_file(workbook, service.MIMETYPE, as_attachment=True, download_name=f"{sheet}.xlsx")
