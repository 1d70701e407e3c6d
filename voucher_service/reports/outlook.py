"""Will this be paid, and what is missing? One answer for a trainee's institution, the trainee and the bureau.

A list of steps from the scan to the payment, each done, missing, still to come, or no longer possible; with the clause,
who has it now, and until when. What a rule decides is asked of its own room; nothing is judged anew here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import and_, select

from voucher_service.calendar import local_date
from voucher_service.classes import service as classes
from voucher_service.database import db, keyed
from voucher_service.errors import Refusal
from voucher_service.exams import service as exams
from voucher_service.identifiers import to_hex
from voucher_service.programmes import service as programmes
from voucher_service.reports.roster import Trainee, roster
from voucher_service.supervision import service as supervision
from voucher_service.vouchers.models import Hold, HoldEnd

PASSED: Final = "passed"
"""The outcome of an exam that leads on."""

WAY: Final = ("redeemed", "completed", "certified", "valued", "publicised", "payable", "paid")
AFTERWARDS: Final = (("valued", "二(三)4"), ("publicised", "二(三)4"), ("payable", "二(三)"), ("paid", "二(三)4"))
"""What follows a verified certificate, with its clause."""

INSTITUTION, HOLDER, BUREAU, FINANCE, SERVICE = "institution", "holder", "bureau", "finance", "service"

UNDER_WAY: Final = frozenset({"approved", "in_session"})

GATES: Final = (
    ("subsidised", "二(三)2", ""),
    ("inspected", "二(三)2", BUREAU),
    ("recorded", "二(三)2", INSTITUTION),
    ("surveyed", "二(三)2", INSTITUTION),
)
"""What supervision asks of the whole class before any of its certificates has a value, and who can still see to it."""


class Standing(StrEnum):
    DONE = "done"
    MISSING = "missing"
    LATER = "later"
    """Nobody can do it yet: something before it is missing."""
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `who` has it now, `until` is the last moment for it; both only while it is missing."""

    code: str
    standing: Standing
    clause: str = ""
    who: str = ""
    until: datetime | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outlook:
    """One trainee's steps in their order. `paid` and `possible` answer the question in a word."""

    region_id: int
    redemption_id: int
    voucher_id: int
    holder_id: int
    state: str
    steps: Sequence[Step]

    @property
    def paid(self) -> bool:
        return self.state == "paid"

    @property
    def disputable(self) -> bool:
        """Whether the holder can still say "I was not there": until the payment."""
        return self.state in WAY and not self.paid

    @property
    def possible(self) -> bool:
        return all(step.standing is not Standing.IMPOSSIBLE for step in self.steps)

    @property
    def missing(self) -> list[Step]:
        return [step for step in self.steps if step.standing in {Standing.MISSING, Standing.IMPOSSIBLE}]

    @property
    def next(self) -> Step | None:
        """The first step that is not done; what is no longer possible before what somebody could still do."""
        lost = (step for step in self.steps if step.standing is Standing.IMPOSSIBLE)
        return next(lost, next((step for step in self.steps if step.standing is Standing.MISSING), None))


@dataclass(frozen=True, slots=True)
class _Case:
    """What the steps of one trainee are read from."""

    seat: Trainee
    numbers: Mapping[str, int]
    exam: Any
    outcome: str | None
    late: bool
    """Completed after the last exam that is filed: the institution files a further one for them."""
    hold: Any
    gates: Mapping[str, Refusal | None] | None
    """What supervision would refuse a certificate with; None while the class goes on, and nobody is asked."""
    payable: int | None
    """How many certificates of the class can have a value at most; None while nobody has counted heads."""
    valued: int
    now: datetime

    @property
    def reached(self) -> int:
        """How far the voucher has come; -1 once it ended without payment."""
        return WAY.index(self.seat.state) if self.seat.state in WAY else -1

    @property
    def exams_min(self) -> int:
        return self.numbers.get("exams_filed_min", 0)


