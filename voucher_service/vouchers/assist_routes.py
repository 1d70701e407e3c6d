"""/api/v1/assistances: acting for somebody who cannot do it alone, as a relative or at a counter (亲情代办).

Asking for leave takes no Idempotency-Key, for the reason that log-in has: a kept answer would hold a code.
"""

# mypy: disallow-untyped-decorators=false

from __future__ import annotations

from typing import Any

from flask import Response, current_app

from voucher_service.database.chain import ChainBroken
from voucher_service.errors import Refusal
from voucher_service.holders import service as holders
from voucher_service.institutions import service as institutions
from voucher_service.vouchers import service
from voucher_service.vouchers.assist_schemas import (
    AssistanceSchema,
    CounterSchema,
    HandedCodeSchema,
    HelpAnswerSchema,
    HelpChallengeSchema,
    HelpedClaimSchema,
    RelativeSchema,
)
from voucher_service.vouchers.errors import AnswerUnsettled
from voucher_service.vouchers.schemas import PaperSchema, VoucherSchema
from voucher_service.web.access import BUREAU_CLERK, HOLDER, allow, caller
from voucher_service.web.current import identifier, now
from voucher_service.web.idempotency import idempotent, keep_refusal, kept_answer, request_hash, required_key
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("assistances", __name__, url_prefix="/api/v1/assistances", description="Assisted claims")


@blueprint.post("/challenges")
@allow(HOLDER)
@blueprint.arguments(RelativeSchema)
@blueprint.response(201, HelpChallengeSchema)
def ask_to_help(told: dict[str, Any]) -> holders.Challenge:
    """Have a code sent to the phone of a relative whom the caller wants to help."""
    relation = told.pop("relation")
    return holders.ask_to_help(caller(), holders.Particulars(**told), relation, _regions())


@blueprint.post("")
@allow(HOLDER)
@blueprint.arguments(HelpAnswerSchema)
@blueprint.response(201, AssistanceSchema)
def begin(shown: dict[str, Any]) -> dict[str, Any]:
    """Show the code from that phone, and act for the person for half an hour."""
    return _shown(holders.begin_with_code(caller(), shown["challenge_id"], shown["code"]))


@blueprint.post("/counter")
@allow(BUREAU_CLERK)
@blueprint.arguments(CounterSchema)
@blueprint.response(201, AssistanceSchema)
def receive(told: dict[str, Any]) -> dict[str, Any]:
    """Act for half an hour for a person whose ID card lies before the clerk."""
    place, phone_reason = told.pop("place"), told.pop("phone_reason")
    person = holders.Particulars(**told)
    begun = holders.receive_at_counter(
        caller(),
        person,
        place=place,
        phone_reason=phone_reason,
        regions=_regions(),
        city_region=institutions.CITY_REGION,
    )
    return _shown(begun)


@blueprint.get("/<string(length=16):assistance>")
@allow(HOLDER, BUREAU_CLERK)
@blueprint.response(200, AssistanceSchema)
def show(assistance: str) -> dict[str, Any]:
    """Show whom one acts for, masked, and how their vouchers stand."""
    return _shown(identifier(assistance))


@blueprint.post("/<string(length=16):assistance>/vouchers")
@allow(HOLDER, BUREAU_CLERK)
@blueprint.arguments(HelpedClaimSchema)
@blueprint.response(201, description="`voucher`, `state`, `expires_at`")
def claim(wanted: dict[str, Any], assistance: str) -> Response:
    """Claim a voucher for the person helped, with their own answers; they are told."""
    key, digest = required_key(), request_hash()
    asked = service.Claim(**wanted, idempotency_key=key, request_hash=digest)
    try:
        body = service.claim_with_help(asked, caller(), identifier(assistance), now())
    except ChainBroken:
        if earlier := kept_answer(key, digest):
            return earlier
        raise AnswerUnsettled from None
    except Refusal as refusal:
        return keep_refusal(refusal, key, digest)
    return Response(body, 201, mimetype="application/json")


@blueprint.post("/<string(length=16):assistance>/vouchers/<string(length=16):voucher>/papers")
@idempotent
@allow(BUREAU_CLERK)
@blueprint.response(201, PaperSchema)
def print_paper(assistance: str, voucher: str) -> service.Paper:
    """Print the voucher of the person at the counter; they are told."""
    return service.print_for(caller(), identifier(assistance), identifier(voucher), now())


@blueprint.post("/<string(length=16):assistance>/vouchers/<string(length=16):voucher>/return")
@idempotent
@allow(BUREAU_CLERK)
@blueprint.response(200, VoucherSchema)
def give_back(assistance: str, voucher: str) -> Any:
    """Give the unused voucher of the person at the counter back; they are told."""
    return service.give_back_for(caller(), identifier(assistance), identifier(voucher), now())


@blueprint.post("/<string(length=16):assistance>/one-time-code")
@allow(BUREAU_CLERK)
@blueprint.response(201, HandedCodeSchema)
def hand_out_code(assistance: str) -> holders.OneTimeCode:
    """Hand the person at the counter a one-time code for their paper voucher; kept under no key."""
    return service.hand_out_code(caller(), identifier(assistance), now())


def _shown(assistance_id: int) -> dict[str, Any]:
    moment = now()
    leave = holders.require_assistance(caller(), assistance_id, moment)
    found = service.vouchers_of_helped(caller(), assistance_id, moment)
    return {
        "assistance_id": assistance_id,
        "expires_at": leave.expires_at,
        **holders.masked(leave.holder_id)._asdict(),
        "vouchers": found,
    }


def _regions() -> Any:
    return current_app.extensions["region_ids"]()
