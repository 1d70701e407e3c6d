"""Classes as the API takes and shows them; money in fen, days as YYYY-MM-DD, moments with their offset."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from marshmallow import Schema, fields, post_load
from marshmallow.validate import Length, OneOf, Range, Regexp

from voucher_service.classes.proposal import Lessons, Proposal
from voucher_service.classes.rules import CERTIFICATE_TYPES, LEVELS, MOVES, Meeting
from voucher_service.web.fields import Identifier, line
from voucher_service.web.paging import PageArguments

PROGRAMME_MAX = 2**31 - 1
SESSIONS_MAX = 400
DAYS = Range(date(2000, 1, 1), date(2100, 1, 1))
MOMENTS = Range(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
"""Near the ends of the calendar a time zone would lead out of it."""

NAMED_MAX = 40
ENTERPRISE_CODE = Regexp(r"[0-9A-HJ-NP-RT-UW-Y]{18}\Z", error="18 characters of a unified social credit code")
COUNT_MAX = 10_000
"""Far above what any rule allows, so that a rule and not a bound refuses; far below what any column holds."""


class ClassPageArguments(PageArguments):
    state = fields.String(load_default=None, validate=OneOf(sorted(MOVES)))


class LessonsSchema(Schema):
    teachers = fields.Integer(required=True, strict=True, validate=Range(0, COUNT_MAX))
    workstations = fields.Integer(required=True, strict=True, validate=Range(0, COUNT_MAX))
    lesson_minutes = fields.Integer(required=True, strict=True, validate=Range(1, 240))
    theory_lessons = fields.Integer(required=True, strict=True, validate=Range(0, COUNT_MAX))
    practical_lessons = fields.Integer(required=True, strict=True, validate=Range(0, COUNT_MAX))
    online_lessons = fields.Integer(load_default=0, strict=True, validate=Range(0, COUNT_MAX))
    online_platform = line(100, least=0, load_default="")
    teacher_ids = fields.List(Identifier(), load_default=list, validate=Length(max=NAMED_MAX))
    venue_ids = fields.List(Identifier(), load_default=list, validate=Length(max=NAMED_MAX))

    @post_load
    def _lessons(self, data: dict[str, Any], **_: object) -> Lessons:
        return Lessons(**data)


class SessionSchema(Schema):
    starts_at = fields.AwareDateTime(required=True, validate=MOMENTS)
    ends_at = fields.AwareDateTime(required=True, validate=MOMENTS)
    kind = fields.String(required=True, validate=OneOf(["theory", "practical", "online"]))

    @post_load
    def _meeting(self, data: dict[str, Any], **_: object) -> Meeting:
        return Meeting(**data)


class ProposalSchema(Schema):
    programme_id = fields.Integer(required=True, strict=True, validate=Range(1, PROGRAMME_MAX))
    occupation_code = line(32, required=True)
    level = fields.String(required=True, validate=OneOf(LEVELS))
    certificate_type = fields.String(required=True, validate=OneOf(CERTIFICATE_TYPES))
    capacity = fields.Integer(required=True, strict=True, validate=Range(1, COUNT_MAX))
    enrols_until = fields.AwareDateTime(required=True, validate=MOMENTS)
    starts_on = fields.Date(required=True, validate=DAYS)
    ends_on = fields.Date(required=True, validate=DAYS)
    lessons = fields.Nested(LessonsSchema, required=True)
    sessions = fields.List(fields.Nested(SessionSchema), load_default=list, validate=Length(max=SESSIONS_MAX))
    held_in_region_id = fields.Integer(load_default=None, allow_none=True, strict=True, validate=Range(100000, 999999))
    apprentices_of = fields.String(load_default=None, allow_none=True, validate=ENTERPRISE_CODE)

    @post_load
    def _proposal(self, data: dict[str, Any], **_: object) -> Proposal:
        return Proposal(**data)


class OpinionSchema(Schema):
    step = fields.String(required=True, validate=OneOf(["industry", "bureau"]))
    verdict = fields.String(required=True, validate=OneOf(["approve", "refuse"]))
    note = line(500, least=0, load_default="")


class ClassSchema(Schema):
    class_id = Identifier()
    institution_id = Identifier()
    region_id = fields.Integer()
    programme_id = fields.Integer()
    occupation_code = fields.String()
    family = fields.String()
    level = fields.String()
    certificate_type = fields.String()
    state = fields.String()
    capacity = fields.Integer()
    seats_taken = fields.Integer()
    standard_fen = fields.Integer()
    enrols_until = fields.AwareDateTime()
    starts_on = fields.Date()
    ends_on = fields.Date()
    submitted_at = fields.AwareDateTime(allow_none=True)
    held_in_region_id = fields.Integer(allow_none=True)
    apprentices_of = fields.String(allow_none=True)


class SignedOpinionSchema(OpinionSchema):
    turn = fields.String()
    given_at = fields.AwareDateTime()


class ReviewClockSchema(Schema):
    accepted_on = fields.Date()
    due_on = fields.Date(allow_none=True)
    working_days_left = fields.Integer(allow_none=True)
    overdue = fields.Boolean()
    unknown_year = fields.Integer(
        allow_none=True, metadata={"description": "its holidays are not entered, so that no last day can be told"}
    )


class ClassInFullSchema(Schema):
    training_class = fields.Nested(ClassSchema)
    review_clock = fields.Nested(
        ReviewClockSchema, allow_none=True, metadata={"description": "R27: the industry department's working days"}
    )
    lessons = fields.Nested(LessonsSchema)
    sessions = fields.List(fields.Nested(SessionSchema))
    opinions = fields.List(fields.Nested(SignedOpinionSchema))


class ClassesSchema(Schema):
    classes = fields.List(fields.Nested(ClassSchema))
    next = fields.String(allow_none=True)


class FindingSchema(Schema):
    rule_id = fields.String()
    clause = fields.String()
    outcome = fields.String()
    light = fields.String(metadata={"description": "green, amber or red"})
    wants_reason = fields.Boolean(metadata={"description": "nobody approves without a written reason"})
    figures = fields.Dict(keys=fields.String())
    zh = fields.String()
    en = fields.String()


class FindingsSchema(Schema):
    findings = fields.List(fields.Nested(FindingSchema))


class NumberChangeSchema(Schema):
    key = fields.String()
    now = fields.Integer(allow_none=True)
    then = fields.Integer()


class ChangeSchema(Schema):
    class_id = Identifier(attribute="training_class.class_id")
    state = fields.String(attribute="training_class.state")
    takes_effect = fields.Boolean(metadata={"description": "a draft; what is submitted keeps its own pack"})
    before = fields.Nested(FindingSchema)
    after = fields.Nested(FindingSchema)


class PreviewSchema(Schema):
    numbers = fields.List(fields.Nested(NumberChangeSchema))
    classes_looked_at = fields.Integer()
    changes = fields.List(fields.Nested(ChangeSchema))
