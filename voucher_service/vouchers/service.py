"""What the vouchers' stage shows: claiming, spending, giving back, expiring, and two persons' decisions.

The hot verbs send one chained statement and look for reasons only when it did not go through.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, tuple_

from voucher_service.database import Link, db
from voucher_service.ledger import service as ledger
from voucher_service.vouchers.claiming import CLAIM, CLAIM_WITH_HELP, Claim, claim, claim_with_help
from voucher_service.vouchers.decisions import ask, find_open, settle, waiting
from voucher_service.vouchers.eligibility import findings_against, questionnaire, unfit_for, valid_until
from voucher_service.vouchers.endings import ask_end, decide_end
from voucher_service.vouchers.fitting import (
    EMPLOYEE,
    NO_FIELD,
    NOTHING,
    PUPIL,
    SCHOOLINGS,
    Bound,
    bound_of_post,
    bound_of_schooling,
)
from voucher_service.vouchers.helping import (
    ask_phone_change,
    change_phone,
    give_back,
    give_back_for,
    hand_out_code,
    helped_by,
    person_helped,
    print_for,
    voucher_of_helped,
    vouchers_of_helped,
)
from voucher_service.vouchers.holds import end as end_hold
from voucher_service.vouchers.holds import ended as hold_ended
from voucher_service.vouchers.holds import find as find_hold
from voucher_service.vouchers.holds import hold_on, holds_on, lock, lock_all, opine, require_free
from voucher_service.vouchers.holds import of_voucher as holds_of
from voucher_service.vouchers.holds import opinions as hold_opinions
from voucher_service.vouchers.holds import place as place_hold
from voucher_service.vouchers.holds import waiting as holds_waiting
from voucher_service.vouchers.live_codes import header_for, open_session
from voucher_service.vouchers.models import Hold, Voucher, VoucherDecision
from voucher_service.vouchers.offering import accept, offer
from voucher_service.vouchers.papers import Paper, digits_of, is_paper, print_paper, require_standing, standing_paper
from voucher_service.vouchers.past_sessions import stood_at
from voucher_service.vouchers.rules import REASONS
from voucher_service.vouchers.steps import (
    Step,
    completed_at,
    end_all_unpaid,
    end_unpaid,
    find,
    find_all,
    leave_over,
    move,
    move_all,
    of_holder,
    of_holders,
    require_state,
    state_at,
    states,
)

__all__ = [
    "CLAIM",
    "CLAIM_WITH_HELP",
    "EMPLOYEE",
    "HOLD_REASONS",
    "NOTHING",
    "NO_FIELD",
    "PUPIL",
    "SCHOOLINGS",
    "SPEND",
    "SPEND_ON_PAPER",
    "Bound",
    "Claim",
    "Hold",
    "Paper",
    "Step",
    "VoucherDecision",
    "accept",
    "ask",
    "ask_end",
    "ask_phone_change",
    "bound_of_post",
    "bound_of_schooling",
    "change_phone",
    "claim",
    "claim_with_help",
    "completed_at",
    "decide_end",
    "digits_of",
    "end_all_unpaid",
    "end_hold",
    "end_unpaid",
    "expire_overdue",
    "find",
    "find_all",
    "find_hold",
    "find_open",
    "findings_against",
    "give_back",
    "give_back_for",
    "hand_out_code",
    "header_for",
    "helped_by",
    "hold_ended",
    "hold_on",
    "hold_opinions",
    "holds_of",
    "holds_on",
    "holds_waiting",
    "is_paper",
    "leave_over",
    "lock",
    "lock_all",
    "move",
    "move_all",
    "of_holder",
    "of_holders",
    "offer",
    "open_session",
    "opine",
    "past_deadline",
    "person_helped",
    "place_hold",
    "print_for",
    "print_paper",
    "questionnaire",
    "require_free",
    "require_standing",
    "require_state",
    "settle",
    "standing_paper",
    "state_at",
    "states",
    "stood_at",
    "unfit_for",
    "valid_until",
    "voucher_of_helped",
    "vouchers_of_helped",
    "waiting",
]

HOLD_REASONS = REASONS["bureau"]
"""Why the bureau may stop a voucher."""

SPEND = Link(
    "spent",
    """
    UPDATE voucher SET state = 'redeemed', seq = voucher.seq + 1, last_step_at = :step_at,
      reserved_fen = seat.standard_fen, occupation_code = seat.occupation_code, level = seat.level,
      certify_by = :certify_by
    FROM seat
    WHERE voucher.region_id = :region_id AND voucher.voucher_id = :voucher_id AND voucher.state = 'claimed'
      AND voucher.programme_id = seat.programme_id AND voucher.expires_at > :now AND voucher.holds = 0
      AND (voucher.only_family IS NULL OR voucher.only_family = seat.family)
      AND (voucher.not_family IS NULL OR voucher.not_family <> seat.family)
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
"""Spend a claimed voucher on the seat of the same chain.

The WHERE holds R16 and R17j, as `Bound.admits` does, R23, and "same occupation and level once".

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


def expire_overdue(now: datetime, limit: int = 500) -> int:
    """End up to `limit` overdue vouchers in the open unit of work; return how many."""
    due = (Voucher.state.in_(("offered", "claimed")), Voucher.expires_at <= now, Voucher.holds == 0)
    overdue = [Step(voucher) for voucher in db.session.scalars(select(Voucher).where(*due).limit(limit))]
    move_all(overdue, "VoucherExpired", "expired", actor=ledger.SYSTEM, now=now)
    return len(overdue)


def past_deadline(now: datetime, limit: int, after: tuple[int, int] | None = None) -> list[Voucher]:
    """Return vouchers in training or after it whose certificate deadline has passed, by (region_id, voucher_id).

    Held ones wait: the deadline of a hold that is lifted moves with the time that it took.
    """
    key = (Voucher.region_id, Voucher.voucher_id)
    due = (Voucher.state.in_(("redeemed", "completed")), Voucher.certify_by <= now, Voucher.holds == 0)
    query = select(Voucher).where(*due)
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(*after))
    return list(db.session.scalars(query.order_by(*key).limit(limit)))
