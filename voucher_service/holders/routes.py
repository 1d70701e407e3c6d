"""A holder's log-in by real name and text message, and the holder's own page.

Nothing here takes an Idempotency-Key: a kept answer would be a token, or a person's particulars, kept in clear.
"""

from __future__ import annotations

from typing import Any

from flask import current_app

from voucher_service.holders import service
from voucher_service.holders.schemas import (
    ChallengeSchema,
    HolderSchema,
    LoggedInSchema,
    LogInRequestSchema,
    LogInSchema,
)
from voucher_service.holders.service import Challenge
from voucher_service.identifiers import from_hex
from voucher_service.web.access import HOLDER, PUBLIC, allow, caller
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("holders", __name__, url_prefix="/api/v1", description="Holders")


@blueprint.route("/holder-sessions/challenges", methods=["POST"])
@allow(PUBLIC)
@blueprint.arguments(LogInRequestSchema)
@blueprint.response(201, ChallengeSchema)
def request_log_in(asked: dict[str, Any]) -> Challenge:
    """Say who you are and have a code sent to your phone."""
    return service.request_log_in(**asked, regions=current_app.extensions["region_ids"]())


@blueprint.route("/holder-sessions", methods=["POST"])
@allow(PUBLIC)
@blueprint.arguments(LogInSchema)
@blueprint.response(201, LoggedInSchema)
def log_in(shown: dict[str, str]) -> dict[str, Any]:
    """Show the code and get a token; the first time makes you a holder."""
    given = service.confirm_log_in(from_hex(shown["challenge_id"]), shown["code"])
    own_page = {"holder_id": given.holder_id, "region_id": given.region_id, "category": given.category}
    return {"token": given.token, "holder": {**own_page, **given.shown._asdict()}}


@blueprint.route("/holders/me")
@allow(HOLDER)
@blueprint.response(200, HolderSchema)
def show_me() -> dict[str, Any]:
    """Show what is kept of you, masked."""
    return _own_page(caller().subject_id)


def _own_page(holder_id: int) -> dict[str, Any]:
    standing = service.standing(holder_id)
    return {
        "holder_id": holder_id,
        "region_id": standing.region_id,
        "category": standing.category,
        **service.masked(holder_id)._asdict(),
    }
