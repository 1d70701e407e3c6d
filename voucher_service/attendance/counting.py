"""Attendance per person with what is missing: counted once for institution, worker, bureau and the close."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from voucher_service.attendance import rules
from voucher_service.attendance.rules import COUNTING, Missing, Standing, Tally
from voucher_service.redemptions import service as redemptions
from voucher_service.roll_calls import service as roll_calls
from voucher_service.roll_calls.service import Sitting
from voucher_service.sign_ins import service as sign_ins


class Session(NamedTuple):
    """One scheduled session as a trainee stands at it; `made_up_in` is the make-up by which they stand so, if any.

    `standing` is the better of the two, `records` are all sign-ins at either.
    """

    sitting: Sitting
    standing: Standing
    made_up_in: int | None
    late_minutes: int
    flags: Sequence[str]
    records: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Attended:
    """One trainee's attendance, session by session, with what is missing."""

    region_id: int
    redemption_id: int
    holder_id: int
    sessions: Sequence[Session]
    tally: Tally
    needed: int
    missing: Sequence[Missing]

    @property
    def permille(self) -> int:
        return rules.attended_permille(self.tally.attended, self.tally.held)

    def is_recorded(self, session_no: int) -> bool:
        """Whether the trainee signed in at a meeting, or was ticked, and nothing speaks against it."""
        records = (record for session in self.sessions for record in session.records)
        return any(record.session_no == session_no and not record.flags for record in records)

    @property
    def counted(self) -> frozenset[int]:
        """The numbers of the sessions at which the trainee was present by a sign-in of any kind that may count."""
        return frozenset(one.sitting.session_no for one in self.sessions if one.standing in COUNTING)


@dataclass(frozen=True, slots=True)
class Register:
    """What the attendance of a class is counted from: its meetings and its pack's numbers, read once."""

    sittings: Sequence[Sitting]
    numbers: Mapping[str, int]
    now: datetime

    def of(self, redemption: Any, records: Iterable[Any]) -> Attended:
        """Count one trainee's attendance from their records."""
        by_session: defaultdict[int, list[Any]] = defaultdict(list)
        for record in records:
            by_session[record.session_no].append(record)
        sessions = [self._session(held, by_session) for held in self.scheduled]
        permille_min = self.numbers["attendance_permille_min"]
        found = rules.tally(
            [one.standing for one in sessions],
            sum(one.sitting.ends_at > self.now and one.standing is Standing.NONE for one in sessions),
            unconfirmed_permille_max=self.numbers["unconfirmed_permille_max"],
        )
        return Attended(
            redemption.region_id,
            redemption.redemption_id,
            redemption.holder_id,
            sessions,
            found,
            rules.needed(found.held, permille_min=permille_min),
            rules.missing(found, permille_min=permille_min),
        )

    @property
    def scheduled(self) -> list[Sitting]:
        return [held for held in self.sittings if held.makes_up is None]

    def _session(self, held: Sitting, by_session: Mapping[int, Sequence[Any]]) -> Session:
        late_minutes_max = self.numbers["late_minutes_max"]
        records = list(by_session.get(held.session_no, ()))
        standing, made_up_in = rules.standing_of(records, late_minutes_max=late_minutes_max), None
        for made in self.sittings:
            if made.makes_up != held.session_no or not (again := by_session.get(made.session_no, ())):
                continue
            records += again
            if roll_calls.makes_up_for(made) is None:
                continue
            by_make_up = rules.standing_of(again, late_minutes_max=late_minutes_max)
            if rules.better(standing, by_make_up) != standing:
                standing, made_up_in = by_make_up, made.session_no
        flags = sorted({flag for one in records if one.state != "confirmed" for flag in one.flags.split()})
        late = min((one.late_minutes for one in records if one.state != "rejected"), default=0)
        return Session(held, standing, made_up_in, late, flags, records)


def register_of(training_class: Any, now: datetime) -> Register:
    return Register(roll_calls.sittings(training_class), roll_calls.numbers_of(training_class), now)


def of_class(training_class: Any, now: datetime) -> list[Attended]:
    """Return the attendance of everybody who holds a seat of a class, in the order of their seats."""
    key = (training_class.region_id, training_class.class_id)
    register = register_of(training_class, now)
    by_seat: defaultdict[tuple[int, int], list[Any]] = defaultdict(list)
    for record in sign_ins.of_class(*key):
        if record.holder_region_id is not None and record.redemption_id is not None:
            by_seat[record.holder_region_id, record.redemption_id].append(record)
    return [register.of(seat, by_seat[seat.region_id, seat.redemption_id]) for seat in redemptions.of_class(*key)]


def of_trainee(training_class: Any, redemption: Any, now: datetime) -> Attended:
    """Return one trainee's attendance in the class of their redemption."""
    return register_of(training_class, now).of(redemption, records_of(training_class, redemption))


def records_of(training_class: Any, redemption: Any) -> list[Any]:
    """A trainee's sign-ins at their own class; what a device of another class reported is no matter of this one."""
    return [
        record
        for record in sign_ins.of_redemption(redemption.region_id, redemption.redemption_id)
        if record.class_id == training_class.class_id
    ]
