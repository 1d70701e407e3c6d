"""Filing and withdrawing exams, entering and correcting results, and what a certificate may rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select, update

from voucher_service.calendar import local_date
from voucher_service.classes import service as classes
from voucher_service.database import db
from voucher_service.errors import NotFound, Refusal
from voucher_service.exams.errors import (
    ExamAlreadyHeld,
    ExamNotYetHeld,
    ExamWithdrawn,
    NotACandidate,
    ResultReasonMissing,
    ResultTwice,
)
from voucher_service.exams.models import Exam, ExamClass, ExamResult
from voucher_service.exams.passing import examined, require_passed
from voucher_service.exams.rounds import (
    CANDIDATE,
    FILED,
    all_examined,
    candidates_of,
    completed_on,
    files_again,
    next_round,
    results_in,
    results_of_class,
    round_of,
    standing_exams,
)
from voucher_service.exams.rules import PASSED, require_alike, require_completed, require_notice
from voucher_service.identifiers import new_id
from voucher_service.programmes import service as programmes
from voucher_service.supervision import service as supervision

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from voucher_service.web.access import Caller

__all__ = [
    "EXAMINED_STATES",
    "PASSED",
    "against_sitting",
    "candidates",
    "class_ids",
    "completed_on",
    "enter_results",
    "examined",
    "file_exam",
    "files_again",
    "find",
    "of_class",
    "require_over",
    "require_passed",
    "results",
    "results_in",
    "results_of_class",
    "standing_exams",
    "visible_to",
    "withdraw",
]

EXAMINED_STATES = (CANDIDATE, "certified", "valued", "publicised", "payable", "paid")
"""Whoever stands in one of these is a candidate or was one."""

ASKED = frozenset({"ended", "suspended"})
"""The states of a class whose trainees are being asked, or were; in others the class's own law of states answers."""


def file_exam(class_ids: Iterable[int], held_on: date, place: str, caller: Caller, now: datetime) -> Exam:
    """File one exam for ended classes of the caller's institution, in the open unit of work.

    A class whose exam is over files a further one for whoever completed since and has no result.

    Refusals: NotFound, ExamClassesDiffer, ExamFiledTooLate, ClassLostSubsidy, SurveyNotClosed, SatisfactionTooLow,
    ClassNotInState.
    """
    wanted = [classes.find(class_id, caller) for class_id in sorted(set(class_ids))]
    require_alike(wanted)
    rounds, today = {}, local_date(now)
    for each in wanted:
        days_min = programmes.rule_numbers(each.rule_pack_id)["exam_notice_days_min"]
        require_notice(held_on, today, days_min=days_min)
        held = classes.lock(each.region_id, each.class_id)
        if held.state in ASKED:
            supervision.require_fit_for_exam(held)
        # A suspended class goes back to where it stood, and not on.
        rounds[each.class_id] = next_round(held, today)
        if held.state in FILED:
            supervision.require_fit_for_exam(held)
        if held.state != "exam_filed":
            classes.move_on(each.region_id, each.class_id, "exam_filed")
    exam = Exam(
        region_id=wanted[0].region_id,
        exam_id=new_id(),
        institution_id=wanted[0].institution_id,
        held_on=held_on,
        place=place,
        filed_by=caller.person_id or caller.subject_id,
        filed_at=now,
    )
    db.session.add(exam)
    db.session.flush()  # The classes refer to the exam, and no relationship tells the session which comes first.
    db.session.add_all(
        ExamClass(
            region_id=exam.region_id,
            exam_id=exam.exam_id,
            class_id=each.class_id,
            round_no=rounds[each.class_id],
        )
        for each in wanted
    )
    db.session.flush()
    return exam


def visible_to(caller: Caller) -> Select[Exam]:
    """The exams of the caller's own institution, as a query to be paged."""
    return select(Exam).where(Exam.region_id == caller.region_id, Exam.institution_id == caller.institution_id)


def withdraw(exam_id: int, caller: Caller, now: datetime) -> Exam:
    """Take a filing back before its day; its classes can be filed again.

    Refusals: NotFound, ExamWithdrawn, ExamAlreadyHeld.
    """
    exam = _lock(exam_id, caller)
    if exam.held_on <= local_date(now):
        raise ExamAlreadyHeld(held_on=exam.held_on.isoformat())
    for class_id in class_ids(exam):
        if round_of(exam, class_id) == 1:
            classes.move_on(exam.region_id, class_id, "ended")
        elif results_of_class(exam.region_id, class_id):  # Of an earlier exam: without any that one is not done with.
            classes.move_on(exam.region_id, class_id, "examined")
    db.session.execute(
        update(ExamClass)
        .where(ExamClass.region_id == exam.region_id, ExamClass.exam_id == exam.exam_id)
        .values(withdrawn_at=now)
        .execution_options(synchronize_session=False)
    )
    exam.withdrawn_at, exam.withdrawn_by = now, caller.person_id or caller.subject_id
    db.session.flush()
    return exam


