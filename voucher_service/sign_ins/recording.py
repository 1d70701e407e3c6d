"""Writing a sign-in down: everything that arrives is kept, and what speaks against it is flagged.

Whoever records holds the class against its close, then the session, then the person, then the redemption, each by its
own row; so sixty at once are counted as sixty, and one person at two doors is seen at both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, text
from sqlalchemy.dialects import postgresql, sqlite

from voucher_service.database import db
from voucher_service.identifiers import new_id
from voucher_service.redemptions import service as redemptions
from voucher_service.roll_calls import service as roll_calls
from voucher_service.roll_calls.errors import SessionUnknown
from voucher_service.sign_ins import looking
from voucher_service.sign_ins.errors import NotOfThisClass
from voucher_service.sign_ins.models import SignIn
from voucher_service.sign_ins.places import Point
from voucher_service.sign_ins.rules import (
    BURST,
    CLERK,
    CONFIRMED,
    NO_SUCH_SESSION,
    NOT_OF_THIS_CLASS,
    REPEATED,
    SAME_SECOND,
    UNCONFIRMED,
    Key,
    burst,
    in_order,
    late_minutes,
    met_elsewhere,
    place_flags,
    same_second,
    state_of,
    time_flags,
)

_LOCK = text(
    "INSERT INTO attendee (holder_id, sign_ins) VALUES (:holder_id, 1) "
    "ON CONFLICT (holder_id) DO UPDATE SET sign_ins = attendee.sign_ins + 1"
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody's sign-in as it arrives; `flags` are those that its own record earns, whoever else signs in."""

    method: str
    redemption: Any
    holder_id: int | None
    signed_at: datetime
    recorded_by: int
    flags: Sequence[str] = ()
    place: Point | None = None
    device_id: int | None = None
    device_number: int | None = None
    record: bytes | None = None
    nonce: bytes | None = None


def take(training_class: Any, session_no: int, arrival: Arrival, now: datetime) -> SignIn:
    """Write one sign-in down, in the open unit of work, with whatever speaks against it and against others.

    The class is held, the session called and the person locked already. The first sign-in that nothing speaks against
    opens the class and ends the right to undo the redemption. Refusals: those of classes.service.start.
    """
    sitting = next((held for held in roll_calls.sittings(training_class) if held.session_no == session_no), None)
    known = looking.of_session(training_class, session_no)
    distance = looking.distance_of(training_class, sitting.kind, arrival.place) if sitting else None
    against = _Against(training_class, sitting, arrival, known, distance)
    flags = in_order(against.flags())
    if not flags:
        flags = _attend(training_class, arrival, now)
    for key, flag in against.others.items():
        _doubt(key, flag)
    written = SignIn(
        region_id=training_class.region_id,
        sign_in_id=new_id(),
        class_id=training_class.class_id,
        session_no=session_no,
        holder_region_id=arrival.redemption.region_id if arrival.redemption else None,
        redemption_id=arrival.redemption.redemption_id if arrival.redemption else None,
        holder_id=arrival.holder_id,
        method=arrival.method,
        state=state_of(flags),
        flags=" ".join(flags),
        signed_at=arrival.signed_at,
        late_minutes=late_minutes(sitting, arrival.signed_at) if sitting else 0,
        distance_metres=distance,
        recorded_by=arrival.recorded_by,
        recorded_at=now,
        device_id=arrival.device_id,
        device_number=arrival.device_number,
        record=arrival.record,
        nonce=arrival.nonce,
    )
    db.session.add(written)
    db.session.flush()  # The next sign-in of this unit of work is held against this one.
    return written


def tick(
    training_class: Any, session_no: int, redemption_ids: Collection[int], *, late: int, by: int, now: datetime
) -> int:
    """Record whom a clerk ticked as present at a session that has begun; return how many are newly present.

    A tick is unconfirmed: whether it counts is for the rule pack to say. Someone ticked twice, by two clerks at once or
    after signing in counts once. Refusals: SessionUnknown, ClassNotHeld, NotOfThisClass.
    """
    sitting = roll_calls.sitting(training_class, session_no)
    if sitting.starts_at > now:
        raise SessionUnknown(session_no=session_no)
    roll_calls.require_held(training_class, now, begins=True)
    wanted, key = set(redemption_ids), (training_class.region_id, training_class.class_id)
    lock_people(one.holder_id for one in redemptions.of_class(*key) if one.redemption_id in wanted)
    present = redemptions.mark_attended(*key, wanted, now)
    if len(present) < len(wanted):
        raise NotOfThisClass(unknown=len(wanted) - len(present))
    standing = {
        (one.holder_region_id, one.redemption_id)
        for one in looking.of_session(training_class, session_no)
        if not one.flags
    }
    new = [one for one in present if (one.region_id, one.redemption_id) not in standing]
    if not new:
        return 0
    doubts = _doubts(training_class, sitting, {one.holder_id for one in new})
    rows = [
        {
            "region_id": training_class.region_id,
            "sign_in_id": new_id(),
            "class_id": training_class.class_id,
            "session_no": session_no,
            "holder_region_id": one.region_id,
            "redemption_id": one.redemption_id,
            "holder_id": one.holder_id,
            "method": CLERK,
            "state": UNCONFIRMED,
            "flags": doubts.get(one.holder_id, ""),
            "signed_at": now,
            "late_minutes": late,
            "recorded_by": by,
            "recorded_at": now,
        }
        for one in new
    ]
    return len(db.session.execute(_written_once().values(rows).returning(SignIn.sign_in_id)).all())


