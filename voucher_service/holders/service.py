"""Holders: enrolled once, recognised by their particulars, shown masked, and told who looked.

`request_log_in`, `confirm_log_in`, `send_one_time_code`, `try_one_time_code`, `receive_at_counter`, `ask_phone_change`
and `change_phone` open units of work of their own: a wrong code and a clerk's question have to stay counted, and a
message is sent only once its code is kept. All other verbs run in the caller's unit of work.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from voucher_service.accounts.service import open_session
from voucher_service.calendar import local_date
from voucher_service.database import db, unit_of_work
from voucher_service.errors import NotFound
from voucher_service.holders import adapters, log_in_codes, masking, rules
from voucher_service.holders.assistance import (
    COUNT_ASSISTANCE,
    ask_to_help,
    assistance,
    assistances_of_day,
    begin_with_code,
    period_of,
    receive_at_counter,
    require_assistance,
)
from voucher_service.holders.categories import CATEGORIES, Category
from voucher_service.holders.challenges import Challenge, Particulars, challenge, person_of
from voucher_service.holders.errors import (
    CodeNotAccepted,
    IdentityNotConfirmed,
)
from voucher_service.holders.introducing import (
    enrolled,
    forget_introduced,
    introduce,
    introduced_all,
    introduced_before,
    person_digest,
    person_digests,
    recognised,
)
from voucher_service.holders.keys import field_sealer, seal, unseal
from voucher_service.holders.log_in_codes import LogInRequest
from voucher_service.holders.looks import accesses, record_access, record_looks, write_down_look
from voucher_service.holders.models import Holder, PhoneChange
from voucher_service.holders.notices import TELL, forget_addresses, notices_of, send_waiting, tell, tell_now_and_then
from voucher_service.holders.one_time_codes import USE_ONE_TIME_CODE, OneTimeCode, send_one_time_code, try_one_time_code
from voucher_service.holders.people import (
    enrol,
    known_by_number,
    not_as_committed,
    opened,
    particulars,
    phone_changed,
    present,
    require_same_person,
    row_of,
)
from voucher_service.holders.person_name import NAME_CHARACTERS_MAX
from voucher_service.holders.phone_changes import ask_phone_change, change_phone, phone_changes_of_day
from voucher_service.holders.reading import Person, is_same_name, read_person
from voucher_service.holders.rules import RELATIONS, Identity
from voucher_service.holders.staff import staff_index
from voucher_service.web.access import HOLDER, Caller

__all__ = [
    "COUNT_ASSISTANCE",
    "NAME_CHARACTERS_MAX",
    "RELATIONS",
    "TELL",
    "USE_ONE_TIME_CODE",
    "Category",
    "Challenge",
    "Identity",
    "LogIn",
    "Masked",
    "OneTimeCode",
    "Particulars",
    "Person",
    "PhoneChange",
    "Standing",
    "accesses",
    "acquainted",
    "ask_phone_change",
    "ask_to_help",
    "assistance",
    "assistances_of_day",
    "begin_with_code",
    "categories",
    "change_phone",
    "confirm_log_in",
    "enrol",
    "enrolled",
    "forget_addresses",
    "forget_introduced",
    "identity_for_tag",
    "introduce",
    "introduced_before",
    "is_same_name",
    "masked",
    "masked_all",
    "masked_known",
    "not_as_committed",
    "notices_of",
    "particulars",
    "period_of",
    "person_digest",
    "person_digests",
    "phone_changed",
    "phone_changes_of_day",
    "read_person",
    "receive_at_counter",
    "recognised",
    "record_access",
    "record_looks",
    "request_log_in",
    "require_age",
    "require_assistance",
    "seal",
    "send_one_time_code",
    "send_waiting",
    "staff_index",
    "standing",
    "standing_of_age",
    "tell",
    "tell_now_and_then",
    "try_one_time_code",
    "unseal",
]


class LogIn(NamedTuple):
    """A session, and its holder as they were read for it, so that nobody needs to read them again to greet them."""

    token: str
    holder_id: int
    region_id: int
    category: str
    shown: Masked


class Standing(NamedTuple):
    """What the rest of the service may know of a holder; `commitment` is 32 bytes, for the ledger."""

    region_id: int
    category: str
    commitment: bytes


class Masked(NamedTuple):
    """A holder as anyone but the holder is shown them."""

    name: str
    id_number: str
    phone: str


def request_log_in(
    name: str, id_number: str, phone: str, *, region_id: int, category: str, regions: Collection[int]
) -> Challenge:
    """Check who someone says they are and send a code to their phone.

    Region, one of `regions`, and category count at the first log-in and change nothing later. Refuses as
    `rules.identity` does, with RegionUnknown, CategoryUnknown, IdentityNotConfirmed, IdentityCheckUnavailable and
    TooManyCodes.
    """
    return challenge(Particulars(name, id_number, phone, region_id, category), regions, log_in_codes.LOG_IN)


def confirm_log_in(challenge_id: int, code: str) -> LogIn:
    """Log in whoever was sent `code`, enrolling them the first time.

    Refuses with CodeNotAccepted and, if they were enrolled or changed meanwhile, HolderExists or IdentityNotConfirmed;
    with PhoneTaken when the phone is another person's.
    """
    with unit_of_work():
        asked = log_in_codes.spend_try(challenge_id, code, log_in_codes.LOG_IN, present())
        log_in = _log_in(LogInRequest(*asked)) if asked else None
    if log_in is None:
        raise CodeNotAccepted
    return log_in


def acquainted(name: str, id_number: str, phone: str, *, region_id: int) -> int:
    """Return the id of a person whom somebody else introduces, a teacher for example, enrolling them if need be.

    Refuses as `rules.identity` does, and with IdentityNotConfirmed when the number is known with another name or phone.
    """
    identity = rules.identity(name, id_number, phone, local_date(present()))
    known = known_by_number(identity.id_number)
    require_same_person(known, identity)
    if known:
        return known.holder_id
    if not adapters.real_name_check().confirms(identity):
        raise IdentityNotConfirmed
    return enrol(identity, region_id, "other")


def masked(holder_id: int) -> Masked:
    """Refuses with NotFound."""
    return masked_all([holder_id])[holder_id]


def masked_all(holder_ids: Collection[int]) -> dict[int, Masked]:
    """Many holders at once, by id; a look by anyone but a holder is written down for them, or nobody gets to see.

    Refuses with NotFound if one of them is not there.
    """
    if not holder_ids:
        return {}  # Nobody is looked at, so nothing is written down.
    found = db.session.scalars(select(Holder).where(Holder.holder_id.in_(holder_ids))).all()
    write_down_look([(holder.region_id, holder.holder_id) for holder in found])
    shown = {holder.holder_id: _masked(opened(holder)) for holder in found}
    if len(shown) < len(set(holder_ids)):
        raise NotFound
    return shown


def masked_known(person_ids: Collection[int]) -> dict[int, Masked]:
    """As `masked_all`, of holders and of people who are only introduced as yet; whoever is neither is left out."""
    if not person_ids:
        return {}
    holders = masked_all(enrolled(person_ids))
    others = introduced_all(set(person_ids) - holders.keys())
    return holders | {number: _masked(Identity(name, id_number, "")) for number, (name, id_number) in others.items()}


def identity_for_tag(holder_id: int) -> tuple[str, str]:
    """ID number and name in clear, for the tag in the holder's code and for comparing a card. Refuses with NotFound."""
    identity = particulars(holder_id)
    return identity.id_number, identity.name