def outlooks(training_class: Any, now: datetime, seats: Sequence[Trainee] | None = None) -> list[Outlook]:
    """Return the outlook of everybody who holds a seat of a class, in the order of their seats.

    It costs as many queries for all of them as for one.

    `seats` is the class's roster, for whoever has read it already.
    """
    seats = roster(training_class.region_id, training_class.class_id, now) if seats is None else seats
    filed = exams.standing_exams(training_class.region_id, training_class.class_id)
    results = exams.results_in(filed)
    numbers = programmes.rule_numbers(training_class.rule_pack_id)
    holds = _holds([(seat.region_id, seat.voucher_id) for seat in seats])
    over = training_class.state not in UNDER_WAY
    gates, payable = supervision.prospect(training_class, now) if over else (None, None)
    valued = sum(seat.state in WAY[WAY.index("certified") :] for seat in seats)
    late = _completed_late(seats, filed[-1], results) if filed else set()
    found = []
    for seat in seats:
        examined_in, result = results.get(seat.redemption_id, (filed[-1] if filed else None, None))
        hold, outcome = holds.get((seat.region_id, seat.voucher_id)), result.outcome if result else None
        is_late = seat.redemption_id in late
        case = _Case(seat, numbers, examined_in, outcome, is_late, hold, gates, payable, valued, now)
        identity = (seat.region_id, seat.redemption_id, seat.voucher_id, seat.holder_id, seat.state)
        found.append(Outlook(*identity, list(_steps(case))))
    return found


def _completed_late(seats: Sequence[Trainee], last: Any, results: Mapping[int, Any]) -> set[int]:
    waiting = [seat for seat in seats if seat.state == "completed" and seat.redemption_id not in results]
    return {redemption_id for redemption_id, day in exams.completed_on(waiting).items() if day > last.held_on}


def outlook(redemption: Any, now: datetime) -> Outlook:
    """Return the outlook of one trainee whose redemption stands."""
    training_class = classes.get(redemption.class_region_id, redemption.class_id)
    return next(one for one in outlooks(training_class, now) if one.redemption_id == redemption.redemption_id)


def _steps(case: _Case) -> Iterator[Step]:
    yield Step("redeemed", Standing.DONE, "二(五)")
    yield _no_hold(case)
    yield _attended(case)
    for code, clause, who in GATES:
        yield _gate(case, code, clause, who)
    yield _exam_filed(case)
    yield _passed(case)
    yield _entered(case)
    yield _head_count(case)
    yield _verified(case)
    for state, clause in AFTERWARDS:
        yield _afterwards(case, state, clause)


def _no_hold(case: _Case) -> Step:
    if case.hold is None:
        return Step("no_hold", Standing.DONE)
    return _ask(case, "no_hold", "", BUREAU, figures={"receipt": to_hex(case.hold.hold_id), "kind": case.hold.kind})


def _attended(case: _Case) -> Step:
    attended = case.seat.attendance
    tally, needed = attended.tally, attended.needed
    figures = {"attended": tally.attended, "held": tally.held, "needed": needed}
    enough = tally.attended >= needed
    if case.reached >= WAY.index("completed") or (case.reached < 0 and enough):
        return Step("attended", Standing.DONE, "二(三)2", figures=figures)
    if tally.attended + tally.ahead + tally.flagged < needed:
        return Step("attended", Standing.IMPOSSIBLE, "二(三)2", figures=figures)
    if not enough and tally.flagged > tally.ahead:
        return _ask(case, "attended", "二(三)2", BUREAU, figures=figures)
    return _ask(case, "attended", "二(三)2", INSTITUTION if enough else HOLDER, figures=figures)


def _gate(case: _Case, code: str, clause: str, who: str) -> Step:
    if case.gates is None:
        return _ask(case, code, clause, who, after="completed")
    refusal = case.gates[code]
    if refusal is None or case.reached >= WAY.index("certified"):
        return Step(code, Standing.DONE, clause)
    if not who:
        return Step(code, Standing.IMPOSSIBLE, clause, figures=refusal.figures)
    return _ask(case, code, clause, who, after="completed", figures=refusal.figures)


