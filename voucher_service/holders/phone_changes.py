"""A new phone for somebody who has lost the old one: at a counter, with the ID card, by a code from the new phone.

Whoever holds the old phone is logged out and told there, because the change may be a thief's. Each change is on record
for the person and for whoever samples the counters' work.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from voucher_service.accounts.service import end_sessions_of
from voucher_service.calendar import local_date
from voucher_service.database import db, unit_of_work
from voucher_service.holders import adapters, log_in_codes, rules
from voucher_service.holders.assistance import count_at_counter
from voucher_service.holders.challenges import Challenge
from voucher_service.holders.errors import (
    CardNotEnrolled,
    CodeNotAccepted,
    NewPhoneNotConfirmed,
    PersonOfOtherRegion,
    PhoneChangedMeanwhile,
    PhoneTaken,
    PhoneUnchanged,
)
from voucher_service.holders.keys import field_sealer
from voucher_service.holders.looks import record_access
from voucher_service.holders.models import Holder, PhoneChange
from voucher_service.holders.notices import tell
from voucher_service.holders.one_time_codes import end_open_codes
from voucher_service.holders.people import (
    known_by_number,
    number_on_phone,
    opened,
    phone_index_of,
    present,
    row_of,
)
from voucher_service.identifiers import new_id

if TYPE_CHECKING:
    from voucher_service.holders.rules import Identity
    from voucher_service.web.access import Caller

ASKED: Final = "ask_phone_change"
CHANGED: Final = "change_phone"
"""What for, in the holder's list of who looked at them."""


def ask_phone_change(
    clerk: Caller, card: tuple[str, str], phone: str, *, place: str, phone_reason: str, city_region: int
) -> Challenge:
    """Send a code to the new phone of a holder whose card, (name, ID number), lies before a clerk.

    In units of work of its own. A phone that stands for somebody else already needs `phone_reason`. Refuses as
    `rules.identity` does, with CardNotEnrolled, PersonOfOtherRegion, PhoneUnchanged, PhoneTaken, PhoneSharedByTooMany,
    NewPhoneNotConfirmed, IdentityCheckUnavailable, AssistanceCapReached and TooManyCodes.
    """
    moment, sender = present(), adapters.sms_sender()
    identity = rules.identity(*card, phone, local_date(moment))
    with unit_of_work():  # counted whatever comes of it: a refusal tells who is enrolled, and whose phone it is
        count_at_counter(clerk, CHANGED, rules.PHONE_CHANGES_A_DAY_MAX)
    holder = _holder_of(identity)
    if clerk.region_id not in {holder.region_id, city_region}:
        raise PersonOfOtherRegion
    if opened(holder).phone == identity.phone:
        raise PhoneUnchanged
    number_on_phone(identity.phone, phone_reason)
    if not adapters.real_name_check().confirms(identity):
        raise NewPhoneNotConfirmed
    holder_id, region_id, seen = holder.holder_id, holder.region_id, holder.phone_sealed.hex()
    challenge_id, code = new_id(), log_in_codes.new_code()
    asked: list[object] = [clerk.subject_id, holder_id, identity.phone, place, phone_reason, seen]
    with unit_of_work():
        record_access(holder_id, region_id, clerk, ASKED)
        log_in_codes.keep(
            challenge_id, code, identity.phone, purpose=log_in_codes.CHANGE_PHONE, request=asked, now=moment
        )
    return Challenge(challenge_id, sender.send_code(identity.phone, code))


def change_phone(clerk: Caller, challenge_id: int, code: str, *, also: Callable[[int, int], None]) -> PhoneChange:
    """Make the phone that `code` came from the holder's; end their log-ins and open codes; tell the old phone.

    In a unit of work of its own, so that a wrong try stays counted. `also` is called with (region_id, holder_id) in it,
    for what the rooms above must end. Refuses with CodeNotAccepted, PhoneTaken, PhoneSharedByTooMany and
    PhoneChangedMeanwhile.
    """
    with unit_of_work():
        asked = log_in_codes.spend_try(challenge_id, code, log_in_codes.CHANGE_PHONE, present())
        change = _change(clerk, asked, also) if asked and asked[0] == clerk.subject_id else None
    if change is None:
        raise CodeNotAccepted
    return change


def phone_changes_of_day(day_begins: datetime, region_id: int | None, limit: int) -> list[PhoneChange]:
    """The phones that counters changed since a day began, the latest first: for a sample audit."""
    query = select(PhoneChange).where(PhoneChange.changed_at >= day_begins)
    if region_id is not None:
        query = query.where(PhoneChange.region_id == region_id)
    return list(db.session.scalars(query.order_by(PhoneChange.changed_at.desc()).limit(limit)))


def _holder_of(identity: Identity) -> Holder:
    holder = known_by_number(identity.id_number)
    if holder is None or rules.match(opened(holder), identity.id_number, identity.name) != rules.Match.MATCH:
        raise CardNotEnrolled
    return holder


def _change(clerk: Caller, asked: list[Any], also: Callable[[int, int], None]) -> PhoneChange:
    _, holder_id, phone, place, phone_reason, seen = asked
    holder = row_of(holder_id)
    region_id, old_phone = holder.region_id, opened(holder).phone
    number = number_on_phone(phone, phone_reason)
    db.session.expunge(holder)
    _put_phone(holder_id, bytes.fromhex(seen), phone, number)
    now = present()  # The row is ours from here on: whatever the old phone opened while we waited was opened before.
    change = PhoneChange(
        region_id=region_id,
        change_id=new_id(),
        holder_id=holder_id,
        changed_by=clerk.subject_id,
        place=place,
        phone_reason=phone_reason,
        changed_at=now,
    )
    db.session.add(change)
    record_access(holder_id, region_id, clerk, CHANGED)
    tell(region_id, holder_id, "phone_changed", change.change_id, now, send_to=old_phone)
    end_open_codes(holder_id, now)
    end_sessions_of(holder_id)
    also(region_id, holder_id)
    return change


def _put_phone(holder_id: int, seen: bytes, phone: str, number: int) -> None:
    """Replace the very phone that was on record when the code went out: of two counters that began, one ends.

    The unique key on the phone decides between two holders who want the same one.
    """
    replaced = (
        update(Holder)
        .where(Holder.holder_id == holder_id, Holder.phone_sealed == seen)
        .values(
            phone_sealed=field_sealer().seal(Holder.phone_sealed.key, holder_id, phone),
            phone_index=phone_index_of(phone),
            phone_number=number,
        )
        .returning(Holder.holder_id)
    )
    try:
        done = db.session.scalar(replaced.execution_options(synchronize_session=False))
    except IntegrityError:
        raise PhoneTaken from None
    if done is None:
        raise PhoneChangedMeanwhile