def standing(holder_id: int) -> Standing:
    """Refuses with NotFound."""
    return _standing(row_of(holder_id))


def standing_of_age(holder_id: int, day: date, age_min: int) -> Standing:
    """As `standing` and `require_age`, from one reading: claims come by the hundred in a second."""
    holder = row_of(holder_id)
    id_number = field_sealer().open(Holder.id_sealed.key, holder_id, holder.id_sealed)
    rules.require_age(id_number, day, age_min)
    return _standing(holder)


def categories() -> Collection[Category]:
    """The categories that a person can say they belong to, in the plan's order."""
    return CATEGORIES.values()


def require_age(holder_id: int, day: date, age_min: int) -> None:
    """Refuses with HolderTooYoung, which says from when, and with NotFound."""
    rules.require_age(particulars(holder_id).id_number, day, age_min)


def _log_in(asked: LogInRequest) -> LogIn:
    proven = person_of(asked)
    token = open_session(Caller(HOLDER, proven.holder_id, proven.region_id))
    return LogIn(token, proven.holder_id, proven.region_id, proven.category, _masked(proven.identity))


def _standing(holder: Holder) -> Standing:
    return Standing(holder.region_id, holder.category, holder.commitment)


def _masked(identity: Identity) -> Masked:
    return Masked(
        masking.masked_name(identity.name),
        masking.masked_id_number(identity.id_number),
        masking.masked_phone(identity.phone),
    )
