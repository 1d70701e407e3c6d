"""The scan at the class door: verify the code, check the person, spend the voucher, take the seat, record the fact.

One statement does all of it or nothing. Only a scan that did not go through asks the database why.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flask import current_app

from voucher_service.calendar import local_date, month_of
from voucher_service.classes import service as classes
from voucher_service.clock import to_microseconds
from voucher_service.database import Chain, Link, db
from voucher_service.database.chain import ChainBroken
from voucher_service.errors import Refusal
from voucher_service.holders import service as holders
from voucher_service.identifiers import new_id, to_hex
from voucher_service.institutions import service as institutions
from voucher_service.ledger import service as ledger
from voucher_service.programmes import service as programmes
from voucher_service.redemptions import papers
from voucher_service.redemptions.disqualifying import conclude_disqualified, disqualify_class
from voucher_service.redemptions.models import RefusedScan
from voucher_service.redemptions.papers import is_paper, send_code
from voucher_service.redemptions.reasons import reason_against
from voucher_service.redemptions.register import by_id, find, live_of, live_redemption, mark_attended, of_class
from voucher_service.redemptions.rules import days_of
from voucher_service.redemptions.tallies import tally_of_class
from voucher_service.redemptions.undoing import ask_undo, give_back, settle_undo
from voucher_service.signing.errors import CodeStaticNeedsPersonCheck, HolderMismatch
from voucher_service.signing.holder_tag import HolderMatch
from voucher_service.signing.verification import VerifiedCode, match_holder, verify
from voucher_service.vouchers import service as vouchers
from voucher_service.web.idempotency import kept_link

if TYPE_CHECKING:
    from voucher_service.web.access import Caller

__all__ = [
    "REDEEM",
    "Scan",
    "ask_undo",
    "by_id",
    "conclude_disqualified",
    "disqualify_class",
    "find",
    "give_back",
    "is_paper",
    "live_of",
    "live_redemption",
    "mark_attended",
    "of_class",
    "reason_against",
    "redeem",
    "send_code",
    "settle_undo",
    "spend",
    "store_refused",
    "tally_of_class",
    "verified",
]

_REDEEM = Link(
    "redeemed",
    """
    INSERT INTO redemption (region_id, redemption_id, voucher_id, fact_seq, class_region_id, class_id, institution_id,
      client_id, holder_id, amount_fen, person_check, waiver_reason, redeemed_at)
    SELECT spent.region_id, :redemption_id, spent.voucher_id, spent.seq, seat.region_id, seat.class_id,
      :institution_id, :caller_id, spent.holder_id, spent.reserved_fen, :person_check, :waiver_reason, :now
    FROM seat LEFT JOIN spent ON 1 = 1
    RETURNING amount_fen
    """,
    ("amount_fen",),
)
"""A seat without a spent voucher breaks NOT NULL here, and takes the seat back with everything else."""

REDEEM = Chain(
    (
        institutions.STANDING,
        classes.TAKE_SEAT,
        vouchers.SPEND,
        ledger.fact_link("spent", "VoucherRedeemed", "claimed", "redeemed", amount_fen="spent.reserved_fen"),
        _REDEEM,
        kept_link(
            "redeemed, seat",
            201,
            redemption="CAST(:redemption_hex AS TEXT)",
            voucher="CAST(:voucher_hex AS TEXT)",
            class_id="CAST(:class_hex AS TEXT)",
            seat="seat.seats_taken",
            reserved_fen="redeemed.amount_fen",
            redeemed_at="CAST(:now_text AS TEXT)",
            certify_by="CAST(:certify_by_text AS TEXT)",
        ),
    )
)

REDEEM_PAPER = Chain(
    tuple(
        link
        for at_the_door in REDEEM.links
        for link in (
            (holders.USE_ONE_TIME_CODE, vouchers.SPEND_ON_PAPER) if at_the_door is vouchers.SPEND else (at_the_door,)
        )
    )
)
"""The same for a paper voucher: a one-time code is used up, and the sheet must be the latest."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What the clerk's device sends: the digits, the class at whose door it stands, and the card it was shown."""

    digits: str
    class_region_id: int
    class_id: int
    id_number: str
    name: str
    person_check: str
    waiver_reason: str | None
    idempotency_key: str
    request_hash: bytes
    one_time_code: str | None = None
    """What a paper voucher redeems with besides the card; nothing asks a live code for it."""


