"""Ending a voucher before its time: voided unused or revoked later, asked by one of the bureau and decided by another.

Whatever the outcome of a race, the ended voucher's codes are over for verifiers that are off line too: the key ring
lists it before the ledger's commit, so that a crash in between refuses a code too many and never one too few.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from flask import current_app

from voucher_service.errors import NotFound
from voucher_service.institutions import service as institutions
from voucher_service.ledger import service as ledger
from voucher_service.programmes import service as programmes
from voucher_service.vouchers import decisions
from voucher_service.vouchers.errors import VoucherNotInState
from voucher_service.vouchers.models import Voucher, VoucherDecision
from voucher_service.vouchers.steps import end_unpaid, find, move, origins, state_at

if TYPE_CHECKING:
    from voucher_service.web.access import Caller

FACT_OF: Final = {"void": "VoucherVoided", "revoke": "VoucherRevoked"}


def ask_end(
    region_id: int, voucher_id: int, kind: str, *, reason: str, note: str, caller: Caller, now: datetime
) -> VoucherDecision:
    """Ask that a voucher be voided (offered or claimed) or revoked (redeemed to payable), in the open unit of work.

    Refusals: NotFound, VoucherNotInState, ReasonUnknown, NoteMissing, DecisionOpen.
    """
    _require_own_region(region_id, caller)
    voucher = find(region_id, voucher_id)
    _require_endable(voucher, kind, now)
    return decisions.ask(kind, voucher, reason=reason, note=note, caller=caller, now=now)


def decide_end(region_id: int, decision_id: int, caller: Caller, now: datetime, *, confirmed: bool) -> VoucherDecision:
    """Confirm or decline, as another person than the one who asked; confirmed, the voucher and its codes end at once.

    A voided voucher frees its quota, a revoked one what was promised for it. Refusals: NotFound, DecisionByOnePerson,
    DecisionMade, and when confirmed VoucherNotInState. Source: two persons, 二(三)4.
    """
    _require_own_region(region_id, caller)
    decision = decisions.find(region_id, decision_id)
    if decision.kind not in FACT_OF:
        raise NotFound
    kind, voucher_id = decision.kind, decision.voucher_id
    decisions.settle(decision, caller, now, confirmed=confirmed)
    if confirmed:
        _end(find(region_id, voucher_id), kind, decision_id, ledger.Actor(caller.role, caller.subject_id), now)
        current_app.extensions["key_ring"].revoke_voucher(voucher_id)
    return decisions.find(region_id, decision_id)


def _end(voucher: Voucher, kind: str, decision_id: int, actor: ledger.Actor, now: datetime) -> None:
    _require_endable(voucher, kind, now)
    if kind == "revoke":
        end_unpaid(voucher, FACT_OF[kind], actor=actor, now=now, reference_id=decision_id)
        return
    # The voucher first, as its holder gives it back: of many who end it one passes, and only that one frees the quota.
    move(voucher, FACT_OF[kind], "voided", actor=actor, now=now, reference_id=decision_id)
    programmes.free_quota(voucher.region_id, voucher.programme_id)


def _require_endable(voucher: Voucher, kind: str, now: datetime) -> None:
    state = state_at(voucher, now)
    if state not in origins(FACT_OF[kind]):
        raise VoucherNotInState(state=state)


def _require_own_region(region_id: int, caller: Caller) -> None:
    """Show a region's vouchers to its own bureau and to the city's; to others they are absent (NotFound)."""
    if caller.region_id not in {region_id, institutions.CITY_REGION}:
        raise NotFound
