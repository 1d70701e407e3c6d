"""Claiming, giving back and spending vouchers.

The hot verbs send one chained statement and look for reasons only when it did not go through.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from voucher_service.calendar import add_months, end_of_day, local_date, month_of
from voucher_service.clock import to_microseconds
from voucher_service.database import Chain, Link, db, unit_of_work
from voucher_service.database.chain import ChainBroken
from voucher_service.errors import NotFound
from voucher_service.identifiers import new_id, to_hex
from voucher_service.ledger import service as ledger
from voucher_service.programmes import service as programmes
from voucher_service.vouchers.errors import (
    NotEligible,
    QuotaExhausted,
    VoucherAlreadyHeld,
    VoucherNotInState,
)
from voucher_service.vouchers.models import Voucher
from voucher_service.vouchers.past_sessions import stood_at as stood_at  # noqa: PLC0414 - shown to other rooms
from voucher_service.vouchers.rules import Past, judge_claim
from voucher_service.web.idempotency import kept_link

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

_CLAIM = Link(
    "claimed",
    """
    INSERT INTO voucher
      (region_id, voucher_id, programme_id, period, holder_id, kind, state, seq, issued_at, expires_at)
    SELECT region_id, :voucher_id, programme_id, :month, :holder_id, 'general', 'claimed', 1, :now, :expires_at
    FROM quota
    RETURNING region_id, voucher_id, seq, programme_id, period
    """,
    ("region_id", "voucher_id", "seq", "programme_id", "period"),
)
_ASK = Link(
    "asked",
    """
    INSERT INTO questionnaire (region_id, voucher_id, answers, answered_at)
    SELECT region_id, voucher_id, :answers, :now FROM claimed RETURNING voucher_id
    """,
    ("voucher_id",),
)
CLAIM = Chain(
    (
        programmes.TAKE_QUOTA,
        _CLAIM,
        ledger.fact_link("claimed", "VoucherClaimed", "none", "claimed", commitment=":commitment"),
        _ASK,
        kept_link(
            "claimed",
            201,
            voucher="CAST(:voucher_hex AS TEXT)",
            state="'claimed'",
            expires_at="CAST(:expires_text AS TEXT)",
        ),
    )
)

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


def judge(holder_id: int, region_id: int, answers: dict[str, bool], today: date, numbers: Mapping[str, int]) -> None:
    """Raise NotEligible with every finding against a claim today; pass silently otherwise."""
    findings = judge_claim(
        answers,
        _past(region_id, holder_id),
        today,
        trainings_max=numbers["subsidised_trainings_per_year_max"],
        cooling_months=numbers["rest_after_exam_months"],
    )
    if findings:
        raise NotEligible(findings=[asdict(finding) for finding in findings])


def claim(
    *,
    region_id: int,
    programme_id: int,
    holder_id: int,
    valid_months: int,
    answers: dict[str, bool],
    commitment: bytes,
    now: datetime,
    idempotency_key: str,
    request_hash: bytes,
) -> str:
    """Issue one voucher to a holder who was judged eligible; return the answer's JSON text.

    Refusals: QuotaExhausted, VoucherAlreadyHeld. A broken idempotency key comes out as ChainBroken.
    """
    voucher_id = new_id()
    # The voucher is good to the end of the last day, as a person reads "three months".
    expires_at = end_of_day(add_months(local_date(now), valid_months))
    parameters = {
        "region_id": region_id,
        "programme_id": programme_id,
        "voucher_id": voucher_id,
        "voucher_hex": to_hex(voucher_id),
        "holder_id": holder_id,
        "month": month_of(now),
        "now": to_microseconds(now),
        "expires_at": to_microseconds(expires_at),
        "expires_text": expires_at.isoformat(),
        "answers": json.dumps(answers, sort_keys=True),
        "commitment": commitment,
        "actor_role": "holder",
        "actor_id": holder_id,
        "reference_id": None,
        "caller_region_id": region_id,
        "caller_id": holder_id,
        "idempotency_key": idempotency_key,
        "request_hash": request_hash,
    }
    try:
        kept = CLAIM.run(parameters)
    except ChainBroken as broken:
        if "idempotency" in broken.constraint:
            raise
        raise VoucherAlreadyHeld from broken
    if kept is None:
        raise QuotaExhausted
    body: str = kept["body"]
    return body


def find(region_id: int, voucher_id: int) -> Voucher:
    """Return one voucher; raises NotFound."""
    found = db.session.get(Voucher, (region_id, voucher_id), populate_existing=True)
    if found is None:
        raise NotFound
    return found


def of_holder(region_id: int, holder_id: int) -> list[Voucher]:
    """Return a holder's vouchers, newest first."""
    query = select(Voucher).where(Voucher.region_id == region_id, Voucher.holder_id == holder_id)
    return list(db.session.scalars(query.order_by(Voucher.issued_at.desc())))


