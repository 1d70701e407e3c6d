"""/api/v1/institutions"""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE

from voucher_service.database import db
from voucher_service.institutions import service, suspending
from voucher_service.institutions.devices import Device
from voucher_service.institutions.models import Institution, InstitutionSuspension
from voucher_service.institutions.schemas import (
    ConfirmationSchema,
    DeviceSchema,
    DevicesSchema,
    EnrolSchema,
    InstitutionSchema,
    InstitutionsSchema,
    LicencesSchema,
    LiftSchema,
    RevokeSchema,
    SuspensionSchema,
)
from voucher_service.web.access import (
    BUREAU,
    BUREAU_REVIEWER,
    INDUSTRY_REVIEWER,
    INSTITUTION,
    INSTITUTION_ADMIN,
    allow,
    caller,
)
from voucher_service.web.current import identifier, now
from voucher_service.web.idempotency import idempotent
from voucher_service.web.paging import PageArguments, page_of
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("institutions", __name__, url_prefix="/api/v1/institutions")


@blueprint.route("/")
@allow(*INSTITUTION, *BUREAU, INDUSTRY_REVIEWER)
@blueprint.arguments(PageArguments, location="query", unknown=RAISE)
@blueprint.response(200, InstitutionsSchema)
def list_institutions(page: dict[str, Any]) -> dict[str, Any]:
    """List the institutions that the caller may see."""
    rows, after = page_of(db.session, service.visible_to(caller()), Institution.institution_id, **page)
    return {"institutions": rows, "next": after}


@blueprint.route("/<institution_id>")
@allow(*INSTITUTION, *BUREAU, INDUSTRY_REVIEWER)
@blueprint.response(200, InstitutionSchema)
def show_institution(institution_id: str) -> Institution:
    return _named(institution_id)


@blueprint.route("/<institution_id>/licences")
@allow(*INSTITUTION, *BUREAU, INDUSTRY_REVIEWER)
@blueprint.response(200, LicencesSchema)
def list_licences(institution_id: str) -> dict[str, Any]:
    institution = _named(institution_id)
    return {"licences": service.licences(institution.region_id, institution.institution_id)}


@blueprint.route("/<institution_id>/suspend", methods=["POST"])
@idempotent
@allow(BUREAU_REVIEWER)
@blueprint.response(200, InstitutionSchema)
def suspend_institution(institution_id: str) -> Institution:
    """Stop an institution at once: its scans are refused from the next one on."""
    return suspending.suspend(_named(institution_id), caller(), now())


@blueprint.route("/<institution_id>/suspension/lift", methods=["POST"])
@idempotent
@allow(BUREAU_REVIEWER)
@blueprint.arguments(LiftSchema)
@blueprint.response(200, SuspensionSchema)
def ask_lift(wanted: dict[str, str], institution_id: str) -> InstitutionSuspension:
    """Ask for a suspension to be lifted; another reviewer confirms."""
    return suspending.ask_lift(_named(institution_id), wanted["reason"], caller(), now())


@blueprint.route("/<institution_id>/suspension/lift/confirm", methods=["POST"])
@idempotent
@allow(BUREAU_REVIEWER)
@blueprint.arguments(ConfirmationSchema)
@blueprint.response(200, SuspensionSchema)
def confirm_lift(wanted: dict[str, str], institution_id: str) -> InstitutionSuspension:
    """Lift a suspension as the second person; scans go on from the next one, unless something else stands."""
    return suspending.confirm_lift(_named(institution_id), wanted["request"], caller(), now())


@blueprint.route("/<institution_id>/devices")
@allow(*INSTITUTION, *BUREAU)
@blueprint.response(200, DevicesSchema)
def list_devices(institution_id: str) -> dict[str, Any]:
    """List an institution's scanning devices, the newest first; revoked ones say when and why."""
    return {"devices": service.devices_of(_named(institution_id))}


@blueprint.route("/<institution_id>/devices", methods=["POST"])
@idempotent
@allow(INSTITUTION_ADMIN)
@blueprint.arguments(EnrolSchema)
@blueprint.response(201, DeviceSchema)
def enrol_device(wanted: dict[str, str], institution_id: str) -> Device:
    """Enrol the device that makes this request with a key that it drew for itself."""
    public_key, proof = bytes.fromhex(wanted["public_key"]), bytes.fromhex(wanted["proof"])
    return service.enrol_device(
        caller(), _named(institution_id), name=wanted["name"], public_key=public_key, proof=proof, now=now()
    )


@blueprint.route("/<institution_id>/devices/<device>/revoke", methods=["POST"])
@idempotent
@allow(INSTITUTION_ADMIN, BUREAU_REVIEWER)
@blueprint.arguments(RevokeSchema)
@blueprint.response(200, DeviceSchema)
def revoke_device(wanted: dict[str, str], institution_id: str, device: str) -> Device:
    """Stop a device: what it uploads from now on is kept and refused."""
    institution = _named(institution_id)
    return service.revoke_device(institution, identifier(device), wanted["reason"], caller(), now())


def _named(institution_id: str) -> Institution:
    return service.find(identifier(institution_id), caller())
