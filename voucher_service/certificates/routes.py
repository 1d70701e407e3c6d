"""/api/v1/certificates: entered by the institution, verified by the bureau."""

from __future__ import annotations

import json
from typing import Any

from flask import Response

from voucher_service.certificates import service
from voucher_service.certificates.models import Certificate
from voucher_service.certificates.schemas import (
    CertificateEntrySchema,
    CertificateSchema,
    CertificatesSchema,
    DecisionSchema,
)
from voucher_service.database import unit_of_work
from voucher_service.errors import NotFound
from voucher_service.redemptions import service as redemptions
from voucher_service.web.access import BUREAU, BUREAU_CLERK, INSTITUTION, allow, caller
from voucher_service.web.current import identifier, now
from voucher_service.web.idempotency import idempotent, keep, kept_answer, request_hash, required_key
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("certificates", __name__, url_prefix="/api/v1/certificates")


@blueprint.post("")
@idempotent
@allow(*INSTITUTION)
@blueprint.arguments(CertificateEntrySchema)
@blueprint.response(201, CertificateSchema)
def enter(wanted: dict[str, Any]) -> Certificate:
    """Enter the certificate of one trainee of one of the institution's own classes."""
    redemption = redemptions.find(wanted["region_id"], wanted["redemption"])
    if redemption.institution_id != caller().institution_id:
        raise NotFound
    return service.enter(redemption, wanted, caller(), now())


@blueprint.get("/waiting")
@allow(*BUREAU)
@blueprint.response(200, CertificatesSchema)
def list_waiting() -> dict[str, Any]:
    """List certificates that wait for the bureau's verification, oldest first."""
    return {"certificates": service.waiting()}


@blueprint.post("/<string(length=16):certificate>/registry-check")
@allow(*BUREAU)
@blueprint.response(200, CertificateSchema)
def ask_registry(certificate: str) -> Response:
    """Ask the register of certificates; what it says is kept beside the certificate, and a contradiction bars it."""
    key, digest = required_key(), request_hash()
    if earlier := kept_answer(key, digest):
        return earlier
    answer = service.ask_registry(identifier(certificate))
    with unit_of_work():
        found = service.keep_registry_answer(identifier(certificate), answer, caller(), now())
        body = json.dumps(CertificateSchema().dump(found))
        keep(key, digest, 200, body)
    return Response(body, mimetype="application/json")


@blueprint.post("/<string(length=16):certificate>/decision")
@idempotent
@allow(BUREAU_CLERK)
@blueprint.arguments(DecisionSchema)
@blueprint.response(200, CertificateSchema)
def decide(wanted: dict[str, bool], certificate: str) -> Certificate:
    """Verify or refuse an entered certificate; a verified one gives the voucher its value."""
    certificate_id = identifier(certificate)
    return service.verify(certificate_id, caller(), now(), genuine=wanted["genuine"])
