"""The satisfaction survey: answered by the holders after the last session, closed with a result, repeated on repair."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from voucher_service.attendance import service as attendance
from voucher_service.calendar import local_date
from voucher_service.classes import service as classes
from voucher_service.classes.errors import ClassNotInState
from voucher_service.database import asked_once, db
from voucher_service.errors import NotFound
from voucher_service.programmes import service as programmes
from voucher_service.redemptions import service as redemptions
from voucher_service.supervision.errors import (
    NothingToRepair,
    SatisfactionTooLow,
    SurveyAnswered,
    SurveyClosed,
    SurveyNeedsAttendance,
    SurveyNotClosed,
    SurveyNotOpen,
)
from voucher_service.supervision.models import SurveyAnswer, SurveyRound
from voucher_service.supervision.rules import (
    OF_OLDER_PACKS,
    TOTALS_FROM,
    Tally,
    answers_needed,
    repaired_from,
    require_answers,
    require_repaired,
    satisfies,
)
from voucher_service.vouchers import service as vouchers
from voucher_service.web.access import Caller

ANSWERABLE = frozenset({"in_session", "ended"})
REASON = "satisfaction"
"""Why a class is suspended whose trainees are not."""


class Standing(NamedTuple):
    """How a class's survey stands. `tally` has no satisfied while it could give single answers away."""

    round_no: int
    answers: int
    answers_needed: int
    satisfied: int | None
    permille_min: int
    passed: bool | None = None
    """None while the round is open."""
    repair_until: date | None = None

    @property
    def is_open(self) -> bool:
        return self.passed is None

    @property
    def permille(self) -> int | None:
        return None if self.satisfied is None else Tally(self.answers, self.satisfied).permille


def answer(voucher: Any, score: int, device: str | None, now: datetime) -> SurveyAnswer:
    """Write down what a holder says of the class that the voucher was spent on, once a round.

    `device` is the mark that the holder's browser or app keeps. The class is locked, so that no round is closed
    between an answer and its count. Refusals: NotFound, SurveyNotOpen, SurveyClosed, SurveyNeedsAttendance,
    SurveyAnswered.
    """
    if (spent := redemptions.live_redemption(voucher.region_id, voucher.voucher_id)) is not None:
        classes.lock(spent.class_region_id, spent.class_id)
    redemption, held, round_no = answerable(voucher, now)
    given = SurveyAnswer(
        region_id=redemption.region_id,
        redemption_id=redemption.redemption_id,
        round_no=round_no,
        class_region_id=held.region_id,
        class_id=held.class_id,
        score=score,
        device=None if device is None else hashlib.sha256(b"survey-device\0" + device.encode()).hexdigest(),
        answered_at=now,
    )
    db.session.add(given)
    try:
        db.session.flush()
    except IntegrityError as earlier:
        raise SurveyAnswered from earlier
    return given


def answerable(voucher: Any, now: datetime) -> tuple[Any, Any, int]:
    """Return the redemption, the class and the round that a holder can answer now; refuses as `answer` does."""
    if (redemption := redemptions.live_redemption(voucher.region_id, voucher.voucher_id)) is None:
        raise NotFound
    held = classes.get(redemption.class_region_id, redemption.class_id)
    opens_at = max((session.ends_at for session in classes.sessions(held)), default=now)
    if opens_at > now:
        raise SurveyNotOpen(opens_at=opens_at)
    last = last_round(held)
    if held.state not in ANSWERABLE or (last is not None and last.reopened_at is None):
        raise SurveyClosed(state=held.state)
    if not attendance.of_trainee(held, redemption, now).counted:
        raise SurveyNeedsAttendance
    round_no = 1 if last is None else last.round_no + 1
    if db.session.get(SurveyAnswer, (redemption.region_id, redemption.redemption_id, round_no)) is not None:
        raise SurveyAnswered
    return redemption, held, round_no


def close_round(training_class: Any, caller: Caller, now: datetime) -> SurveyRound:
    """Close the open round and fix its result; one that falls short suspends the class for its repair.

    Refusals: ClassNotInState, SurveyTooFewAnswers.
    """
    held = classes.lock(training_class.region_id, training_class.class_id)
    last = last_round(held)
    if held.state != "ended" or (last is not None and last.reopened_at is None):
        raise ClassNotInState(state=held.state)
    numbers = numbers_of(held)
    round_no = 1 if last is None else last.round_no + 1
    tally, done = _tally(held, round_no, numbers["satisfied_score_min"]), completed(held)
    share = numbers["survey_answers_min_permille"]
    require_answers(tally, done, round_no, permille_min=share)
    passed = satisfies(tally, permille_min=numbers["satisfaction_permille_min"])
    repair_until = None if passed else repaired_from(local_date(now), months=numbers["repair_months_min"])
    closed = SurveyRound(
        region_id=held.region_id,
        class_id=held.class_id,
        round_no=round_no,
        answers=tally.answers,
        satisfied=tally.satisfied,
        answers_needed=answers_needed(done, permille_min=share),
        passed=passed,
        repair_until=repair_until,
        closed_by=caller.person_id or caller.subject_id,
        closed_at=now,
        repaired_by="",
    )
    db.session.add(closed)
    db.session.flush()
    if not passed:
        signer = replace(caller, person_id=closed.closed_by)  # A school's own system closes rounds, too.
        classes.rule(held, "suspend", reason=REASON, note="", caller=signer, now=now)
    return closed


