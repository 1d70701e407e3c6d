"""What makes a real-name person: particulars that hold together, an age to work, and a match with a presented card."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from voucher_service.calendar import add_months
from voucher_service.holders import citizen_id, person_name
from voucher_service.holders.errors import HolderTooYoung
from voucher_service.rulebook import decides

if TYPE_CHECKING:
    from datetime import date

CODE_DIGITS = 6
CODE_LIFETIME = timedelta(minutes=10)
CODE_TRIES_MAX = 5
CODES_A_DAY_MAX = 5
"""Log-in codes: a thousand guesses at once are five, and one phone is sent five in a day of the city."""

SENT_BY: Final = ("sms", "voice")
COUNTER: Final = "counter"
ONE_TIME_LIFETIMES: Final = {"sms": CODE_LIFETIME, "voice": CODE_LIFETIME, COUNTER: timedelta(hours=24)}
"""One-time codes for a paper voucher, by how they reach the holder; from the counter they go to the class on foot."""

RELATIONS: Final = ("spouse", "child", "parent", "sibling", "other_relative")
ASSISTANCE_LIFETIME: Final = timedelta(minutes=30)
PHONE_SHARERS_MAX: Final = 5
"""One phone is one person's; a clerk may add relatives who share it, with a reason."""
RECEPTIONS_A_DAY_MAX: Final = 200
"""How many persons one clerk may open at the counter in a day, whatever is done for them then."""
ADDRESS_KEPT: Final = timedelta(days=7)
"""How long a message waits for a carrier with a phone of its own; then that phone is forgotten."""

PHONE_CHANGES_A_DAY_MAX: Final = 50
"""How many changes of a phone one clerk may begin in a day."""


@dataclass(frozen=True)
class Identity:
    """A person's particulars in canonical spelling. Its repr is empty, so that no log or traceback shows them."""

    name: str = field(repr=False)
    id_number: str = field(repr=False)
    phone: str = field(repr=False)


class Match(StrEnum):
    """How presented particulars compare with a holder's.

    A name may differ for a rare character alone, so that is told apart from a number that belongs to somebody else.
    """

    MATCH = "match"
    ID_MISMATCH = "id_mismatch"
    NAME_MISMATCH = "name_mismatch"


def identity(name: str, id_number: str, phone: str, today: date) -> Identity:
    """Bring particulars into canonical spelling.

    Refuses as `person_name.canonical_name`, `citizen_id.canonical` and `person_name.canonical_phone` do.
    """
    return Identity(
        name=person_name.canonical_name(name),
        id_number=citizen_id.canonical(id_number, today),
        phone=person_name.canonical_phone(phone),
    )


def require_age(id_number: str, day: date, age_min: int) -> None:
    """Refuse with HolderTooYoung, which says from when, someone younger than `age_min` full years on `day`: 二(五)."""
    born = citizen_id.birth_date(id_number)
    # Most people are older by years, and their birthday need not be looked for.
    if day.year - born.year <= age_min and citizen_id.age_on(id_number, day) < age_min:
        eligible_from = add_months(born, age_min * 12)
        raise HolderTooYoung(age_min=age_min, eligible_from=eligible_from.isoformat())


@decides("R03")
def match(holder: Identity, id_number: str, name: str) -> Match:
    """Compare a presented card, its ID number canonical, with a holder's particulars; names by skeleton."""
    if id_number != holder.id_number:
        return Match.ID_MISMATCH
    if person_name.skeleton(name) != person_name.skeleton(holder.name):
        return Match.NAME_MISMATCH
    return Match.MATCH
