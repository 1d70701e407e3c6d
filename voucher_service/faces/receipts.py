"""Who may see which receipt: holders those of their own vouchers, an institution those of its redemptions."""

from __future__ import annotations

from typing import Final

from voucher_service.errors import NotFound
from voucher_service.ledger import proofs
from voucher_service.redemptions import service as redemptions
from voucher_service.vouchers import service as vouchers
from voucher_service.web.access import AUDITOR, BUREAU, HOLDER, INSTITUTION, Caller

READERS_OF_ALL: Final = (*BUREAU, AUDITOR)
READERS: Final = (HOLDER, *INSTITUTION, *READERS_OF_ALL)


def receipt_for(who: Caller, region_id: int, voucher_id: int, seq: int) -> proofs.Receipt:
    """Return a fact's receipt; raises NotFound, also for what is not the caller's to see, and FactNotSealed."""
    if not may_see(who, region_id, voucher_id, seq):
        raise NotFound
    return proofs.receipt(region_id, voucher_id, seq)


def may_see(who: Caller, region_id: int, voucher_id: int, seq: int) -> bool:
    """Say whether the fact is one of the caller's own; raises NotFound where there is no such voucher."""
    if who.role in READERS_OF_ALL:
        return True
    if who.role == HOLDER:
        voucher = vouchers.find(region_id, voucher_id)
        return (voucher.region_id, voucher.holder_id) == (who.region_id, who.subject_id)
    live = redemptions.live_redemption(region_id, voucher_id)
    return live is not None and (live.institution_id, live.fact_seq) == (who.institution_id, seq)
