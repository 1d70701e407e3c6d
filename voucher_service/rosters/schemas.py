"""Rosters and the offers that rest on them, on the wire; people only masked."""

from __future__ import annotations

from marshmallow import fields

from voucher_service.web.fields import Identifier, StrictSchema


class ExpectedPersonSchema(StrictSchema):
    name = fields.String(metadata={"description": "masked"})
    id_number = fields.String(metadata={"description": "masked"})


class RosterSchema(StrictSchema):
    roster = Identifier(attribute="roster_id")
    class_id = Identifier()
    sheet = Identifier(attribute="sheet_id")
    persons = fields.Integer()
    created_at = fields.AwareDateTime()


class RosterInFullSchema(StrictSchema):
    roster = fields.Nested(RosterSchema)
    expected = fields.Integer()
    arrived = fields.Integer(metadata={"description": "of those expected, how many have spent a voucher here"})
    people = fields.List(fields.Nested(ExpectedPersonSchema))


class RosterOfferSchema(StrictSchema):
    offer = Identifier(attribute="offer_id")
    roster = Identifier(attribute="roster_id")
    region_id = fields.Integer()
    state = fields.String(metadata={"description": "asked, first_approved, approved or declined"})
    asked_at = fields.AwareDateTime()
    first_at = fields.AwareDateTime(allow_none=True)
    second_at = fields.AwareDateTime(allow_none=True)


class RosterOffersSchema(StrictSchema):
    offers = fields.List(fields.Nested(RosterOfferSchema))


class OfferVerdictSchema(StrictSchema):
    approved = fields.Boolean(required=True, truthy={True}, falsy={False})
