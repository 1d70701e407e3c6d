"""/api/v1/rule-packs: the numbers that rules count with, and proposing new ones."""

# mypy: disallow-untyped-decorators=false

from __future__ import annotations

from typing import Any

from voucher_service.calendar import local_date
from voucher_service.programmes import packs
from voucher_service.programmes.models import RulePackProposal
from voucher_service.programmes.pack_schemas import (
    PackDecisionSchema,
    PackDocumentSchema,
    PackProposalSchema,
    PackProposalsSchema,
    RulePacksSchema,
)
from voucher_service.programmes.packs import PackDocument
from voucher_service.web.access import BUREAU, BUREAU_REVIEWER, PUBLIC, allow, caller
from voucher_service.web.current import identifier, now
from voucher_service.web.idempotency import idempotent
from voucher_service.web.strict_json import Blueprint

blueprint = Blueprint("rule_packs", __name__, url_prefix="/api/v1/rule-packs")


@blueprint.route("/")
@allow(PUBLIC)
@blueprint.response(200, RulePacksSchema)
def list_packs() -> dict[str, Any]:
    """List every rule pack with its numbers, clauses and names, the latest first."""
    return {
        "rule_packs": [
            {"rule_pack_id": pack.rule_pack_id, "in_force_from": pack.effective_from, "numbers": packs.in_words(pack)}
            for pack in packs.packs()
        ]
    }


@blueprint.route("/proposals")
@allow(*BUREAU)
@blueprint.response(200, PackProposalsSchema)
def list_proposals() -> dict[str, Any]:
    """List the packs that were proposed, decided ones included."""
    return {"proposals": packs.proposals()}


@blueprint.route("/proposals", methods=["POST"])
@idempotent
@allow(BUREAU_REVIEWER)
@blueprint.arguments(PackDocumentSchema)
@blueprint.response(201, PackProposalSchema)
def propose(document: PackDocument) -> RulePackProposal:
    """Propose a pack for a day to come; another reviewer adopts it."""
    return packs.propose(document, caller(), now(), local_date(now()))


@blueprint.route("/proposals/<proposal>/decision", methods=["POST"])
@idempotent
@allow(BUREAU_REVIEWER)
@blueprint.arguments(PackDecisionSchema)
@blueprint.response(200, PackProposalSchema)
def decide(wanted: dict[str, str], proposal: str) -> RulePackProposal:
    """Adopt or drop what another reviewer proposed."""
    proposal_id = identifier(proposal)
    return packs.decide(proposal_id, wanted["verdict"], caller(), now(), local_date(now()))
