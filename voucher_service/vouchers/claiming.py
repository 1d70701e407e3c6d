"""Claiming: who may, and the one statement that takes the quota, issues the voucher and keeps the answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from voucher_service.calendar import add_months, end_of_day, local_date, month_of
from voucher_service.clock import to_microseconds
from voucher_service.database import Chain, Link, unit_of_work
from voucher_service.database.chain import ChainBroken
from voucher_service.holders import service as holders
from voucher_service.holders.errors import AssistanceCapReached
from voucher_service.identifiers import new_id, to_hex
from voucher_service.ledger import service as ledger
from voucher_service.programmes import service as programmes
from voucher_service.vouchers.eligibility import bound_declared
from voucher_service.vouchers.errors import NotEligible, QuotaExhausted, VoucherAlreadyHeld
from voucher_service.vouchers.fitting import Bound
from voucher_service.vouchers.models import Voucher
from voucher_service.vouchers.rules import Past, judge_claim
from voucher_service.vouchers.steps import move, of_holder, state_at
from voucher_service.web.access import HOLDER, Caller
from voucher_service.web.idempotency import kept_link

ASSISTANT: Final = "assistant"
"""How the ledger calls a relative who claims for somebody (亲情代办)."""

_CLAIM = Link(
    "claimed",
    """
    INSERT INTO voucher
      (region_id, voucher_id, programme_id, period, holder_id, kind, state, seq, issued_at, expires_at,
      only_family, not_family)
    SELECT region_id, :voucher_id, programme_id, :month, :holder_id, 'general', 'claimed', 1, :now, :expires_at,
      CAST(:only_family AS TEXT), CAST(:not_family AS TEXT)
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

_HELP = Link(
    "helped",
    """
    INSERT INTO assisted_claim (region_id, voucher_id, assistance_id, assistance_no)
    SELECT claimed.region_id, claimed.voucher_id, :assistance_id, counted.taken
    FROM claimed LEFT JOIN counted ON 1 = 1
    RETURNING assistance_no
    """,
    ("assistance_no",),
)
"""A helper at the cap is not counted, which breaks NOT NULL here and takes the claim back."""
CLAIM_WITH_HELP = Chain(
    (CLAIM.links[0], holders.COUNT_ASSISTANCE, *CLAIM.links[1:-1], _HELP, holders.TELL, CLAIM.links[-1])
)
"""The same for somebody who is helped: the helper is counted and kept, and the holder is told."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a holder sends: the programme, the questionnaire's answers, and the key that makes it one claim.

    The answers are the three of willingness, `schooling`, and of an employee `post` or `former_post`.
    """

    programme_id: int
    answers: dict[str, Any]
    idempotency_key: str
    request_hash: bytes


@dataclass(frozen=True, slots=True)
class Help:
    """Who helps, by the leave that they have, and how often they may in their day or year."""

    helper: Caller
    assistance_id: int
    period: str
    times_max: int


def claim_with_help(wanted: Claim, helper: Caller, assistance_id: int, now: datetime) -> str:
    """Claim for the person whom an assistance is for; return the answer's JSON text.

    The fact names the helper by role and id, the person is told. Refusals: as `claim`, as
    `holders.require_assistance`, and AssistanceCapReached. Raises ChainBroken when the
    idempotency key or the assistance has its answer already.
    """
    leave = holders.require_assistance(helper, assistance_id, now)
    times_max = programmes.assistances_max(wanted.programme_id, helper.role)
    person = Caller(HOLDER, leave.holder_id, leave.region_id)
    return claim(wanted, person, now, Help(helper, assistance_id, holders.period_of(helper.role, now), times_max))


def claim(wanted: Claim, holder: Caller, now: datetime, help_: Help | None = None) -> str:
    """Issue one voucher to a willing and eligible holder; return the answer's JSON text.

    Three reads, each by a key, and one statement that decides. Refusals: NotFound, ProgrammeNotRunning,
    HolderTooYoung, DeclarationUnreadable, FieldUndeclared, NotEligible, QuotaExhausted, VoucherAlreadyHeld.
    Raises ChainBroken when the idempotency key has an answer already. Source: 二(五), 二(三)1.
    """
    today = local_date(now)
    programme = programmes.require_running(wanted.programme_id, today)
    numbers = programmes.rule_numbers(programme.rule_pack_id)
    # The voucher is good to the end of the last day, as a person reads "three months".
    expires_at = end_of_day(add_months(today, programme.valid_months))
    standing = holders.standing_of_age(holder.subject_id, today, numbers["age_min"])
    past = of_holder(holder.region_id, holder.subject_id)
    bound = bound_declared(wanted.answers, standing.category)
    _judge(wanted.answers, bound, past, today, numbers)
    _expire(past, now)
    parameters = _parameters(wanted, holder, standing.commitment, expires_at, now) | bound._asdict()
    return _issue(parameters) if help_ is None else _issue_with_help(parameters, help_)


def _judge(
    answers: Mapping[str, Any], bound: Bound, past: Sequence[Voucher], today: date, numbers: Mapping[str, int]
) -> None:
    """Raise NotEligible with every finding against a claim today; pass silently otherwise."""
    findings = judge_claim(
        answers,
        [Past(voucher.state, voucher.period // 100, voucher.examined_on) for voucher in past],
        today,
        bound,
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


def _issue(parameters: dict[str, Any], chain: Chain = CLAIM) -> str:
    """Send the statement; only what it cannot do has a reason to look for."""
    try:
        kept = chain.run(parameters)
    except ChainBroken as broken:
        if "idempotency" in broken.constraint or "assist" in broken.constraint:
            raise
        raise VoucherAlreadyHeld from broken
    if kept is None:
        raise QuotaExhausted
    body: str = kept["body"]
    return body


def _issue_with_help(parameters: dict[str, Any], help_: Help) -> str:
    counted = {
        "helper_id": help_.helper.subject_id,
        "assistance_id": help_.assistance_id,
        "assistance_kind": "claim",
        "assistance_period": help_.period,
        "assistance_max": help_.times_max,
        "notice_id": new_id(),
        "notice_kind": "claimed_for_you",
        "reference_id": help_.assistance_id,
        "actor_role": ASSISTANT if help_.helper.role == HOLDER else help_.helper.role,
        "actor_id": help_.helper.subject_id,
        "caller_region_id": help_.helper.region_id,
        "caller_id": help_.helper.subject_id,
    }
    try:
        return _issue(parameters | counted, CLAIM_WITH_HELP)
    except ChainBroken as broken:
        if "assistance_no" in broken.constraint:
            raise AssistanceCapReached(times_max=help_.times_max, period=help_.period) from broken
        if "assist" in broken.constraint:
            raise VoucherAlreadyHeld from broken
        raise


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
