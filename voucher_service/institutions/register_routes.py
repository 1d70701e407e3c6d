"""/api/v1/institutions/…: the registers. The institution enters its teachers and rooms, the bureau everything else."""

# mypy: disallow-untyped-decorators=false

from __future__ import annotations

from datetime import date
from typing import Any

from flask import current_app

from voucher_service.calendar import local_date
from voucher_service.errors import Forbidden, NotFound
from voucher_service.institutions import licensing, registers, service, suspending
from voucher_service.institutions.licensing import Listing, NewInstitution
from voucher_service.institutions.models import (
    Blacklisting,
    Institution,
    InstitutionFinding,
    Licence,
    RegionConsent,
    Teacher,
    Venue,
)
from voucher_service.institutions.register_schemas import (
    AuditFindingEntrySchema,
    AuditFindingSchema,
    BlacklistingSchema,
    ConsentEntrySchema,
    ConsentSchema,
    ExitSchema,
    LicenceEndSchema,
    LicenceGrantSchema,
    ListingSchema,
    NewInstitutionSchema,
    StandingSchema,
    TeacherEntrySchema,
    TeacherSchema,
    TeachersSchema,
    VenueEntrySchema,
    VenueSchema,
    VenuesSchema,
)
from voucher_service.institutions.registers import TeacherEntry, VenueEntry
from voucher_service.institutions.schemas import ConfirmationSchema, InstitutionSchema, LicenceSchema
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
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("registers", __name__, url_prefix="/api/v1/institutions")

SEES = (*INSTITUTION, *BUREAU, INDUSTRY_REVIEWER)


@blueprint.route("/", methods=["POST"])
@idempotent
@allow(BUREAU_REVIEWER)
@blueprint.arguments(NewInstitutionSchema)
@blueprint.response(201, InstitutionSchema)
def register_institution(new: NewInstitution) -> Institution:
    """Enter an institution; it is on probation for its first year."""
    if new.region_id not in current_app.extensions["region_ids"]():
        raise NotFound
    if caller().region_id not in {new.region_id, service.CITY_REGION}:
        raise Forbidden
    return licensing.register_institution(new, local_date(now()))


@blueprint.route("/<institution_id>/licences", methods=["POST"])
@idempotent
@allow(BUREAU_REVIEWER)
@blueprint.arguments(LicenceGrantSchema)
@blueprint.response(201, LicenceSchema)
def grant_licence(wanted: dict[str, Any], institution_id: str) -> Licence:
    """Let an institution teach an occupation and level from the day of change on."""
    return licensing.grant_licence(_named(institution_id), **wanted)


@blueprint.route("/<institution_id>/licences/end", methods=["POST"])
@idempotent
@allow(BUREAU_REVIEWER)
@blueprint.arguments(LicenceEndSchema)
@blueprint.response(200, LicenceSchema)
def end_licence(wanted: dict[str, Any], institution_id: str) -> Licence:
    """End a licence after its last day."""
    return licensing.end_licence(_named(institution_id), **wanted)


@blueprint.route("/<institution_id>/teachers")
@allow(*SEES)
@blueprint.response(200, TeachersSchema)
def list_teachers(institution_id: str) -> dict[str, Any]:
    """List the teachers on the register, with masked names."""
    return {"teachers": registers.teachers(_named(institution_id))}


@blueprint.route("/<institution_id>/teachers", methods=["POST"])
@idempotent
@allow(INSTITUTION_ADMIN)
@blueprint.arguments(TeacherEntrySchema)
@blueprint.response(201, TeacherSchema)
def register_teacher(entry: TeacherEntry, institution_id: str) -> Teacher:
    """Enter a teacher; only the bureau's confirmation lets a class name them."""
    return registers.register_teacher(_named(institution_id), entry, caller(), now())


@blueprint.route("/<institution_id>/teachers/<teacher_id>/confirm", methods=["POST"])
@idempotent
@allow(*BUREAU)
@blueprint.response(200, TeacherSchema)
def confirm_teacher(institution_id: str, teacher_id: str) -> Teacher:
    """Confirm what the institution entered, after the bureau has seen the papers."""
    return registers.confirm_teacher(_named(institution_id), identifier(teacher_id), caller(), now())


@blueprint.route("/<institution_id>/teachers/<teacher_id>/leave", methods=["POST"])
@idempotent
@allow(INSTITUTION_ADMIN, *BUREAU)
@blueprint.response(200, TeacherSchema)
def take_teacher_off(institution_id: str, teacher_id: str) -> Teacher:
    return registers.teacher_leaves(_named(institution_id), identifier(teacher_id), now())


@blueprint.route("/<institution_id>/venues")
@allow(*SEES)
@blueprint.response(200, VenuesSchema)
def list_venues(institution_id: str) -> dict[str, Any]:
    """List the rooms on the register."""
    return {"venues": registers.venues(_named(institution_id))}


