"""Directed vouchers: offered to a person by two of the bureau, and claimed by that person, or left to expire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from voucher_service.calendar import add_months, end_of_day, local_date, month_of
from voucher_service.clock import to_microseconds
from voucher_service.database import db
from voucher_service.holders import service as holders
from voucher_service.identifiers import new_id
from voucher_service.ledger import service as ledger
from voucher_service.programmes import service as programmes
from voucher_service.vouchers.eligibility import bound_declared
from voucher_service.vouchers.errors import NotEligible, RosterSaysOtherwise, VoucherNotInState
from voucher_service.vouchers.fitting import FREE, NOTHING, Bound
from voucher_service.vouchers.models import Questionnaire, Voucher
from voucher_service.vouchers.rules import REQUIRED_ANSWERS, Finding, Past, judge_claim
from voucher_service.vouchers.steps import find, move, of_holder, state_at

_OFFER = text(
    "INSERT INTO voucher"
    " (region_id, voucher_id, programme_id, period, holder_id, kind, state, seq, issued_at, expires_at,"
    " only_family, not_family) "
    "VALUES (:region_id, :voucher_id, :programme_id, :period, :holder_id, 'directed', 'offered', 1, :now, :expires_at,"
    " :only_family, :not_family)"
    " ON CONFLICT DO NOTHING RETURNING voucher_id"
)
"""A person who has a voucher in hand, or a live one of the programme, gets none: the unique indexes say so."""


def offer(
    holder_id: int, programme_id: int, bound: Bound = FREE, *, actor: ledger.Actor, reference_id: int, now: datetime
) -> Voucher | None:
    """Offer one holder a directed voucher, in the open unit of work; None for whoever cannot have one now.

    That is whoever has one already, is not eligible today, or lives where the quota is spent. `reference_id` is what
    was decided, `bound` what the roster says of the person's field of work and schooling. Refusals: NotFound,
    ProgrammeNotRunning.
    """
    today = local_date(now)
    programme = programmes.require_running(programme_id, today)
    standing = holders.standing(holder_id)
    willing = dict.fromkeys(REQUIRED_ANSWERS, True)
    if _against(
        of_holder(standing.region_id, holder_id), willing, bound, today, programmes.rule_numbers(programme.rule_pack_id)
    ):
        return None
    if not programmes.take_quota(standing.region_id, programme_id):
        return None
    voucher = {
        "region_id": standing.region_id,
        "voucher_id": new_id(),
        "programme_id": programme_id,
        "period": month_of(now),
        "holder_id": holder_id,
        "now": to_microseconds(now),
        "expires_at": to_microseconds(end_of_day(add_months(today, programme.valid_months))),
        **bound._asdict(),
    }
    if db.session.execute(_OFFER, voucher).first() is None:
        programmes.free_quota(standing.region_id, programme_id)
        return None
    ledger.record(
        ledger.Moved(standing.region_id, voucher["voucher_id"], 1, programme_id, voucher["period"]),
        kind="VoucherOffered",
        from_state="none",
        to_state="offered",
        actor=actor,
        now=now,
        reference_id=reference_id,
        commitment=standing.commitment,
    )
    return find(standing.region_id, voucher["voucher_id"])


def accept(voucher: Voucher, answers: Mapping[str, Any], now: datetime) -> Voucher:
    """Claim an offered voucher as its holder, with the questionnaire answered, in the open unit of work.

    What the roster said of their field of work and schooling stays; what they declare is added to it. Refusals:
    VoucherNotInState, HolderTooYoung, DeclarationUnreadable, FieldUndeclared, NotEligible, RosterSaysOtherwise.
    Source: 二(五), 二(三)1.
    """
    if (state := state_at(voucher, now)) != "offered":
        raise VoucherNotInState(state=state)
    region_id, voucher_id, holder_id = voucher.region_id, voucher.voucher_id, voucher.holder_id
    numbers = programmes.rule_numbers(programmes.get(voucher.programme_id).rule_pack_id)
    today = local_date(now)
    standing = holders.standing_of_age(holder_id, today, numbers["age_min"])
    declared = bound_declared(answers, standing.category)
    if findings := _against(of_holder(region_id, holder_id), answers, declared, today, numbers):
        raise NotEligible(findings=[asdict(finding) for finding in findings])
    bound = Bound(voucher.only_family, voucher.not_family).and_(declared)
    if bound.only_family == NOTHING:
        raise RosterSaysOtherwise
    move(voucher, "VoucherClaimed", "claimed", actor=ledger.Actor("holder", holder_id), now=now, **bound._asdict())
    db.session.add(Questionnaire(region_id=region_id, voucher_id=voucher_id, answers=dict(answers), answered_at=now))
    db.session.flush()
    return find(region_id, voucher_id)


def _against(
    past: Sequence[Voucher], answers: Mapping[str, Any], bound: Bound, today: date, numbers: Mapping[str, int]
) -> list[Finding]:
    return judge_claim(
        answers,
        [Past(voucher.state, voucher.period // 100, voucher.examined_on) for voucher in past],
        today,
        bound,
        trainings_max=numbers["subsidised_trainings_per_year_max"],
        cooling_months=numbers["rest_after_exam_months"],
    )
