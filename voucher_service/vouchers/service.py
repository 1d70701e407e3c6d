"""What the vouchers' stage shows: claiming, spending, giving back, expiring, and two persons' decisions.

The hot verbs send one chained statement and look for reasons only when it did not go through.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, tuple_

from voucher_service.database import Link, db
from voucher_service.ledger import service as ledger
from voucher_service.programmes import service as programmes
from voucher_service.vouchers.claiming import CLAIM, Claim, claim
from voucher_service.vouchers.decisions import ask, find_open, settle, waiting
from voucher_service.vouchers.eligibility import findings_against, questionnaire, valid_until
from voucher_service.vouchers.endings import ask_end, decide_end
from voucher_service.vouchers.errors import VoucherNotInState
from voucher_service.vouchers.live_codes import header_for, open_session
from voucher_service.vouchers.models import Voucher, VoucherDecision
from voucher_service.vouchers.offering import accept, offer
from voucher_service.vouchers.papers import Paper, digits_of, is_paper, print_paper, require_standing, standing_paper
from voucher_service.vouchers.past_sessions import stood_at
from voucher_service.vouchers.steps import end_unpaid, find, move, of_holder, of_holders, require_state, state_at

__all__ = [
    "CLAIM",
    "SPEND",
    "SPEND_ON_PAPER",
    "Claim",
    "Paper",
    "VoucherDecision",
    "accept",
    "ask",
    "ask_end",
    "claim",
    "decide_end",
    "digits_of",
    "end_unpaid",
    "expire_overdue",
    "find",
    "find_open",
    "findings_against",
    "give_back",
    "header_for",
    "is_paper",
    "move",
    "of_holder",
    "of_holders",
    "offer",
    "open_session",
    "past_deadline",
    "print_paper",
    "questionnaire",
    "require_standing",
    "require_state",
    "settle",
    "standing_paper",
    "state_at",
    "stood_at",
    "valid_until",
    "waiting",
]

SPEND = Link(
    "spent",
    """
    UPDATE voucher SET state = 'redeemed', seq = voucher.seq + 1, last_step_at = :step_at,
      reserved_fen = seat.standard_fen, occupation_code = seat.occupation_code, level = seat.level,
      certify_by = :certify_by
    FROM seat
    WHERE voucher.region_id = :region_id AND voucher.voucher_id = :voucher_id AND voucher.state = 'claimed'
      AND voucher.programme_id = seat.programme_id AND voucher.expires_at > :now
      AND voucher.session_tag = :session_tag AND coalesce(voucher.last_step_at, 0) < :step_at
      AND NOT EXISTS (
        SELECT 1 FROM voucher AS other
        WHERE other.region_id = voucher.region_id AND other.holder_id = voucher.holder_id
          AND other.voucher_id <> voucher.voucher_id
          AND (other.state = 'completed' OR other.examined_on > :cooled_off_if_examined_by
            OR (other.occupation_code = seat.occupation_code AND other.level = seat.level
              AND other.state IN ('certified', 'valued', 'publicised', 'payable', 'paid')))
      )
    RETURNING voucher.region_id, voucher.voucher_id, voucher.seq, voucher.programme_id, voucher.period,
      voucher.holder_id, voucher.reserved_fen
    """,
    ("region_id", "voucher_id", "seq", "programme_id", "period", "holder_id", "reserved_fen"),
)
"""Spend a claimed voucher on the seat of the same chain. R23 and "same occupation and level once" are in the WHERE.

Parameters: region_id, voucher_id, now, step_at, session_tag, certify_by, cooled_off_if_examined_by.
"""

SPEND_ON_PAPER = Link(
    SPEND.name,
    SPEND.sql.replace("FROM seat\n", "FROM seat, coded\n").replace(
        "voucher.session_tag = :session_tag AND coalesce(voucher.last_step_at, 0) < :step_at",
        """EXISTS (
        SELECT 1 FROM paper_voucher AS paper
        WHERE paper.region_id = voucher.region_id AND paper.voucher_id = voucher.voucher_id
          AND paper.start_minute = :paper_minute AND paper.ended_at IS NULL
      )""",
    ),
    SPEND.columns,
)
"""As SPEND, with the sheet that stands and a one-time code (`coded`) in the place of the live code's session.

Parameters: those of SPEND but session_tag, and paper_minute.
"""


def give_back(voucher: Voucher, actor: ledger.Actor, now: datetime) -> Voucher:
    """End an unused voucher at its holder's wish and free its quota. Refusals: VoucherNotInState."""
    if (state := state_at(voucher, now)) != "claimed":
        raise VoucherNotInState(state=state)
    # The voucher first: of many who end it at once one passes, and only that one touches the quota.
    move(voucher, "VoucherReturned", "returned", actor=actor, now=now)
    programmes.free_quota(voucher.region_id, voucher.programme_id)
    return find(voucher.region_id, voucher.voucher_id)


def expire_overdue(now: datetime, limit: int = 500) -> int:
    """End up to `limit` overdue vouchers in the open unit of work; return how many."""
    query = select(Voucher).where(Voucher.state.in_(("offered", "claimed")), Voucher.expires_at <= now).limit(limit)
    overdue = list(db.session.scalars(query))
    for voucher in overdue:
        move(voucher, "VoucherExpired", "expired", actor=ledger.SYSTEM, now=now)
    return len(overdue)


def past_deadline(now: datetime, limit: int, after: tuple[int, int] | None = None) -> list[Voucher]:
    """Return vouchers in training or after it whose certificate deadline has passed, by (region_id, voucher_id)."""
    key = (Voucher.region_id, Voucher.voucher_id)
    query = select(Voucher).where(Voucher.state.in_(("redeemed", "completed")), Voucher.certify_by <= now)
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(*after))
    return list(db.session.scalars(query.order_by(*key).limit(limit)))
