"""What supervision's routes read and write; moments with their offset, digests as 64 lower-case hex digits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from voucher_service.supervision.inspections import Visit
from voucher_service.supervision.online import Found
from voucher_service.supervision.recordings import Film, Seen
from voucher_service.supervision.rules import FAULTS, KINDS
from voucher_service.web.fields import Identifier, StrictSchema, line

HEADS = validate.Range(0, 10_000)
MOMENTS = validate.Range(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
"""Near the ends of the calendar a time zone would lead out of it."""

DIGEST = validate.Regexp(r"[0-9a-f]{64}\Z", error="64 lower-case hex digits of a SHA-256")
FILMS_MAX = 200


class InspectionEntrySchema(StrictSchema):
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    inspected_at = fields.AwareDateTime(required=True, validate=MOMENTS)
    place = line(100, required=True)
    teachers = fields.Integer(required=True, strict=True, validate=HEADS)
    present = fields.Integer(required=True, strict=True, validate=HEADS)
    photo = line(200, least=0, load_default="")
    photo_sha256 = fields.String(load_default="", validate=validate.Regexp(r"([0-9a-f]{64})?\Z"))
    note = line(500, least=0, load_default="")
    corrects = Identifier(load_default=None, allow_none=True)
    reason = line(200, least=0, load_default="")

    @validates_schema
    def _photo_is_whole(self, data: dict[str, Any], **_: object) -> None:
        if bool(data["photo"]) != bool(data["photo_sha256"]):
            raise ValidationError("a photo has a reference and a digest, or neither", "photo")

    @post_load
    def _visit(self, data: dict[str, Any], **_: object) -> Visit:
        return Visit(**data)


class InspectionSchema(StrictSchema):
    inspection = Identifier(attribute="inspection_id")
    kind = fields.String()
    inspected_at = fields.AwareDateTime()
    standing = fields.String()
    place = fields.String()
    teachers = fields.Integer()
    present = fields.Integer()
    photo = fields.String()
    photo_sha256 = fields.String()
    note = fields.String()
    corrects = Identifier(attribute="corrects_id", allow_none=True)
    reason = fields.String()
    recorded_at = fields.AwareDateTime()


class FilmSchema(StrictSchema):
    session_no = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1000))
    reference = line(200, required=True)
    sha256 = fields.String(required=True, validate=DIGEST)
    starts_at = fields.AwareDateTime(required=True, validate=MOMENTS)
    ends_at = fields.AwareDateTime(required=True, validate=MOMENTS)

    @post_load
    def _film(self, data: dict[str, Any], **_: object) -> Film:
        return Film(**data)


class FilmsSchema(StrictSchema):
    recordings = fields.List(fields.Nested(FilmSchema), required=True, validate=validate.Length(1, FILMS_MAX))


class RecordingSchema(StrictSchema):
    recording = Identifier(attribute="recording_id")
    session_no = fields.Integer()
    reference = fields.String()
    sha256 = fields.String()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    kept_until = fields.Date()


class RecordingsSchema(StrictSchema):
    recordings = fields.List(fields.Nested(RecordingSchema))


class JudgementEntrySchema(StrictSchema):
    shows_everyone = fields.Boolean(required=True, truthy={True}, falsy={False})
    effective = fields.Boolean(required=True, truthy={True}, falsy={False})
    present = fields.Integer(required=True, strict=True, validate=HEADS)
    note = line(500, least=0, load_default="")

    @post_load
    def _seen(self, data: dict[str, Any], **_: object) -> Seen:
        return Seen(**data)


class JudgementSchema(StrictSchema):
    recording = Identifier(attribute="recording_id")
    revision = fields.Integer()
    shows_everyone = fields.Boolean()
    effective = fields.Boolean()
    present = fields.Integer()
    note = fields.String()
    judged_at = fields.AwareDateTime()


class AnswerSchema(StrictSchema):
    """`device` is an opaque mark that the app keeps on the phone; it is never shown to anybody."""

    score = fields.Integer(required=True, strict=True, validate=validate.Range(1, 5))
    device = fields.String(load_default=None, allow_none=True, validate=validate.Regexp(r"[0-9a-f]{32}\Z"))


class AnsweredSchema(StrictSchema):
    round_no = fields.Integer()
    score = fields.Integer()
    answered_at = fields.AwareDateTime()


class RoundSchema(StrictSchema):
    round_no = fields.Integer()
    answers = fields.Integer()
    answers_needed = fields.Integer()
    satisfied = fields.Integer()
    passed = fields.Boolean()
    repair_until = fields.Date(allow_none=True)
    repaired_by = fields.String()


class RepairSchema(StrictSchema):
    repaired_by = line(500, required=True)


class FaultsEntrySchema(StrictSchema):
    session_no = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1000))
    faults = fields.List(fields.String(validate=validate.OneOf(FAULTS)), required=True, validate=validate.Length(max=6))
    note = line(500, least=0, load_default="")

    @post_load
    def _found(self, data: dict[str, Any], **_: object) -> Found:
        return Found(**data)


class OnlineSchema(StrictSchema):
    session_no = fields.Integer()
    platform = fields.String()
    reasons = fields.List(fields.String())
    figures = fields.Dict(keys=fields.String(), values=fields.Integer(allow_none=True))


class OnlineSessionsSchema(StrictSchema):
    online = fields.List(fields.Nested(OnlineSchema))


class SurveySchema(StrictSchema):
    round_no = fields.Integer()
    is_open = fields.Boolean()
    answers = fields.Integer()
    answers_needed = fields.Integer()
    satisfied = fields.Integer(allow_none=True)
    permille = fields.Integer(allow_none=True)
    permille_min = fields.Integer()
    passed = fields.Boolean(allow_none=True)
    repair_until = fields.Date(allow_none=True)


class ShortfallSchema(StrictSchema):
    """`missing` counts minutes of a theory session, and lessons of a practical one."""

    session_no = fields.Integer()
    kind = fields.String()
    missing = fields.Integer()


class InspectionInOverviewSchema(StrictSchema):
    row = fields.Nested(InspectionSchema)
    is_current = fields.Boolean()


class RecordingInOverviewSchema(StrictSchema):
    row = fields.Nested(RecordingSchema)
    judgement = fields.Nested(JudgementSchema, allow_none=True)


class OverviewSchema(StrictSchema):
    opening_head_count = fields.Integer(allow_none=True)
    training_head_count = fields.Integer(allow_none=True)
    checks = fields.Integer()
    inspections_min = fields.Integer()
    inspections = fields.List(fields.Nested(InspectionInOverviewSchema))
    recordings = fields.List(fields.Nested(RecordingInOverviewSchema))
    unrecorded = fields.List(fields.Integer())
    shortfalls = fields.List(fields.Nested(ShortfallSchema))
    incomplete = fields.Integer()
    strikes = fields.Integer()
    survey = fields.Nested(SurveySchema)
    online = fields.List(fields.Nested(OnlineSchema))
    shared_devices = fields.Integer()
    """Answers from a device that answered for somebody else, too; shown to the departments."""