def _head_count(case: _Case) -> Step:
    """R14: the average of the heads that were counted caps how many certificates of the class have a value."""
    figures = {"payable": case.payable, "valued": case.valued}
    if case.reached >= WAY.index("certified"):
        return Step("head_count", Standing.DONE, "二(三)1", figures=figures)
    if case.payable is None:
        return _ask(case, "head_count", "二(三)1", BUREAU, after="certified")
    over = case.valued >= case.payable
    return Step("head_count", Standing.IMPOSSIBLE if over else Standing.DONE, "二(三)1", figures=figures)


def _exam_filed(case: _Case) -> Step:
    figures = {"exams_min": case.exams_min}
    if case.exam is not None and not case.late:
        return Step("exam_filed", Standing.DONE, "附件3", figures={**figures, "held_on": case.exam.held_on.isoformat()})
    if case.reached >= WAY.index("certified") or (case.exams_min == 0 and not case.late):
        return Step("exam_filed", Standing.DONE, "附件3", figures=figures)
    return _ask(case, "exam_filed", "附件3", INSTITUTION, after="completed", figures=figures)


def _passed(case: _Case) -> Step:
    if case.outcome == PASSED or case.reached >= WAY.index("certified"):
        return Step("passed", Standing.DONE, "二(三)3")
    figures = {"outcome": case.outcome} if case.outcome else {}
    over = case.exam is not None and not case.late and case.exam.held_on < local_date(case.now)
    if not over and case.reached >= 0:
        return Step("passed", Standing.LATER, "二(三)3", figures=figures)
    return _ask(case, "passed", "二(三)3", INSTITUTION, after="completed", figures=figures)


def _entered(case: _Case) -> Step:
    if case.seat.certificate in {"entered", "verified"} or case.reached >= WAY.index("certified"):
        return Step("certificate_entered", Standing.DONE, "二(五)")
    if case.outcome != PASSED and case.exams_min and case.reached >= 0:
        return Step("certificate_entered", Standing.LATER, "二(五)")
    return _ask(case, "certificate_entered", "二(五)", INSTITUTION, after="completed")


def _verified(case: _Case) -> Step:
    if case.reached >= WAY.index("certified"):
        return Step("certificate_verified", Standing.DONE, "二(五)")
    if case.seat.certificate != "entered" and case.reached >= 0:
        return Step("certificate_verified", Standing.LATER, "二(五)")
    return _ask(case, "certificate_verified", "二(五)", BUREAU, after="completed")


def _afterwards(case: _Case, state: str, clause: str) -> Step:
    if case.reached >= WAY.index(state):
        return Step(state, Standing.DONE, clause)
    if case.reached >= 0 and WAY[case.reached + 1] != state:
        return Step(state, Standing.LATER, clause)
    return _ask(case, state, clause, FINANCE if state == "paid" else BUREAU)


def _ask(
    case: _Case, code: str, clause: str, who: str, *, after: str = "redeemed", figures: Mapping[str, Any] | None = None
) -> Step:
    """A step that somebody still has to take, or that is too late because the voucher has ended."""
    if case.reached < 0:
        return Step(code, Standing.IMPOSSIBLE, clause, figures=figures or {})
    if case.reached < WAY.index(after):
        return Step(code, Standing.LATER, clause, figures=figures or {})
    until = case.seat.certify_by if case.reached < WAY.index("certified") else None
    return Step(code, Standing.MISSING, clause, who, until, figures or {})


def _holds(vouchers: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Any]:
    """The oldest hold that stands on each voucher."""
    over = and_(HoldEnd.region_id == Hold.region_id, HoldEnd.hold_id == Hold.hold_id)
    query = select(Hold).outerjoin(HoldEnd, over).where(HoldEnd.hold_id.is_(None))
    query = query.where(keyed(Hold.region_id, Hold.voucher_id, vouchers)).order_by(Hold.placed_at.desc())
    return {(hold.region_id, hold.voucher_id): hold for hold in db.session.scalars(query)}