def lock_people(holder_ids: Iterable[int]) -> None:
    """Let nobody else sign these people in until this unit of work ends."""
    if people := [{"holder_id": holder_id} for holder_id in sorted(set(holder_ids))]:
        db.session.execute(_LOCK, people)


@dataclass(slots=True)
class _Against:
    """What speaks against an arrival, and against whom else it speaks: `others` is which → flag."""

    training_class: Any
    sitting: Any
    arrival: Arrival
    known: Sequence[SignIn]
    distance_metres: int | None
    others: dict[Key, str] = field(default_factory=dict)

    def flags(self) -> list[str]:
        numbers = roll_calls.numbers_of(self.training_class)
        arrival, flags = self.arrival, list(self.arrival.flags)
        if not self._is_of_this_class():
            flags.append(NOT_OF_THIS_CLASS)
        if self._is_repeated():
            return [*flags, REPEATED]
        if self.sitting is None:
            return [*flags, NO_SUCH_SESSION]
        flags += time_flags(self.sitting, arrival.signed_at, numbers)
        flags += place_flags(self.distance_metres, numbers)
        flags += self._elsewhere(numbers)
        flags += self._patterns(numbers)
        return flags

    def _is_of_this_class(self) -> bool:
        redemption = self.arrival.redemption
        return redemption is not None and (redemption.class_region_id, redemption.class_id) == (
            self.training_class.region_id,
            self.training_class.class_id,
        )

    def _is_repeated(self) -> bool:
        """Whether this person has signed in at this session in this way already, and nothing spoke against it."""
        holder_id, method = self.arrival.holder_id, self.arrival.method
        return holder_id is not None and any(
            (one.holder_id, one.method, one.flags) == (holder_id, method, "") for one in self.known
        )

    def _elsewhere(self, numbers: Any) -> list[str]:
        holder_id = self.arrival.holder_id
        if holder_id is None:
            return []
        starts_at, ends_at = self.sitting.starts_at, self.sitting.ends_at
        others = [found for _, found in looking.elsewhere([holder_id], self.training_class, starts_at, ends_at)]
        met = met_elsewhere(self.sitting, looking.held_in(self.training_class), self.arrival.signed_at, others, numbers)
        self.others.update(met)
        return list(met.values())

    def _patterns(self, numbers: Any) -> list[str]:
        marks, flags = looking.marks(self.known), []
        if together := burst(self.arrival.signed_at, marks, numbers):
            flags.append(BURST)
            self.others.update(dict.fromkeys(together, BURST))
        if self.arrival.device_id is not None and (
            alike := same_second(self.arrival.device_id, self.arrival.signed_at, marks, numbers)
        ):
            flags.append(SAME_SECOND)
            self.others.update(dict.fromkeys(alike, SAME_SECOND))
        return flags


def _attend(training_class: Any, arrival: Arrival, now: datetime) -> list[str]:
    """Open the class and mark the redemption; one that was undone at this moment is of this class no more."""
    roll_calls.require_held(training_class, now, begins=True)
    wanted = [arrival.redemption.redemption_id]
    marked = redemptions.mark_attended(training_class.region_id, training_class.class_id, wanted, now)
    return [] if marked else [NOT_OF_THIS_CLASS]


def _doubt(key: Key, flag: str) -> None:
    """Flag an earlier sign-in; one that a person has decided already stays as they decided."""
    other = db.session.get_one(SignIn, key, with_for_update=True, populate_existing=True)
    decided = other.flags and other.state != UNCONFIRMED
    if not decided and other.state in {CONFIRMED, UNCONFIRMED}:
        other.flags, other.state = " ".join(in_order([*other.flags.split(), flag])), UNCONFIRMED


def _doubts(training_class: Any, sitting: Any, holder_ids: Collection[int]) -> dict[int, str]:
    """Flag what these people signed in to elsewhere during a session; return the flag of each who did."""
    numbers, found = roll_calls.numbers_of(training_class), {}
    others = looking.elsewhere(holder_ids, training_class, sitting.starts_at, sitting.ends_at)
    for holder_id, other in list(others):
        for key, flag in met_elsewhere(sitting, looking.held_in(training_class), None, [other], numbers).items():
            found[holder_id] = flag
            _doubt(key, flag)
    return found


def _written_once() -> Insert:
    """Return an INSERT that passes over who is recorded already; both databases say it alike, the library does not."""
    if db.engine.dialect.name == "sqlite":
        return sqlite.insert(SignIn).on_conflict_do_nothing()
    return postgresql.insert(SignIn).on_conflict_do_nothing()
