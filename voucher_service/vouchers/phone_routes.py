"""/api/v1/phone-changes: another phone for a holder who stands at a counter with their ID card.

Neither request takes an Idempotency-Key: a kept answer would hold a code, and a code works once by itself.
"""

# mypy: disallow-untyped-decorators=false

from __future__ import annotations

from typing import Any

from voucher_service.holders import service as holders
from voucher_service.vouchers import service
from voucher_service.vouchers.assist_schemas import (
    HelpAnswerSchema,
    HelpChallengeSchema,
    PhoneChangeRequestSchema,
    PhoneChangeSchema,
)
from voucher_service.web.access import BUREAU_CLERK, allow, caller
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("phone_changes", __name__, url_prefix="/api/v1/phone-changes", description="Changes of a phone")


@blueprint.post("/challenges")
@allow(BUREAU_CLERK)
@blueprint.arguments(PhoneChangeRequestSchema)
@blueprint.response(201, HelpChallengeSchema)
def ask(told: dict[str, Any]) -> holders.Challenge:
    """Have a code sent to the new phone of a holder whose ID card lies before the clerk."""
    return service.ask_phone_change(
        caller(),
        (told["name"], told["id_number"]),
        told["phone"],
        place=told["place"],
        phone_reason=told["phone_reason"],
    )


@blueprint.post("")
@allow(BUREAU_CLERK)
@blueprint.arguments(HelpAnswerSchema)
@blueprint.response(201, PhoneChangeSchema)
def change(shown: dict[str, Any]) -> Any:
    """Show the code from that phone: it is the holder's now, and the old one is told and logged out."""
    return service.change_phone(caller(), shown["challenge_id"], shown["code"])
