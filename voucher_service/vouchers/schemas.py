"""What the vouchers' routes read and write."""

from __future__ import annotations

from marshmallow import fields, validate

from voucher_service.vouchers.fitting import SCHOOLINGS
from voucher_service.web.fields import Identifier, StrictSchema, line


class AnswersSchema(StrictSchema):
    """The questionnaire, 二(三)1: will and ability, schooling, and of an employee the field of work.

    `post` and `former_post` are families as /api/v1/programmes/fields lists them, or `other`; `former_post` only after
    a transfer.
    """

    wants_training = fields.Boolean(required=True, truthy={True}, falsy={False})
    wants_work = fields.Boolean(required=True, truthy={True}, falsy={False})
    able_to_attend = fields.Boolean(required=True, truthy={True}, falsy={False})
    schooling = fields.String(required=True, validate=validate.OneOf(SCHOOLINGS))
    post = line(60)
    former_post = line(60)


class ClaimSchema(StrictSchema):
    programme_id = fields.Integer(required=True, strict=True, validate=validate.Range(1, 2**31 - 1))
    answers = fields.Nested(AnswersSchema, required=True)


class AcceptanceSchema(StrictSchema):
    answers = fields.Nested(AnswersSchema, required=True)


class VoucherSchema(StrictSchema):
    voucher = Identifier(attribute="voucher_id")
    programme_id = fields.Integer()
    state = fields.String()
    issued_at = fields.AwareDateTime()
    expires_at = fields.AwareDateTime()
    reserved_fen = fields.Integer(allow_none=True)
    value_fen = fields.Integer(allow_none=True)
    certify_by = fields.AwareDateTime(allow_none=True)
    only_family = fields.String(allow_none=True, metadata={"description": "the only field of classes it is good for"})
    not_family = fields.String(allow_none=True, metadata={"description": "the field of classes it is not good for"})


class VouchersSchema(StrictSchema):
    vouchers = fields.List(fields.Nested(VoucherSchema))


class HeaderSchema(StrictSchema):
    header = fields.String(metadata={"description": "24 bytes, hex"})
    server_time = fields.AwareDateTime()


class SessionRequestSchema(StrictSchema):
    header = fields.String(required=True, validate=validate.Regexp(r"[0-9a-f]{48}\Z"))
    anchor = fields.String(required=True, validate=validate.Regexp(r"[0-9a-f]{32}\Z"))


class SignatureSchema(StrictSchema):
    signature = fields.String(metadata={"description": "64 bytes, hex"})


class FactSchema(StrictSchema):
    seq = fields.Integer()
    kind = fields.String()
    from_state = fields.String()
    to_state = fields.String()
    amount_fen = fields.Integer()
    actor_role = fields.String()
    recorded_at = fields.AwareDateTime()


class TimelineSchema(StrictSchema):
    facts = fields.List(fields.Nested(FactSchema))


class PaperSchema(StrictSchema):
    paper_no = fields.String(metadata={"description": "16 digits, to be typed by hand"})
    digits = fields.String(metadata={"description": "212 digits, in the picture; redeems with card and one-time code"})
    printed_at = fields.AwareDateTime()


class EndRequestSchema(StrictSchema):
    """What is asked of a voucher; `reason` is one of the codes that belong to the kind."""

    voucher = Identifier(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(("void", "revoke")))
    reason = line(40, required=True)
    note = line(200, least=0, load_default="")


class VoucherVerdictSchema(StrictSchema):
    confirmed = fields.Boolean(required=True, truthy={True}, falsy={False})


class VoucherDecisionSchema(StrictSchema):
    """`reference` is the redemption that an undo is about; persons are not named."""

    decision = Identifier(attribute="decision_id")
    region_id = fields.Integer()
    voucher = Identifier(attribute="voucher_id")
    kind = fields.String()
    reason = fields.String()
    note = fields.String()
    reference = Identifier(attribute="reference_id", allow_none=True)
    state = fields.String()
    asked_at = fields.AwareDateTime()
    decided_at = fields.AwareDateTime(allow_none=True)


class VoucherDecisionsSchema(StrictSchema):
    decisions = fields.List(fields.Nested(VoucherDecisionSchema))