def enter_results(exam_id: int, given: Sequence[Mapping[str, Any]], caller: Caller, now: datetime) -> Exam:
    """Enter or correct results, all or none; a class whose last candidate has a result is examined.

    Each of `given` has redemption, outcome and reason. The same outcome again writes nothing.
    Refusals: NotFound, ExamWithdrawn, ExamNotYetHeld, ResultTwice, NotACandidate, CompletedAfterExam,
    ResultReasonMissing.
    """
    require_over(find(exam_id, caller), now)
    exam = _lock_with_classes(exam_id, caller)
    wanted = {row["redemption"]: row for row in given}
    if len(wanted) < len(given):
        raise ResultTwice
    by_class = {class_id: candidates_of(exam, class_id) for class_id in class_ids(exam)}
    everyone = {key: found for of_class in by_class.values() for key, found in of_class.items()}
    if unknown := wanted.keys() - everyone.keys():
        raise NotACandidate(unknown=len(unknown))
    _require_completed(exam, [everyone[key] for key in wanted])
    latest = results(exam)
    for redemption_id, row in wanted.items():
        _write(exam, everyone[redemption_id], row, latest.get(redemption_id), caller=caller, now=now)
    db.session.flush()
    for class_id in by_class:
        filed = classes.get(exam.region_id, class_id).state == "exam_filed"
        if filed and all_examined(exam.region_id, class_id):
            classes.move_on(exam.region_id, class_id, "examined")
    return exam


def _require_completed(exam: Exam, redemptions: Collection[Any]) -> None:
    for refusal in against_sitting(exam, redemptions).values():
        raise refusal


def _write(
    exam: Exam, redemption: Any, row: Mapping[str, Any], earlier: ExamResult | None, *, caller: Caller, now: datetime
) -> None:
    if earlier and earlier.outcome == row["outcome"]:
        return
    if earlier and not row["reason"].strip():
        raise ResultReasonMissing
    db.session.add(
        ExamResult(
            region_id=exam.region_id,
            result_id=new_id(),
            exam_id=exam.exam_id,
            holder_region_id=redemption.region_id,
            redemption_id=redemption.redemption_id,
            revision=earlier.revision + 1 if earlier else 1,
            outcome=row["outcome"],
            reason=row["reason"],
            entered_by=caller.person_id or caller.subject_id,
            entered_at=now,
        )
    )


def find(exam_id: int, caller: Caller) -> Exam:
    """Return an exam of the caller's that stands. Refuses with NotFound, ExamWithdrawn."""
    return _standing(visible_to(caller).where(Exam.exam_id == exam_id))


def require_over(exam: Exam, now: datetime) -> None:
    """Let pass an exam whose day is past. Refuses with ExamNotYetHeld."""
    if local_date(now) <= exam.held_on:
        raise ExamNotYetHeld(held_on=exam.held_on.isoformat())


def candidates(exam: Exam) -> dict[int, Any]:
    """The redemption of each candidate of an exam's classes, by holder."""
    return {
        redemption.holder_id: redemption
        for class_id in class_ids(exam)
        for redemption in candidates_of(exam, class_id).values()
    }


def against_sitting(exam: Exam, seats: Collection[Any]) -> dict[int, Refusal]:
    """What speaks against each of these candidates having sat an exam, by redemption; no entry where nothing does."""
    found: dict[int, Refusal] = {}
    for redemption_id, day in completed_on(seats).items():
        try:
            require_completed(day, exam.held_on)
        except Refusal as refusal:
            found[redemption_id] = refusal
    return found


def class_ids(exam: Exam) -> list[int]:
    """The classes of an exam in the order in which they are locked."""
    query = select(ExamClass.class_id).where(ExamClass.region_id == exam.region_id, ExamClass.exam_id == exam.exam_id)
    return list(db.session.scalars(query.order_by(ExamClass.class_id)))


def results(exam: Exam) -> dict[int, ExamResult]:
    """The result that counts of each trainee who has one, by redemption."""
    query = select(ExamResult).where(ExamResult.region_id == exam.region_id, ExamResult.exam_id == exam.exam_id)
    return {row.redemption_id: row for row in db.session.scalars(query.order_by(ExamResult.revision))}


def of_class(region_id: int, class_id: int) -> Exam | None:
    """Return the exam that was filed last for a class and stands; withdrawn ones are not it."""
    return next(reversed(standing_exams(region_id, class_id)), None)


def _lock(exam_id: int, caller: Caller) -> Exam:
    """Return an exam of the caller's that stands, and let nobody else change it meanwhile."""
    return _standing(visible_to(caller).where(Exam.exam_id == exam_id).with_for_update())


def _lock_with_classes(exam_id: int, caller: Caller) -> Exam:
    """As `_lock`, and its classes before it: of two exams of a class only one takes a trainee's result."""
    found = find(exam_id, caller)
    for class_id in class_ids(found):
        classes.lock(found.region_id, class_id)
    return _lock(exam_id, caller)


def _standing(query: Select[Exam]) -> Exam:
    exam = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if exam is None:
        raise NotFound
    if exam.withdrawn_at is not None:
        raise ExamWithdrawn
    return exam
