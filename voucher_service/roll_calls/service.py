"""A class's meetings, the code on its screen, and sessions that are made up."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import select, text, update

from voucher_service.classes import service as classes
from voucher_service.database import asked_once, db
from voucher_service.programmes import service as programmes
from voucher_service.roll_calls import codes
from voucher_service.roll_calls.codes import RollCode
from voucher_service.roll_calls.errors import (
    ClassNotHeld,
    RecordingKnown,
    RollCallNotOpen,
    RollCodeForged,
    RollCodeMalformed,
    RollCodeStale,
    SessionUnknown,
)
from voucher_service.roll_calls.models import MakeUp, RollCall
from voucher_service.roll_calls.rules import (
    MAKE_UPS_FROM,
    Sitting,
    is_current,
    makes_up_for,
    require_make_up,
    with_earlier,
)

__all__ = [
    "HELD_STATES",
    "RollCode",
    "Shown",
    "Sitting",
    "call",
    "make_up",
    "makes_up_for",
    "numbers_of",
    "open_roll_call",
    "opened_last",
    "read_code",
    "record_make_up",
    "require_code",
    "require_held",
    "shown",
    "sitting",
    "sittings",
    "typed_code",
]

HELD_STATES = ("approved", "in_session")

_CALL = text(
    "INSERT INTO roll_call (region_id, class_id, session_no, salt, calls) "
    "VALUES (:region_id, :class_id, :session_no, :salt, 1) "
    "ON CONFLICT (region_id, class_id, session_no) DO UPDATE SET calls = roll_call.calls + 1"
)


class Shown(NamedTuple):
    """The code of this moment, and when the screen shows the next."""

    code: RollCode
    next_at: datetime
    step_seconds: int


def numbers_of(training_class: Any) -> Mapping[str, int]:
    """Return the numbers of the pack that a class is judged by."""
    return with_earlier(programmes.rule_numbers(training_class.rule_pack_id))


@asked_once
def sittings(training_class: Any) -> list[Sitting]:
    """Return a class's meetings: the scheduled ones in their order, then the make-ups."""
    scheduled = [
        Sitting(held.session_no, held.starts_at, held.ends_at, held.kind) for held in classes.sessions(training_class)
    ]
    query = select(MakeUp).where(
        MakeUp.region_id == training_class.region_id, MakeUp.class_id == training_class.class_id
    )
    return scheduled + [
        Sitting(made.session_no, made.starts_at, made.ends_at, made.kind, made.makes_up, made.recording)
        for made in db.session.scalars(query.order_by(MakeUp.session_no))
    ]


def sitting(training_class: Any, session_no: int) -> Sitting:
    """Return one meeting of a class. Refusals: SessionUnknown."""
    for found in sittings(training_class):
        if found.session_no == session_no:
            return found
    raise SessionUnknown(session_no=session_no)


def require_held(training_class: Any, now: datetime, *, begins: bool) -> None:
    """Let pass a class in session, and let nobody close it until this unit of work ends.

    An approved class is opened by its first attendance, which `begins` it, once, whoever records at that moment.
    Refusals: ClassNotHeld, and those of classes.service.start.
    """
    key = (training_class.region_id, training_class.class_id)
    held = classes.lock(*key) if training_class.state == "approved" else classes.hold(*key)
    if held.state == "approved" and begins:
        classes.start(*key, now)
    elif held.state not in HELD_STATES:
        raise ClassNotHeld(state=held.state)


def call(training_class: Any, session_no: int) -> None:
    """Let nobody else sign in at this session until this unit of work ends."""
    db.session.execute(
        _CALL,
        {
            "region_id": training_class.region_id,
            "class_id": training_class.class_id,
            "session_no": session_no,
            "salt": secrets.token_bytes(16),
        },
    )


def open_roll_call(training_class: Any, session_no: int, by: int, now: datetime) -> Sitting:
    """Have a session's code shown from now on; opening it again changes nothing.

    It is shown at any hour; a sign-in outside the session's time is recorded and flagged, and does not count.
    Refusals: SessionUnknown, ClassNotHeld.
    """
    found = sitting(training_class, session_no)
    if training_class.state not in HELD_STATES:
        raise ClassNotHeld(state=training_class.state)
    call(training_class, session_no)
    db.session.execute(
        update(RollCall)
        .where(*_this(training_class, session_no), RollCall.opened_at.is_(None))
        .values(opened_at=now, opened_by=by)
    )
    return found


def shown(training_class: Any, session_no: int, now: datetime) -> Shown:
    """Return the code that the screen shows at `now`. Refusals: RollCallNotOpen, ClassNotHeld."""
    if training_class.state not in HELD_STATES:
        raise ClassNotHeld(state=training_class.state)
    seconds = numbers_of(training_class)["roll_code_seconds"]
    step = codes.step_at(now, seconds)
    code = codes.make(_secret(training_class, session_no), training_class.class_id, session_no, step)
    return Shown(code, codes.end_of_step(step, seconds), seconds)


def read_code(code: str) -> codes.Read:
    """Take the hex digits of a code apart, true or not. Refusals: RollCodeMalformed."""
    try:
        return codes.read(bytes.fromhex(code))
    except ValueError:
        raise RollCodeMalformed from None