def open_next_round(training_class: Any, repaired_by: str, caller: Caller, now: datetime) -> SurveyRound:
    """Lift the suspension when the repair is over, so that the trainees are asked again.

    `repaired_by` says what was done. Refusals: NothingToRepair, RepairNotOver.
    """
    held = classes.lock(training_class.region_id, training_class.class_id)
    last = last_round(held)
    if last is None or last.repair_until is None or last.reopened_at is not None or not _is_repairable(held):
        raise NothingToRepair
    months = numbers_of(held)["repair_months_min"]
    require_repaired(last.repair_until, local_date(now), months=months)
    if held.state == "suspended":
        classes.resume(held)
    last.reopened_by, last.reopened_at = caller.person_id or caller.subject_id, now
    last.repaired_by = repaired_by
    db.session.flush()
    return last


def _is_repairable(held: Any) -> bool:
    """Whether a class stands still for its survey alone: another suspension is not the institution's to lift."""
    return held.state == "ended" or (held.state == "suspended" and classes.suspension_of(held).reason == REASON)


def require_satisfied(training_class: Any) -> None:
    """Let pass a class whose last round was closed with enough satisfied. 二(三)2.

    Refusals: SurveyNotClosed, SatisfactionTooLow.
    """
    numbers, last = numbers_of(training_class), last_round(training_class)
    if last is None or last.reopened_at is not None:
        told = standing(training_class)
        raise SurveyNotClosed(round_no=told.round_no, answers=told.answers, answers_needed=told.answers_needed)
    if not last.passed:
        raise SatisfactionTooLow(
            permille=Tally(last.answers, last.satisfied).permille,
            permille_min=numbers["satisfaction_permille_min"],
            answers=last.answers,
            satisfied=last.satisfied,
            repair_until=last.repair_until and last.repair_until.isoformat(),
        )


def standing(training_class: Any) -> Standing:
    """Return how the survey stands, with no total that could give single answers away."""
    numbers, last = numbers_of(training_class), last_round(training_class)
    if last is not None and last.reopened_at is None:
        return Standing(
            last.round_no,
            last.answers,
            last.answers_needed,
            last.satisfied,
            numbers["satisfaction_permille_min"],
            last.passed,
            last.repair_until,
        )
    round_no = 1 if last is None else last.round_no + 1
    tally = _tally(training_class, round_no, numbers["satisfied_score_min"])
    needed = answers_needed(completed(training_class), permille_min=numbers["survey_answers_min_permille"])
    shown = tally.satisfied if tally.answers >= TOTALS_FROM else None
    return Standing(round_no, tally.answers, needed, shown, numbers["satisfaction_permille_min"])


def shared_devices(training_class: Any) -> int:
    """Return how many answers of the current round came from a device that answered for somebody else, too."""
    round_no = standing(training_class).round_no
    per_device = (
        select(func.count().label("answers"))
        .where(*_of(training_class, round_no), SurveyAnswer.device.is_not(None))
        .group_by(SurveyAnswer.device)
        .having(func.count() > 1)
        .subquery()
    )
    return int(db.session.scalar(select(func.coalesce(func.sum(per_device.c.answers), 0))) or 0)


@asked_once
def last_round(training_class: Any) -> SurveyRound | None:
    """Return the class's latest closed round."""
    query = select(SurveyRound).where(
        SurveyRound.region_id == training_class.region_id, SurveyRound.class_id == training_class.class_id
    )
    return db.session.scalars(query.order_by(SurveyRound.round_no.desc()).limit(1)).first()


def numbers_of(training_class: Any) -> dict[str, int]:
    """Return the numbers of the class's own rule pack; what an older pack does not say has a value here."""
    return {**OF_OLDER_PACKS, **programmes.rule_numbers(training_class.rule_pack_id)}


def completed(training_class: Any) -> int:
    """Return how many of a class have completed it; nobody has before it is closed."""
    least = programmes.rule_numbers(training_class.rule_pack_id)["attendance_permille_min"]
    seats = redemptions.of_class(training_class.region_id, training_class.class_id)
    return sum(seat.attended_permille is not None and seat.attended_permille >= least for seat in seats)


def own_voucher(voucher_id: int, caller: Caller) -> Any:
    """Return one of the caller's own vouchers; refuses with NotFound."""
    found = vouchers.find(caller.region_id, voucher_id)
    if found.holder_id != caller.subject_id:
        raise NotFound
    return found


def _tally(training_class: Any, round_no: int, satisfied_score_min: int) -> Tally:
    content = func.count().filter(SurveyAnswer.score >= satisfied_score_min)
    query = select(func.count(), content).where(*_of(training_class, round_no))
    answers, satisfied = db.session.execute(query).one()
    return Tally(answers, satisfied)


def _of(training_class: Any, round_no: int) -> tuple[Any, ...]:
    return (
        SurveyAnswer.class_region_id == training_class.region_id,
        SurveyAnswer.class_id == training_class.class_id,
        SurveyAnswer.round_no == round_no,
    )