def move(
    voucher: Voucher,
    kind: str,
    to_state: str,
    *,
    actor: ledger.Actor,
    now: datetime,
    amount_fen: int = 0,
    reference_id: int | None = None,
    **changes: Any,
) -> None:
    """Take a voucher one lawful step further and record the fact, in the open unit of work.

    The UPDATE is conditional on the state and number that were read: whoever comes second gets VoucherNotInState.
    """
    changed = db.session.execute(
        update(Voucher)
        .where(
            Voucher.region_id == voucher.region_id,
            Voucher.voucher_id == voucher.voucher_id,
            Voucher.state == voucher.state,
            Voucher.seq == voucher.seq,
        )
        .values(state=to_state, seq=voucher.seq + 1, **changes)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise VoucherNotInState(state=voucher.state)
    moved = ledger.Moved(voucher.region_id, voucher.voucher_id, voucher.seq + 1, voucher.programme_id, voucher.period)
    ledger.record(
        moved,
        kind=kind,
        from_state=voucher.state,
        to_state=to_state,
        actor=actor,
        now=now,
        amount_fen=amount_fen,
        reference_id=reference_id,
    )
    db.session.expire(voucher)


def require_state(voucher: Voucher, *states: str) -> None:
    """Raise VoucherNotInState unless the voucher is in one of the states."""
    if voucher.state not in states:
        raise VoucherNotInState(state=voucher.state)


def give_back(voucher: Voucher, actor: ledger.Actor, now: datetime) -> Voucher:
    """End an unused voucher at its holder's wish and free its quota. Refusals: VoucherNotInState."""
    require_state(voucher, "claimed")
    move(voucher, "VoucherReturned", "returned", actor=actor, now=now)
    programmes.free_quota(voucher.region_id, voucher.programme_id)
    return find(voucher.region_id, voucher.voucher_id)


def state_at(voucher: Voucher, now: datetime) -> str:
    """Return the state as of now: an overdue voucher reads as expired before the sweep has come by."""
    overdue = voucher.state in {"offered", "claimed"} and voucher.expires_at <= now
    return "expired" if overdue else voucher.state


def expire_overdue(now: datetime, limit: int = 500) -> int:
    """End up to `limit` overdue vouchers in the open unit of work; return how many."""
    query = select(Voucher).where(Voucher.state.in_(("offered", "claimed")), Voucher.expires_at <= now).limit(limit)
    overdue = list(db.session.scalars(query))
    for voucher in overdue:
        move(voucher, "VoucherExpired", "expired", actor=ledger.SYSTEM, now=now)
    return len(overdue)


def expire_own_overdue(region_id: int, holder_id: int, now: datetime) -> None:
    """End a holder's overdue vouchers before the sweep comes by, so that they do not stand in a new claim's way."""
    overdue = [voucher for voucher in of_holder(region_id, holder_id) if voucher.state != state_at(voucher, now)]
    if not overdue:
        return
    with unit_of_work():
        for voucher in overdue:
            move(voucher, "VoucherExpired", "expired", actor=ledger.SYSTEM, now=now)


def past_deadline(now: datetime, limit: int) -> list[Voucher]:
    """Return vouchers in training or after it whose certificate deadline has passed."""
    query = select(Voucher).where(Voucher.state.in_(("redeemed", "completed")), Voucher.certify_by <= now)
    return list(db.session.scalars(query.limit(limit)))


def _past(region_id: int, holder_id: int) -> list[Past]:
    return [
        Past(voucher.state, voucher.period // 100, voucher.examined_on) for voucher in of_holder(region_id, holder_id)
    ]
