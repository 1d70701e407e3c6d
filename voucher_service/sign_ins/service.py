"""Signing in: by the holder's own phone with the code on the screen, by a face device's record, by a clerk's tick."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select, update

from voucher_service.classes import service as classes
from voucher_service.database import db
from voucher_service.errors import NotFound
from voucher_service.institutions import service as institutions
from voucher_service.redemptions import service as redemptions
from voucher_service.roll_calls import service as roll_calls
from voucher_service.roll_calls.errors import RollCodeForged
from voucher_service.scanning.errors import DeviceRevoked
from voucher_service.sign_ins import nonces
from voucher_service.sign_ins.adapters import FaceRecord, FaceSource, NotARecord, NotFromDevice, SignedFaceRecords
from voucher_service.sign_ins.errors import (
    CodeOrDigits,
    FaceRecordForged,
    FaceRecordMalformed,
    NoClassToSignInto,
    SignInNonceInvalid,
    SignInNonceStale,
    SignInNonceUsed,
    SignInSettled,
)
from voucher_service.sign_ins.looking import find, of_class, of_redemption, visible_to, waiting
from voucher_service.sign_ins.models import SignIn
from voucher_service.sign_ins.places import Point
from voucher_service.sign_ins.recording import Arrival, lock_people, take, tick
from voucher_service.sign_ins.rules import CODE, FACE, NUMBER_REUSED, face_flags, is_fresh
from voucher_service.sign_ins.sign_in_schema import SignInSchema
from voucher_service.sign_ins.tries import Tries
from voucher_service.vouchers import service as vouchers

if TYPE_CHECKING:
    from voucher_service.web.access import Caller

__all__ = [
    "Brought",
    "Point",
    "SignIn",
    "SignInSchema",
    "Taken",
    "draw_nonce",
    "find",
    "lock_people",
    "of_class",
    "of_redemption",
    "receive_faces",
    "settle",
    "sign_in",
    "tick",
    "visible_to",
    "waiting",
]

FACES: FaceSource = SignedFaceRecords()
"""The adapter of the devices that the city has; another maker's form is another `FaceSource`."""


class Brought(NamedTuple):
    """A face device's record as it is brought, with the device's signature."""

    record: bytes
    signature: bytes


class Taken(NamedTuple):
    """A record that was taken in; `already` when it had been before."""

    sign_in: SignIn
    already: bool


def draw_nonce(holder: Caller, now: datetime) -> bytes:
    """Draw what one sign-in of this holder, from this log-in, has to show."""
    return nonces.draw(holder, now)


def sign_in(
    holder: Caller,
    nonce: bytes,
    now: datetime,
    *,
    code: str | None = None,
    digits: str | None = None,
    place: Point | None = None,
) -> SignIn | NoClassToSignInto:
    """Sign a holder in with the code on the screen of a class, scanned (hex) or typed (eight digits).

    Of a class that is not the holder's, or outside its time, it is recorded, flagged and not counted. Digits that no
    screen shows come back as a refusal that is not raised, so that the unit of work in which they are counted is kept.
    Refusals: CodeOrDigits, SignInNonceInvalid, SignInNonceStale, SignInNonceUsed, TooManyWrongDigits, ClassNotHeld,
    RollCodeMalformed, RollCodeForged, RollCodeStale, RollCallNotOpen, and those of classes.service.start.
    """
    if bool(code) == bool(digits):
        raise CodeOrDigits
    if not nonces.is_of(nonce, holder):
        raise SignInNonceInvalid
    found = _scanned(holder, code, now) if code else _typed(holder, digits or "", now)
    if isinstance(found, NoClassToSignInto):
        return found
    training_class, session_no, redemption = found
    numbers = roll_calls.numbers_of(training_class)
    if not is_fresh(nonces.drawn_at(nonce), now, numbers):
        raise SignInNonceStale(seconds=numbers["sign_in_nonce_seconds"])
    roll_calls.require_held(training_class, now, begins=False)
    roll_calls.call(training_class, session_no)
    lock_people([holder.subject_id])
    if db.session.scalar(select(SignIn.sign_in_id).where(SignIn.nonce == nonce)) is not None:
        raise SignInNonceUsed
    arrival = Arrival(CODE, redemption, holder.subject_id, now, holder.subject_id, place=place, nonce=nonce)
    return take(training_class, session_no, arrival, now)


def receive_faces(
    training_class: Any, device_id: int, brought: Sequence[Brought], caller: Caller, now: datetime
) -> list[Taken]:
    """Take in what one of the institution's face devices recorded for one of its classes, all or nothing.

    A record that was taken in before is answered as it was. What is signed by the device but proves nothing is
    recorded, flagged and not counted. Refusals: NotFound, DeviceRevoked, FaceRecordMalformed, FaceRecordForged,
    ClassNotHeld, and those of classes.service.start. Source: 二(三)2, R18b.
    """
    device = institutions.lock_device(device_id, caller)
    if device.revoked_at is not None:
        raise DeviceRevoked(revoked_at=device.revoked_at)
    read = [_read(device, training_class, one, place) for place, one in enumerate(brought, start=1)]
    roll_calls.require_held(training_class, now, begins=False)
    _call(training_class, read)
    seats = _seats(training_class, read)
    lock_people(seat.holder_id for seat in seats.values())
    return [
        _take_in(training_class, told, one, seats.get(told.redemption_id), by=caller.subject_id, now=now)
        for told, one in zip(read, brought, strict=True)
    ]