def require_code(training_class: Any, told: codes.Read, now: datetime) -> None:
    """Let pass a code that this class's screen shows now or showed one step ago.

    Refusals: RollCallNotOpen, RollCodeForged, RollCodeStale.
    """
    seconds = numbers_of(training_class)["roll_code_seconds"]
    if not codes.is_genuine(_secret(training_class, told.session_no), told):
        raise RollCodeForged
    if not is_current(told.step, codes.step_at(now, seconds)):
        raise RollCodeStale(ended_at=codes.end_of_step(told.step + 1, seconds), seconds=seconds)


def typed_code(training_class: Any, digits: str, now: datetime) -> int | None:
    """Return which session's screen shows these eight digits now or showed them one step ago; None for no session."""
    opened = select(RollCall).where(
        RollCall.region_id == training_class.region_id,
        RollCall.class_id == training_class.class_id,
        RollCall.opened_at.is_not(None),
    )
    step = codes.step_at(now, numbers_of(training_class)["roll_code_seconds"])
    for roll in db.session.scalars(opened.order_by(RollCall.session_no.desc())):
        secret = _secret_of(roll)
        for shown_at in (step, step - 1):
            if codes.make(secret, roll.class_id, roll.session_no, shown_at).digits == digits:
                return roll.session_no
    return None


def opened_last(training_class: Any) -> list[tuple[datetime, int]]:
    """When which session's screen was last turned on, of a class that is held; empty before any was."""
    if training_class.state not in HELD_STATES:
        return []
    latest = (
        select(RollCall.opened_at, RollCall.session_no)
        .where(
            RollCall.region_id == training_class.region_id,
            RollCall.class_id == training_class.class_id,
            RollCall.opened_at.is_not(None),
        )
        .order_by(RollCall.opened_at.desc(), RollCall.session_no.desc())
        .limit(1)
    )
    return [(at, session_no) for at, session_no in db.session.execute(latest) if at]


def make_up(
    training_class: Any,
    makes_up: int,
    starts_at: datetime,
    ends_at: datetime,
    *,
    recording: str,
    by: int,
    now: datetime,
) -> Sitting:
    """Enter a make-up for a scheduled session of a class that is still held; return it with its number.

    Refusals: SessionUnknown, ClassNotHeld, MakeUpTooShort, MakeUpImpossible. Source: 二(三)2, R18f.
    """
    classes.lock(training_class.region_id, training_class.class_id)  # so that two make-ups get two numbers
    if training_class.state not in HELD_STATES:
        raise ClassNotHeld(state=training_class.state)
    known = sittings(training_class)
    missed = sitting(training_class, makes_up)
    if missed.makes_up is not None:
        raise SessionUnknown(session_no=makes_up)
    require_make_up(missed, starts_at, ends_at, known)
    number = max(MAKE_UPS_FROM, *(one.session_no + 1 for one in known))
    db.session.add(
        MakeUp(
            region_id=training_class.region_id,
            class_id=training_class.class_id,
            session_no=number,
            makes_up=makes_up,
            starts_at=starts_at,
            ends_at=ends_at,
            kind=missed.kind,
            recording=recording,
            entered_by=by,
            entered_at=now,
            recorded_at=now if recording else None,
        )
    )
    db.session.flush()  # Whoever reads the class's meetings next, in this unit of work too, must find it.
    return Sitting(number, starts_at, ends_at, missed.kind, makes_up, recording)


def record_make_up(training_class: Any, session_no: int, recording: str, now: datetime) -> Sitting:
    """Refer to the recording of a make-up, once, while the class is held.

    Refusals: SessionUnknown, ClassNotHeld, RecordingKnown.
    """
    if training_class.state not in HELD_STATES:
        raise ClassNotHeld(state=training_class.state)
    found = sitting(training_class, session_no)
    if found.makes_up is None:
        raise SessionUnknown(session_no=session_no)
    filmed = db.session.execute(
        update(MakeUp)
        .where(
            MakeUp.region_id == training_class.region_id,
            MakeUp.class_id == training_class.class_id,
            MakeUp.session_no == session_no,
            MakeUp.recording == "",
        )
        .values(recording=recording, recorded_at=now)
        .returning(MakeUp.session_no)
    )
    if filmed.first() is None:
        raise RecordingKnown
    return found._replace(recording=recording)


def _this(training_class: Any, session_no: int) -> tuple[Any, ...]:
    return (
        RollCall.region_id == training_class.region_id,
        RollCall.class_id == training_class.class_id,
        RollCall.session_no == session_no,
    )


def _secret(training_class: Any, session_no: int) -> bytes:
    roll = db.session.scalar(
        select(RollCall).where(*_this(training_class, session_no), RollCall.opened_at.is_not(None))
    )
    if roll is None:
        raise RollCallNotOpen(session_no=session_no)
    return _secret_of(roll)


def _secret_of(roll: RollCall) -> bytes:
    key: str = current_app.extensions["settings"].secrets.session_key
    return codes.secret_of(key.encode(), roll.region_id, roll.class_id, roll.session_no, roll.salt)