@blueprint.route("/<institution_id>/venues", methods=["POST"])
@idempotent
@allow(INSTITUTION_ADMIN)
@blueprint.arguments(VenueEntrySchema)
@blueprint.response(201, VenueSchema)
def register_venue(entry: VenueEntry, institution_id: str) -> Venue:
    """Enter a room; only the bureau's confirmation lets a class name it."""
    return registers.register_venue(_named(institution_id), entry, caller(), now())


@blueprint.route("/<institution_id>/venues/<venue_id>/confirm", methods=["POST"])
@idempotent
@allow(*BUREAU)
@blueprint.response(200, VenueSchema)
def confirm_venue(institution_id: str, venue_id: str) -> Venue:
    """Confirm what the institution entered, after the bureau has seen the room."""
    return registers.confirm_venue(_named(institution_id), identifier(venue_id), caller(), now())


@blueprint.route("/<institution_id>/venues/<venue_id>/close", methods=["POST"])
@idempotent
@allow(INSTITUTION_ADMIN, *BUREAU)
@blueprint.response(200, VenueSchema)
def close_venue(institution_id: str, venue_id: str) -> Venue:
    return registers.close_venue(_named(institution_id), identifier(venue_id), now())


@blueprint.route("/<institution_id>/standing")
@allow(*SEES)
@blueprint.response(200, StandingSchema)
def show_standing(institution_id: str) -> dict[str, Any]:
    """Show what may keep an institution from holding a class: findings, suspensions, the black list; and consents."""
    named = _named(institution_id)
    return {
        "findings": licensing.audit_findings(named),
        "consents": licensing.consents(named),
        "suspensions": suspending.suspensions(named),
        "blacklistings": licensing.blacklistings(named),
    }


@blueprint.route("/<institution_id>/findings", methods=["POST"])
@idempotent
@allow(BUREAU_REVIEWER)
@blueprint.arguments(AuditFindingEntrySchema)
@blueprint.response(201, AuditFindingSchema)
def record_finding(entry: dict[str, Any], institution_id: str) -> InstitutionFinding:
    """Write down a clear finding of an audit or inspection: it bars the institution, whose scans stop at once."""
    return licensing.record_finding(_named(institution_id), **entry, by=caller(), now=now())


@blueprint.route("/<institution_id>/consents", methods=["POST"])
@idempotent
@allow(BUREAU_REVIEWER)
@blueprint.arguments(ConsentEntrySchema)
@blueprint.response(201, ConsentSchema)
def grant_consent(entry: dict[str, Any], institution_id: str) -> RegionConsent:
    """Write down the province's consent to train in another region, with its document."""
    days: tuple[date, date] = (entry["valid_from"], entry["valid_until"])
    return licensing.grant_consent(
        _named(institution_id), entry["into_region_id"], entry["document"], days, by=caller(), now=now()
    )


@blueprint.route("/<institution_id>/blacklistings", methods=["POST"])
@idempotent
@allow(BUREAU_REVIEWER)
@blueprint.arguments(ListingSchema)
@blueprint.response(201, BlacklistingSchema)
def ask_listing(listing: Listing, institution_id: str) -> Blacklisting:
    """Ask for an institution to come on the black list; another reviewer confirms."""
    return licensing.ask_listing(_named(institution_id), listing, caller(), now())


@blueprint.route("/<institution_id>/blacklistings/<blacklisting_id>/confirm", methods=["POST"])
@idempotent
@allow(BUREAU_REVIEWER)
@blueprint.response(200, BlacklistingSchema)
def confirm_listing(institution_id: str, blacklisting_id: str) -> Blacklisting:
    """Put an institution on the black list as the second person: it may neither scan nor plan from now on."""
    return licensing.confirm_listing(_named(institution_id), identifier(blacklisting_id), caller(), now())


@blueprint.route("/<institution_id>/blacklistings/<blacklisting_id>/exit", methods=["POST"])
@idempotent
@allow(BUREAU_REVIEWER)
@blueprint.arguments(ExitSchema)
@blueprint.response(200, BlacklistingSchema)
def ask_exit(wanted: dict[str, str], institution_id: str, blacklisting_id: str) -> Blacklisting:
    """Ask for an institution that has mended to leave the black list; another reviewer confirms."""
    named, number = _named(institution_id), identifier(blacklisting_id)
    return licensing.ask_exit(named, number, wanted["reason"], caller(), now())


@blueprint.route("/<institution_id>/blacklistings/<blacklisting_id>/exit/confirm", methods=["POST"])
@idempotent
@allow(BUREAU_REVIEWER)
@blueprint.arguments(ConfirmationSchema)
@blueprint.response(200, BlacklistingSchema)
def confirm_exit(wanted: dict[str, str], institution_id: str, blacklisting_id: str) -> Blacklisting:
    """Take an institution off the black list as the second person."""
    named, number = _named(institution_id), identifier(blacklisting_id)
    return licensing.confirm_exit(named, number, wanted["request"], caller(), now())


def _named(institution_id: str) -> Institution:
    return service.find(identifier(institution_id), caller())