def redeem(scan: Scan, caller: Caller, now: datetime) -> str:
    """Spend the shown voucher on a seat of the class; return the answer's JSON text.

    Refusals: those of signing.verification.verify, code_static_needs_person_check, holder_mismatch, and of
    `reason_against`; for a paper voucher also those of `papers.proven`. Raises ChainBroken when the idempotency key
    has an answer already.
    """
    if is_paper(scan.digits):
        shown = papers.proven(scan, now)
        return spend(scan, shown.code, caller, now, shown)
    return spend(scan, verified(scan, now), caller, now)


def spend(
    scan: Scan, code: VerifiedCode, caller: Caller, now: datetime, paper: papers.ProvenPaper | None = None
) -> str:
    """Redeem with a code and a card that were verified already; refuses and raises as `redeem` does after that."""
    share = programmes.allotment_by_public_no(code.programme_number)
    region_id = share.region_id
    days = days_of(local_date(now), programmes.certificate_deadline_months(share.programme_id))
    redemption_id = new_id()
    parameters = {
        "institution_region_id": caller.region_id,
        "institution_id": caller.institution_id,
        "class_region_id": scan.class_region_id,
        "class_id": scan.class_id,
        "class_hex": to_hex(scan.class_id),
        "region_id": region_id,
        "voucher_id": code.voucher_id,
        "voucher_hex": to_hex(code.voucher_id),
        "session_tag": code.session_tag,
        "step_at": to_microseconds(code.step_at or now),
        "certify_by": to_microseconds(days.certify_by),
        "certify_by_text": days.certify_by_text,
        "cooled_off_if_examined_by": days.cooled_off_if_examined_by,
        "redemption_id": redemption_id,
        "redemption_hex": to_hex(redemption_id),
        "reference_id": redemption_id,
        "person_check": scan.person_check,
        "waiver_reason": scan.waiver_reason,
        "now": to_microseconds(now),
        "now_text": now.isoformat(),
        "month": month_of(now),
        "actor_role": caller.role,
        "actor_id": caller.subject_id,
        "caller_region_id": caller.region_id,
        "caller_id": caller.subject_id,
        "idempotency_key": scan.idempotency_key,
        "request_hash": scan.request_hash,
    }
    try:
        kept = REDEEM_PAPER.run(parameters | paper.parameters) if paper else REDEEM.run(parameters)
    except ChainBroken as broken:
        if "idempotency" in broken.constraint:
            raise
        kept = None
    if kept is None:
        raise reason_against(scan, code, region_id, caller, now)
    body: str = kept["body"]
    return body


def verified(scan: Scan, now: datetime) -> VerifiedCode:
    """Verify the code and hold the card against it; both are arithmetic, before any transaction opens."""
    directory = current_app.extensions["key_ring"].directory
    code = verify(scan.digits, directory, now, seen=current_app.extensions["seen_chains"])
    if not code.redeems_alone:
        raise CodeStaticNeedsPersonCheck
    match = match_holder(code, directory, id_number=scan.id_number, name=scan.name)
    waived = match is HolderMatch.NAME_MISMATCH and scan.waiver_reason
    if match is not HolderMatch.MATCH and not waived:
        raise HolderMismatch(differs=match.value)
    return code


def store_refused(scan: Scan, refusal: Refusal, caller: Caller, now: datetime) -> None:
    """Keep a refused scan with its reason, in the open unit of work."""
    db.session.add(
        RefusedScan(
            region_id=caller.region_id,
            scan_id=new_id(),
            class_id=scan.class_id,
            institution_id=caller.institution_id or 0,
            client_id=caller.subject_id,
            raw_code=scan.digits,
            reason=refusal.code,
            figures=json.loads(json.dumps(refusal.figures, default=str)),
            refused_at=now,
        )
    )
