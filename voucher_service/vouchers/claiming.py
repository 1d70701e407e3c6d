"""Claiming: who may, and the one statement that takes the quota, issues the voucher and keeps the answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from voucher_service.calendar import add_months, end_of_day, local_date, month_of
from voucher_service.clock import to_microseconds
from voucher_service.database import Chain, Link, unit_of_work
from voucher_service.database.chain import ChainBroken
from voucher_service.holders import service as holders
from voucher_service.identifiers import new_id, to_hex
from voucher_service.ledger import service as ledger
from voucher_service.programmes import service as programmes
from voucher_service.vouchers.errors import NotEligible, QuotaExhausted, VoucherAlreadyHeld
from voucher_service.vouchers.models import Voucher
from voucher_service.vouchers.rules import Past, judge_claim
from voucher_service.vouchers.steps import move, of_holder, state_at
from voucher_service.web.idempotency import kept_link

if TYPE_CHECKING:
    from voucher_service.web.access import Caller

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


@dataclass(frozen=True, slots=True)
class Claim:
    """What a holder sends: the programme, the questionnaire's answers, and the key that makes it one claim."""

    programme_id: int
    answers: dict[str, bool]
    idempotency_key: str
    request_hash: bytes


def claim(wanted: Claim, holder: Caller, now: datetime) -> str:
    """Issue one voucher to a willing and eligible holder; return the answer's JSON text.

    Three reads, each by a key, and one statement that decides. Refusals: NotFound, ProgrammeNotRunning,
    HolderTooYoung, NotEligible, QuotaExhausted, VoucherAlreadyHeld. Raises ChainBroken when the idempotency key has
    an answer already. Source: 二(五), 二(三)1.
    """
    today = local_date(now)
    programme = programmes.require_running(wanted.programme_id, today)
    numbers = programmes.rule_numbers(programme.rule_pack_id)
    # The voucher is good to the end of the last day, as a person reads "three months".
    expires_at = end_of_day(add_months(today, programme.valid_months))
    commitment = holders.standing_of_age(holder.subject_id, today, numbers["age_min"]).commitment
    past = of_holder(holder.region_id, holder.subject_id)
    _judge(wanted.answers, past, today, numbers)
    _expire(past, now)
    return _issue(wanted, holder, commitment, expires_at, now)


def _judge(answers: dict[str, bool], past: Sequence[Voucher], today: date, numbers: Mapping[str, int]) -> None:
    """Raise NotEligible with every finding against a claim today; pass silently otherwise."""
    findings = judge_claim(
        answers,
        [Past(voucher.state, voucher.period // 100, voucher.examined_on) for voucher in past],
        today,
        trainings_max=numbers["subsidised_trainings_per_year_max"],
        cooling_months=numbers["rest_after_exam_months"],
    )
    if findings:
        raise NotEligible(findings=[asdict(finding) for finding in findings])


def _expire(past: Sequence[Voucher], now: datetime) -> None:
    """End a holder's overdue vouchers before the sweep comes by, so that they do not stand in a new claim's way."""
    overdue = [voucher for voucher in past if voucher.state != state_at(voucher, now)]
    if overdue:
        with unit_of_work():
            for voucher in overdue:
                move(voucher, "VoucherExpired", "expired", actor=ledger.SYSTEM, now=now)


def _issue(wanted: Claim, holder: Caller, commitment: bytes, expires_at: datetime, now: datetime) -> str:
    """Send the statement; only what it cannot do has a reason to look for."""
    try:
        kept = CLAIM.run(_parameters(wanted, holder, commitment, expires_at, now))
    except ChainBroken as broken:
        if "idempotency" in broken.constraint:
            raise
        raise VoucherAlreadyHeld from broken
    if kept is None:
        raise QuotaExhausted
    body: str = kept["body"]
    return body


def _parameters(
    wanted: Claim, holder: Caller, commitment: bytes, expires_at: datetime, now: datetime
) -> dict[str, Any]:
    voucher_id = new_id()
    return {
        "region_id": holder.region_id,
        "programme_id": wanted.programme_id,
        "voucher_id": voucher_id,
        "voucher_hex": to_hex(voucher_id),
        "holder_id": holder.subject_id,
        "month": month_of(now),
        "now": to_microseconds(now),
        "expires_at": to_microseconds(expires_at),
        "expires_text": expires_at.isoformat(),
        "answers": json.dumps(wanted.answers, sort_keys=True),
        "commitment": commitment,
        "actor_role": holder.role,
        "actor_id": holder.subject_id,
        "reference_id": None,
        "caller_region_id": holder.region_id,
        "caller_id": holder.subject_id,
        "idempotency_key": wanted.idempotency_key,
        "request_hash": wanted.request_hash,
    }
