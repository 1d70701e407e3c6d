"""What attendance's routes read and write."""

from __future__ import annotations

from typing import Final

from marshmallow import fields, validate

from voucher_service.attendance.rules import Missing
from voucher_service.sign_ins.service import SignInSchema
from voucher_service.web.fields import Identifier, StrictSchema, line

SESSION_NO_MAX: Final = 2000
"""Scheduled sessions are numbered to 1000, make-ups from 1001."""

MISSING_ZH: Final = {
    "sessions_short": "还差 {sessions} 次课才能结业。",
    "flagged": "有 {sessions} 次签到存疑，等人社部门核实。",
    "unconfirmed": "有 {sessions} 次只有机构登记、本人没有签到，不计入。",
    "make_up_needed": "剩下的课全到也还差 {sessions} 次，须补课并录像。",
}
MISSING_EN: Final = {
    "sessions_short": "{sessions} more sessions are needed to complete.",
    "flagged": "{sessions} sign-ins are in doubt and wait for the bureau.",
    "unconfirmed": "{sessions} sessions were only ticked by the institution, without a sign-in, and do not count.",
    "make_up_needed": "Attending everything ahead still leaves {sessions} sessions; they have to be made up on film.",
}


class AttendanceSchema(StrictSchema):
    session_no = fields.Integer(required=True, strict=True, validate=validate.Range(1, SESSION_NO_MAX))
    present = fields.List(Identifier(), required=True, validate=validate.Length(1, 200))
    late_minutes = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, 1440))


class RecordedSchema(StrictSchema):
    recorded = fields.Integer()


class OutcomeSchema(StrictSchema):
    completed = fields.Integer()
    forfeited = fields.Integer()


class AttendedSessionSchema(StrictSchema):
    session_no = fields.Integer(attribute="sitting.session_no")
    starts_at = fields.AwareDateTime(attribute="sitting.starts_at")
    standing = fields.String(metadata={"description": "confirmed, unconfirmed, late, flagged, rejected or none"})
    made_up_in = fields.Integer(allow_none=True)
    late_minutes = fields.Integer()
    flags = fields.List(fields.String())


class MissingSessionsSchema(StrictSchema):
    code = fields.String()
    sessions = fields.Integer()
    zh = fields.Function(lambda found: in_words(found, MISSING_ZH))
    en = fields.Function(lambda found: in_words(found, MISSING_EN))


class AttendedSchema(StrictSchema):
    region_id = fields.Integer()
    redemption = Identifier(attribute="redemption_id")
    held = fields.Integer(attribute="tally.held")
    attended = fields.Integer(attribute="tally.attended")
    confirmed = fields.Integer(attribute="tally.confirmed")
    unconfirmed = fields.Integer(attribute="tally.unconfirmed")
    flagged = fields.Integer(attribute="tally.flagged")
    ahead = fields.Integer(attribute="tally.ahead")
    needed = fields.Integer()
    permille = fields.Integer()
    missing = fields.List(fields.Nested(MissingSessionsSchema))
    sessions = fields.List(fields.Nested(AttendedSessionSchema))


class ClassAttendanceSchema(StrictSchema):
    trainees = fields.List(fields.Nested(AttendedSchema))


class FlaggedSignInsSchema(StrictSchema):
    sign_ins = fields.List(fields.Nested(SignInSchema))
    next = fields.String(allow_none=True)


class SignInVerdictSchema(StrictSchema):
    genuine = fields.Boolean(required=True, truthy={True}, falsy={False})
    reason = line(200, required=True)


class SignInVoidSchema(StrictSchema):
    reason = line(200, required=True)


class SignInVoidDecisionSchema(StrictSchema):
    confirmed = fields.Boolean(required=True, truthy={True}, falsy={False})


class SignInDecisionSchema(StrictSchema):
    decision = Identifier(attribute="decision_id")
    sign_in = Identifier(attribute="sign_in_id")
    verdict = fields.String(metadata={"description": "confirm, reject or void"})
    reason = fields.String()
    two_persons = fields.Boolean(metadata={"description": "whether it changes who completes, so that two decide"})
    state = fields.String(metadata={"description": "asked, made or declined"})
    asked_at = fields.AwareDateTime()
    decided_at = fields.AwareDateTime(allow_none=True)


class SignInDecisionsSchema(StrictSchema):
    decisions = fields.List(fields.Nested(SignInDecisionSchema))
    next = fields.String(allow_none=True)


def in_words(found: Missing, sentences: dict[str, str]) -> str:
    return sentences[found.code].format(sessions=found.sessions)
