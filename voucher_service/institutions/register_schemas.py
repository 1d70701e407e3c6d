"""The institutions' registers as the API takes and shows them; a person's particulars go in and never come out."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema
from marshmallow.validate import Length, OneOf, Range

from voucher_service.holders.service import NAME_CHARACTERS_MAX
from voucher_service.institutions.licensing import Listing, NewInstitution
from voucher_service.institutions.registers import TeacherEntry, VenueEntry
from voucher_service.institutions.rules import KINDS, ROOM_KINDS
from voucher_service.institutions.schemas import SuspensionSchema
from voucher_service.web.fields import Identifier, line, region

DAYS = Range(date(2000, 1, 1), date(2100, 1, 1))
LEVEL = Length(0, 32)


class NewInstitutionSchema(Schema):
    region_id = region()
    name = line(100, required=True)
    kind = fields.String(required=True, validate=OneOf(KINDS))
    schooling_licence = fields.Boolean(load_default=None, allow_none=True, truthy={True}, falsy={False})

    @post_load
    def _new(self, data: dict[str, Any], **_: object) -> NewInstitution:
        return NewInstitution(**data)


class LicenceGrantSchema(Schema):
    occupation_code = line(32, required=True)
    level = fields.String(required=True, validate=LEVEL)
    valid_from = fields.Date(required=True, validate=DAYS)


class LicenceEndSchema(Schema):
    occupation_code = line(32, required=True)
    level = fields.String(required=True, validate=LEVEL)
    last_day = fields.Date(required=True, validate=DAYS)


class TeacherEntrySchema(Schema):
    name = line(NAME_CHARACTERS_MAX, required=True)
    id_number = fields.String(required=True, validate=Length(15, 20))
    phone = fields.String(required=True, validate=Length(11, 20))
    qualification = line(100, required=True)
    teaching_certificate = fields.Boolean(required=True, truthy={True}, falsy={False})
    valid_until = fields.Date(load_default=None, allow_none=True, validate=DAYS)

    @post_load
    def _entry(self, data: dict[str, Any], **_: object) -> TeacherEntry:
        return TeacherEntry(**data)


class TeacherSchema(Schema):
    teacher_id = Identifier()
    qualification = fields.String()
    teaching_certificate = fields.Boolean()
    valid_until = fields.Date(allow_none=True)
    entered_at = fields.AwareDateTime()
    confirmed_at = fields.AwareDateTime(allow_none=True)
    left_at = fields.AwareDateTime(allow_none=True)


class KnownTeacherSchema(Schema):
    teacher = fields.Nested(TeacherSchema)
    masked_name = fields.String()


class TeachersSchema(Schema):
    teachers = fields.List(fields.Nested(KnownTeacherSchema))


class VenueEntrySchema(Schema):
    address = line(200, required=True)
    room = line(60, required=True)
    kind = fields.String(required=True, validate=OneOf(ROOM_KINDS))
    workstations = fields.Integer(required=True, strict=True, validate=Range(0, 10_000))
    latitude_e6 = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=Range(-90_000_000, 90_000_000)
    )
    longitude_e6 = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=Range(-180_000_000, 180_000_000)
    )

    @post_load
    def _entry(self, data: dict[str, Any], **_: object) -> VenueEntry:
        if (data["latitude_e6"] is None) != (data["longitude_e6"] is None):
            raise ValidationError("a point has a latitude and a longitude", "latitude_e6")
        return VenueEntry(**data)


class VenueSchema(Schema):
    venue_id = Identifier()
    address = fields.String()
    room = fields.String()
    kind = fields.String()
    workstations = fields.Integer()
    latitude_e6 = fields.Integer(allow_none=True)
    longitude_e6 = fields.Integer(allow_none=True)
    entered_at = fields.AwareDateTime()
    confirmed_at = fields.AwareDateTime(allow_none=True)
    closed_at = fields.AwareDateTime(allow_none=True)


class VenuesSchema(Schema):
    venues = fields.List(fields.Nested(VenueSchema))


class AuditFindingEntrySchema(Schema):
    found_on = fields.Date(required=True, validate=DAYS)
    document = line(200, required=True)


class AuditFindingSchema(AuditFindingEntrySchema):
    finding_id = Identifier()
    entered_at = fields.AwareDateTime()


class ConsentEntrySchema(Schema):
    into_region_id = region()
    document = line(200, required=True)
    valid_from = fields.Date(required=True, validate=DAYS)
    valid_until = fields.Date(required=True, validate=DAYS)

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: object) -> None:
        if data["valid_until"] < data["valid_from"]:
            raise ValidationError("valid_until is before valid_from", "valid_until")


class ConsentSchema(Schema):
    consent_id = Identifier()
    into_region_id = fields.Integer()
    document = fields.String()
    valid_from = fields.Date()
    valid_until = fields.Date()
    entered_at = fields.AwareDateTime()


class ListingSchema(Schema):
    reason = line(200, required=True)
    document = line(200, required=True)
    listed_from = fields.Date(required=True, validate=DAYS)
    listed_until = fields.Date(load_default=None, allow_none=True, validate=DAYS)

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: object) -> None:
        if data["listed_until"] is not None and data["listed_until"] < data["listed_from"]:
            raise ValidationError("listed_until is before listed_from", "listed_until")

    @post_load
    def _listing(self, data: dict[str, Any], **_: object) -> Listing:
        return Listing(**data)


class ExitSchema(Schema):
    reason = line(200, required=True)


class BlacklistingSchema(Schema):
    blacklisting_id = Identifier()
    reason = fields.String()
    document = fields.String()
    listed_from = fields.Date()
    listed_until = fields.Date(allow_none=True)
    asked_at = fields.AwareDateTime()
    confirmed_at = fields.AwareDateTime(allow_none=True)
    exit_reason = fields.String(allow_none=True)
    exit_asked_at = fields.AwareDateTime(allow_none=True)
    exit_request = fields.String(allow_none=True)
    exit_confirmed_at = fields.AwareDateTime(allow_none=True)


class StandingSchema(Schema):
    """What may keep an institution from holding a class."""

    findings = fields.List(fields.Nested(AuditFindingSchema))
    consents = fields.List(fields.Nested(ConsentSchema))
    suspensions = fields.List(fields.Nested(SuspensionSchema))
    blacklistings = fields.List(fields.Nested(BlacklistingSchema))
