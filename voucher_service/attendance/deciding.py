"""What persons decide about sign-ins: a flagged one is confirmed or rejected, one that stands is voided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Select, select, update
from sqlalchemy.exc import IntegrityError

from voucher_service.attendance import concluding, counting
from voucher_service.attendance.errors import AttendanceSettled, SignInNotFlagged, SignInNotStanding, VoidOpen
from voucher_service.attendance.models import SignInDecision
from voucher_service.attendance.rules import completes, needs_two_persons
from voucher_service.classes import service as classes
from voucher_service.database import db
from voucher_service.errors import Forbidden, NotFound
from voucher_service.identifiers import new_id
from voucher_service.institutions import service as institutions
from voucher_service.redemptions import service as redemptions
from voucher_service.roll_calls import service as roll_calls
from voucher_service.sign_ins import service as sign_ins
from voucher_service.sign_ins.errors import NotOfThisClass
from voucher_service.vouchers import service as vouchers
from voucher_service.vouchers.errors import DecisionByOnePerson, DecisionMade

if TYPE_CHECKING:
    from voucher_service.sign_ins.service import SignIn
    from voucher_service.web.access import Caller

STANDING: Final = ("confirmed", "unconfirmed")


def decide_flagged(found: SignIn, *, genuine: bool, reason: str, caller: Caller, now: datetime) -> SignInDecision:
    """Confirm a flagged sign-in or a clerk's tick, so that it counts, or reject it, as one person of the bureau.

    Only while the class is held can one be confirmed, and only of somebody who is in it. Refusals: SignInNotFlagged,
    SignInSettled, ClassNotHeld, SessionUnknown, NotOfThisClass, Forbidden, and those of classes.service.start.
    """
    if found.state != "unconfirmed":
        raise SignInNotFlagged
    if genuine:
        _attend(found, now)
    sign_ins.settle(found, "confirmed" if genuine else "rejected", "unconfirmed")
    verdict = "confirm" if genuine else "reject"
    return _write(found, verdict, reason, caller, now, two_persons=False)


def void(found: SignIn, reason: str, caller: Caller, now: datetime) -> SignInDecision:
    """Take a sign-in out that stands; where that changes who completes, it only asks, and another person decides.

    Refusals: SignInNotStanding, VoidOpen, SignInSettled, Forbidden. Source: two persons, 二(三)4.
    """
    training_class = _hold(found)
    if found.state not in STANDING or (found.flags and found.state == "unconfirmed"):
        raise SignInNotStanding(state=found.state)
    if _open_decision(found) is not None:
        raise VoidOpen
    two_persons = _changes_outcome(found, training_class, now)
    if not two_persons:
        _void(found, training_class, now)
    return _write(found, "void", reason, caller, now, two_persons=two_persons)


def settle_void(decision: SignInDecision, caller: Caller, now: datetime, *, confirmed: bool) -> SignInDecision:
    """Confirm or decline, as another person, that a sign-in be voided.

    After the close of the class a trainee who no longer attended enough forfeits. Refusals: DecisionByOnePerson,
    DecisionMade, Forbidden, and when confirmed SignInSettled, AttendanceSettled.
    """
    if (person := _person(caller)) == decision.asked_by:
        raise DecisionByOnePerson
    made = db.session.execute(
        update(SignInDecision)
        .where(
            SignInDecision.region_id == decision.region_id,
            SignInDecision.decision_id == decision.decision_id,
            SignInDecision.state == "asked",
        )
        .values(state="made" if confirmed else "declined", decided_by=person, decided_at=now)
        .returning(SignInDecision.decision_id)
        .execution_options(synchronize_session=False)
    )
    if made.first() is None:
        raise DecisionMade
    db.session.expire(decision)
    if confirmed:
        found = db.session.get_one(sign_ins.SignIn, (decision.region_id, decision.sign_in_id))
        _void(found, _hold(found), now)
    return decision


def find_decision(decision_id: int, caller: Caller) -> SignInDecision:
    """Return a decision of the caller's region, any for the city's staff. Refusals: NotFound."""
    found = db.session.scalar(_visible_to(caller).where(SignInDecision.decision_id == decision_id))
    if found is None:
        raise NotFound
    return found


def decisions_of(found: SignIn) -> Sequence[SignInDecision]:
    """Return what was decided or asked about a sign-in, oldest first."""
    query = select(SignInDecision).where(
        SignInDecision.region_id == found.region_id, SignInDecision.sign_in_id == found.sign_in_id
    )
    return db.session.scalars(query.order_by(SignInDecision.asked_at)).all()


def waiting_voids(caller: Caller) -> Select[SignInDecision]:
    """What one person asked to be voided and another has to decide, as a query to be paged."""
    return _visible_to(caller).where(SignInDecision.state == "asked")


def _visible_to(caller: Caller) -> Select[SignInDecision]:
    query = select(SignInDecision)
    if caller.region_id == institutions.CITY_REGION:
        return query
    return query.where(SignInDecision.region_id == caller.region_id)


def _hold(found: SignIn) -> Any:
    """Let neither the class be closed nor the person sign in until this unit of work ends, and read both anew."""
    training_class = classes.hold(found.region_id, found.class_id)
    if found.holder_id is not None:
        sign_ins.lock_people([found.holder_id])
    db.session.refresh(found)
    return training_class


def _attend(found: SignIn, now: datetime) -> None:
    """Let a confirmed sign-in do what it would have done at once: open the class, end the right to undo."""
    training_class = classes.get(found.region_id, found.class_id)
    roll_calls.sitting(training_class, found.session_no)
    roll_calls.require_held(training_class, now, begins=True)
    wanted = [] if found.redemption_id is None else [found.redemption_id]
    if not redemptions.mark_attended(found.region_id, found.class_id, wanted, now):
        raise NotOfThisClass(unknown=1)


def _changes_outcome(found: SignIn, training_class: Any, now: datetime) -> bool:
    if found.redemption_id is None or found.holder_region_id is None:
        return False
    redemption = redemptions.find(found.holder_region_id, found.redemption_id)
    register = counting.register_of(training_class, now)
    records = counting.records_of(training_class, redemption)
    before, after = register.of(redemption, records), register.of(redemption, _without(records, found))
    permille_min = register.numbers["attendance_permille_min"]
    return needs_two_persons(before.tally, after.tally, permille_min=permille_min)


def _without(records: list[Any], found: SignIn) -> list[Any]:
    """The records as they would stand if one were voided."""
    return [_Voided(one) if one.sign_in_id == found.sign_in_id else one for one in records]


class _Voided:
    """A sign-in as it would read once it is voided."""

    state = "voided"

    def __init__(self, record: Any) -> None:
        self.method, self.flags, self.session_no = record.method, record.flags, record.session_no
        self.late_minutes = record.late_minutes


def _void(found: SignIn, training_class: Any, now: datetime) -> None:
    sign_ins.settle(found, "voided", *STANDING)
    if training_class.state in roll_calls.HELD_STATES or found.redemption_id is None:
        return
    redemption = redemptions.find(found.holder_region_id or 0, found.redemption_id)
    if redemption.attended_permille is None:
        return
    attended = counting.of_trainee(training_class, redemption, now)
    permille_min = roll_calls.numbers_of(training_class)["attendance_permille_min"]
    completed_before = completes(redemption.attended_permille, permille_min=permille_min)
    concluding.note_attended(redemption, attended.permille)
    if not completed_before or completes(attended.permille, permille_min=permille_min):
        return
    voucher = vouchers.find(redemption.region_id, redemption.voucher_id)
    if voucher.state != "completed":
        raise AttendanceSettled(state=voucher.state)
    concluding.forfeit(redemption, voucher, now)


def _open_decision(found: SignIn) -> SignInDecision | None:
    return db.session.scalar(
        select(SignInDecision).where(
            SignInDecision.region_id == found.region_id,
            SignInDecision.sign_in_id == found.sign_in_id,
            SignInDecision.state == "asked",
        )
    )


def _write(
    found: SignIn, verdict: str, reason: str, caller: Caller, now: datetime, *, two_persons: bool
) -> SignInDecision:
    person = _person(caller)
    decision = SignInDecision(
        region_id=found.region_id,
        decision_id=new_id(),
        sign_in_id=found.sign_in_id,
        verdict=verdict,
        reason=reason,
        two_persons=two_persons,
        state="asked" if two_persons else "made",
        asked_by=person,
        asked_at=now,
        decided_by=None if two_persons else person,
        decided_at=None if two_persons else now,
    )
    db.session.add(decision)
    try:
        db.session.flush()  # so that the unique key answers here, where it can be put into words
    except IntegrityError as error:
        raise VoidOpen from error
    return decision


def _person(caller: Caller) -> int:
    if caller.person_id is None:
        raise Forbidden
    return caller.person_id
