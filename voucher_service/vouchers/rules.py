"""Who may claim, each rule with its clause and the day from which it would pass; what a hold lets pass. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from voucher_service.calendar import add_months
from voucher_service.rulebook import decides
from voucher_service.vouchers.errors import NoteMissing, ReasonUnknown
from voucher_service.vouchers.fitting import FREE, NOTHING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from voucher_service.vouchers.fitting import Bound

REQUIRED_ANSWERS = ("wants_training", "wants_work", "able_to_attend")
"""The three questions of the willingness questionnaire, 二(三)1: will, wish to work, ability."""

OTHER: Final = "other"
REASONS: Final = {
    "void": ("claimed_in_error", "not_eligible", "identity_misused", "holder_deceased", OTHER),
    "revoke": ("not_eligible", "identity_misused", "attendance_forged", "class_irregular", "subsidised_twice", OTHER),
    "redemption": ("not_there",),
    "sign_in": ("not_there",),
    "bureau": (
        *("identity_misused", "attendance_forged", "class_irregular", "certificate_doubtful", "under_investigation"),
        OTHER,
    ),
    "class": ("suspended",),
    "undo": ("wrong_class", "wrong_person", "scanned_in_error", "holder_withdrew", OTHER),
}
"""What is asked → the codes of the reasons for it. None names a person, and only `other` needs words."""


PASSES_HOLD: Final = frozenset(
    {
        *("RedemptionUndone", "RedemptionGivenBack", "ObjectionUpheld"),
        *("VoucherVoided", "VoucherRejected", "VoucherRevoked", "VoucherRecovered"),
    }
)
"""What may happen to a voucher that is on hold: steps back, and ends that persons decide. Everything else waits."""

AGREEING: Final = 2
"""So many persons who say the same decide about a hold, 二(三)4."""


@dataclass(frozen=True, slots=True)
class Past:
    """One earlier voucher of the holder, as far as eligibility asks about it."""

    state: str
    claimed_in_year: int
    examined_on: date | None


@dataclass(frozen=True, slots=True)
class Finding:
    rule_id: str
    clause: str
    zh: str
    en: str
    eligible_from: date | None = None


def require_reason(kind: str, reason: str, note: str) -> None:
    """Raise ReasonUnknown or NoteMissing unless `reason` is one for `kind`, with a note where its code says nothing."""
    if reason not in REASONS[kind]:
        raise ReasonUnknown(reason=reason, reasons=list(REASONS[kind]))
    if reason == OTHER and not note.strip():
        raise NoteMissing


def verdict_of(verdicts: Sequence[str]) -> str | None:
    """Return the verdict that two persons agree on, whatever a third one says; None while there is none."""
    return next((verdict for verdict in verdicts if verdicts.count(verdict) >= AGREEING), None)


def held_since(spans: Sequence[tuple[datetime, datetime | None]], now: datetime) -> datetime:
    """Return since when a voucher has stood still without a break; each span is a hold's begin and its end, if any."""
    since = now
    for begun, over in sorted(spans, key=lambda span: span[1] or now, reverse=True):
        if (over or now) >= since:
            since = min(since, begun)
    return since


def judge_claim(
    answers: Mapping[str, Any],
    past: Sequence[Past],
    today: date,
    bound: Bound = FREE,
    *,
    trainings_max: int,
    cooling_months: int,
) -> list[Finding]:
    """Return every reason against a claim today; an empty list means eligible."""
    return [
        *_willing(answers),
        *_of_some_use(bound),
        *_within_yearly_cap(past, today, trainings_max),
        *_cooled_off(past, today, cooling_months),
    ]


@decides("R01", "R12")
def _willing(answers: Mapping[str, Any]) -> list[Finding]:
    if all(answers.get(question) is True for question in REQUIRED_ANSWERS):
        return []
    return [
        Finding("R01", "二(三)1", "问卷显示您目前没有培训或就业意愿。", "The questionnaire shows no wish to train.")
    ]


def _of_some_use(bound: Bound) -> list[Finding]:
    """A voucher that no class could take is not issued."""
    if bound.only_family != NOTHING:
        return []
    sentence = "企业职工只能学与本岗位相同或相近的工种：按您申报的岗位和在校情况，没有可以参加的培训。"
    english = "Employees learn their own or a similar occupation: with the post and schooling declared, there is none."
    return [Finding("R16", "二(三)1", sentence, english)]


def _within_yearly_cap(past: Sequence[Past], today: date, trainings_max: int) -> list[Finding]:
    used = ("redeemed", "completed", "certified", "valued", "publicised", "payable", "paid")
    this_year = sum(1 for voucher in past if voucher.claimed_in_year == today.year and voucher.state in used)
    if this_year < trainings_max:
        return []
    sentence = f"今年已参加 {this_year} 次补贴培训，上限 {trainings_max} 次。"
    english = f"You took part in {this_year} subsidised trainings this year; {trainings_max} is the most."
    return [Finding("R01", "二(五)", sentence, english, date(today.year + 1, 1, 1))]


@decides("R23")
def _cooled_off(past: Sequence[Past], today: date, months: int) -> list[Finding]:
    if any(voucher.state == "completed" and voucher.examined_on is None for voucher in past):
        return [Finding("R23", "三(二)", "您上一次培训还没有考核。", "Your last course has not been examined yet.")]
    examined = [voucher.examined_on for voucher in past if voucher.examined_on]
    free_from = max((add_months(day, months) for day in examined), default=today)
    if today >= free_from:
        return []
    return [
        Finding("R23", "三(二)", "上一次考核结束不足一个月。", "Your last exam is less than a month ago.", free_from)
    ]
