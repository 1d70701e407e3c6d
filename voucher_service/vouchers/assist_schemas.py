"""What the routes of assisted claims read and write."""

from __future__ import annotations

from marshmallow import fields, validate

from voucher_service.holders import service as holders
from voucher_service.vouchers.schemas import AnswersSchema, VoucherSchema
from voucher_service.web.fields import Identifier, StrictSchema, line, region


class PersonSchema(StrictSchema):
    """Who is helped, as on their ID card."""

    name = line(200, required=True)
    id_number = line(40, required=True)
    phone = line(40, required=True)
    region_id = region()
    category = fields.String(required=True, validate=validate.OneOf([known.slug for known in holders.categories()]))


class RelativeSchema(PersonSchema):
    relation = fields.String(required=True, validate=validate.OneOf(holders.RELATIONS))


class CounterSchema(PersonSchema):
    place = line(60, required=True, metadata={"description": "which counter"})
    phone_reason = line(
        200, least=0, load_default="", metadata={"description": "why a phone may stand for a further person"}
    )


class HelpChallengeSchema(StrictSchema):
    challenge_id = Identifier()
    trial_code = fields.String(allow_none=True, metadata={"description": "the code itself, in a trial only; else null"})


class HelpAnswerSchema(StrictSchema):
    challenge_id = Identifier(required=True)
    code = fields.String(required=True, validate=validate.Regexp(r"[0-9]{6}\Z"))


class PhoneChangeRequestSchema(StrictSchema):
    """Whose phone changes, as on their ID card, and the new number."""

    name = line(200, required=True)
    id_number = line(40, required=True)
    phone = line(40, required=True)
    place = line(60, required=True, metadata={"description": "which counter"})
    phone_reason = line(
        200, least=0, load_default="", metadata={"description": "why a phone may stand for a further person"}
    )


class PhoneChangeSchema(StrictSchema):
    change = Identifier(attribute="change_id")
    holder_id = Identifier()
    changed_at = fields.AwareDateTime()


class AssistanceSchema(StrictSchema):
    """Leave to act for one person; `name`, `id_number` and `phone` are masked."""

    assistance = Identifier(attribute="assistance_id")
    expires_at = fields.AwareDateTime()
    name = fields.String()
    id_number = fields.String()
    phone = fields.String()
    vouchers = fields.List(fields.Nested(VoucherSchema))


class HelpedClaimSchema(StrictSchema):
    programme_id = fields.Integer(required=True, strict=True, validate=validate.Range(1, 2**31 - 1))
    answers = fields.Nested(AnswersSchema, required=True)


class HandedCodeSchema(StrictSchema):
    code = fields.String(attribute="shown", metadata={"description": "to be handed over, to nobody else"})
    expires_at = fields.AwareDateTime()