def settle(found: SignIn, to_state: str, *from_states: str) -> None:
    """Put a sign-in into the state that a person decided, in the open unit of work. Refusals: SignInSettled."""
    settled = db.session.execute(
        update(SignIn)
        .where(
            SignIn.region_id == found.region_id,
            SignIn.sign_in_id == found.sign_in_id,
            SignIn.state.in_(from_states),
        )
        .values(state=to_state)
        .returning(SignIn.sign_in_id)
        .execution_options(synchronize_session=False)
    )
    taken = settled.first() is not None
    db.session.expire(found)
    if not taken:
        raise SignInSettled(state=found.state)


def _scanned(holder: Caller, code: str, now: datetime) -> tuple[Any, int, Any]:
    told = roll_calls.read_code(code)
    redemption = next((one for one in _seats_of(holder) if one.class_id == told.class_id), None)
    try:
        training_class = (
            classes.get(redemption.class_region_id, redemption.class_id)
            if redemption
            else classes.anywhere(told.class_id)
        )
    except NotFound:
        raise RollCodeForged from None
    roll_calls.require_code(training_class, told, now)
    return training_class, told.session_no, redemption


def _typed(holder: Caller, digits: str, now: datetime) -> tuple[Any, int, Any] | NoClassToSignInto:
    seats = [(classes.get(seat.class_region_id, seat.class_id), seat) for seat in _seats_of(holder)]
    held = [(one, seat) for one, seat in seats if one.state in roll_calls.HELD_STATES]
    tries = Tries(holder, [one for one, _ in held])
    for training_class, redemption in held:
        if (session_no := roll_calls.typed_code(training_class, digits, now)) is not None:
            return training_class, session_no, redemption
    return tries.wrong()


def _seats_of(holder: Caller) -> list[Any]:
    """The live redemptions of a holder, the latest voucher's first."""
    seats = (
        redemptions.live_redemption(voucher.region_id, voucher.voucher_id)
        for voucher in vouchers.of_holder(holder.region_id, holder.subject_id)
    )
    return [seat for seat in seats if seat is not None]


def _call(training_class: Any, read: Sequence[FaceRecord]) -> None:
    meets = {held.session_no for held in roll_calls.sittings(training_class)}
    for session_no in sorted({told.session_no for told in read} & meets):
        roll_calls.call(training_class, session_no)


def _seats(training_class: Any, read: Sequence[FaceRecord]) -> dict[int, Any]:
    """The seats that the records name, of this class or of any other, by their ids."""
    own = {one.redemption_id: one for one in redemptions.of_class(training_class.region_id, training_class.class_id)}
    named = {told.redemption_id for told in read}
    strangers = {redemption_id: redemptions.by_id(redemption_id) for redemption_id in named - own.keys()}
    found = {redemption_id: seat for redemption_id, seat in strangers.items() if seat is not None}
    return found | {redemption_id: own[redemption_id] for redemption_id in named & own.keys()}


def _take_in(training_class: Any, told: FaceRecord, brought: Brought, seat: Any, *, by: int, now: datetime) -> Taken:
    record = brought.record + brought.signature
    known = _known(told.device_id, told.number)
    for earlier in known:
        if earlier.record is not None and earlier.record[: len(brought.record)] == brought.record:
            return Taken(earlier, already=True)
    numbers = roll_calls.numbers_of(training_class)
    arrival = Arrival(
        FACE,
        seat,
        seat.holder_id if seat else None,
        told.seen_at,
        by,
        flags=[
            *([NUMBER_REUSED] if known else ()),
            *face_flags(told.seen_at, now, told.score_permille, numbers, live=told.live),
        ],
        place=told.place,
        device_id=told.device_id,
        device_number=told.number,
        record=record,
    )
    return Taken(take(training_class, told.session_no, arrival, now), already=False)


def _read(device: Any, training_class: Any, brought: Brought, position: int) -> FaceRecord:
    try:
        told = FACES.read(device, brought.record, brought.signature)
    except NotARecord:
        raise FaceRecordMalformed(position=position) from None
    except NotFromDevice:
        raise FaceRecordForged(position=position) from None
    if told.class_id != training_class.class_id:
        raise FaceRecordForged(position=position)
    return told


def _known(device_id: int, number: int) -> list[SignIn]:
    """The records that came from a device under one number."""
    query = select(SignIn).where(SignIn.device_id == device_id, SignIn.device_number == number)
    return list(db.session.scalars(query))
