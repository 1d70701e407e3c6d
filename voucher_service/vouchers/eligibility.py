"""Why not, and from when: everything that stands against a claim, told before anything is sent."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from voucher_service.calendar import add_months, end_of_day, local_date
from voucher_service.database import db
from voucher_service.errors import Refusal
from voucher_service.holders import service as holders
from voucher_service.holders.errors import HolderTooYoung
from voucher_service.programmes import service as programmes
from voucher_service.vouchers.errors import QuotaExhausted, VoucherAlreadyHeld
from voucher_service.vouchers.fitting import FREE, START_UP, Bound, declared
from voucher_service.vouchers.models import Questionnaire
from voucher_service.vouchers.rules import REQUIRED_ANSWERS, Finding, Past, judge_claim
from voucher_service.vouchers.steps import of_holder, state_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from voucher_service.vouchers.models import Voucher
    from voucher_service.web.access import Caller

_IN_HAND = ("offered", "claimed", "redeemed")


def findings_against(
    holder: Caller, programme_id: int, answers: Mapping[str, Any] | None, now: datetime
) -> list[Finding]:
    """Return every reason why a holder cannot claim today, each with the day from which it would no longer hold.

    Without `answers` the questionnaire is taken as willing, and nothing declared stands in the way. An empty list
    promises nothing: the claim itself decides. Refusals: NotFound, ProgrammeNotRunning, and with `answers`
    DeclarationUnreadable, FieldUndeclared. Source: 二(五), 二(三)1.
    """
    today = local_date(now)
    programme = programmes.require_running(programme_id, today)
    numbers = programmes.rule_numbers(programme.rule_pack_id)
    past = of_holder(holder.region_id, holder.subject_id)
    given: Mapping[str, Any] = dict.fromkeys(REQUIRED_ANSWERS, True) if answers is None else answers
    bound = FREE if answers is None else bound_declared(answers, holders.standing(holder.subject_id).category)
    return [
        *_too_young(holder.subject_id, today, numbers["age_min"]),
        *_in_hand(past, now),
        *judge_claim(
            given,
            [Past(voucher.state, voucher.period // 100, voucher.examined_on) for voucher in past],
            today,
            bound,
            trainings_max=numbers["subsidised_trainings_per_year_max"],
            cooling_months=numbers["rest_after_exam_months"],
        ),
        *_nothing_left(holder.region_id, programme_id, today),
    ]


def bound_declared(answers: Mapping[str, Any], category: str) -> Bound:
    """Return what a person's declaration leaves to learn. Refuses with DeclarationUnreadable, FieldUndeclared."""
    of_schooling, of_post = declared(answers, category, programmes.families)
    return of_schooling.and_(of_post)


def valid_until(months: int, now: datetime) -> datetime:
    """Return the moment at which a voucher that is claimed now ends: the last of its last day."""
    return end_of_day(add_months(local_date(now), months))


def questionnaire(region_id: int, voucher_id: int) -> dict[str, object]:
    """Return the answers that a claim rests on; empty for a voucher that nobody had to ask for."""
    found = db.session.get(Questionnaire, (region_id, voucher_id))
    return found.answers if found else {}


def unfit_for(voucher: Voucher, family: str) -> str | None:
    """Return the rule by which a class of `family` is not for a voucher's holder, R16 or R17j; None where none is."""
    if Bound(voucher.only_family, voucher.not_family).admits(family):
        return None
    answers = questionnaire(voucher.region_id, voucher.voucher_id)
    return "R17j" if voucher.only_family == START_UP and answers.get("post") != START_UP else "R16"


def _too_young(holder_id: int, today: date, age_min: int) -> list[Finding]:
    try:
        holders.require_age(holder_id, today, age_min)
    except HolderTooYoung as refusal:
        return [_told(refusal, "R01", date.fromisoformat(str(refusal.figures["eligible_from"])))]
    return []


def _in_hand(past: Sequence[Voucher], now: datetime) -> list[Finding]:
    held = [voucher for voucher in past if state_at(voucher, now) in _IN_HAND]
    return [_told(VoucherAlreadyHeld(), "R01", None)] if held else []


def _nothing_left(region_id: int, programme_id: int, today: date) -> list[Finding]:
    shares = {share.programme.programme_id: share.left for share in programmes.open_programmes(region_id, today)}
    return [] if shares.get(programme_id, 0) > 0 else [_told(QuotaExhausted(), "R04", None)]


def _told(refusal: Refusal, rule_id: str, eligible_from: date | None) -> Finding:
    return Finding(rule_id, refusal.clause or "", refusal.sentence_zh, refusal.sentence_en, eligible_from)
