"""What follows from an institution's kind and registers, purely: its licences for schooling, its ceiling, its rooms."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from voucher_service.calendar import add_months
from voucher_service.rulebook import decides

TECHNICAL_SCHOOL: Final = "technical_school"
ENTERPRISE_CENTRE: Final = "enterprise_centre"
KINDS: Final = (TECHNICAL_SCHOOL, "vocational_college", "private_school", ENTERPRISE_CENTRE, "other")
"""技工学校, 职业院校, 民办培训学校, 企业培训中心, 其他."""

SCHOOLING_KINDS: Final = frozenset({TECHNICAL_SCHOOL, "vocational_college"})
"""Kinds that are licensed for schooling (学制教育) unless their entry says otherwise."""

PROBATION_MONTHS: Final = 12
"""The service's own: how long an institution counts as new, and after how long without a class as dormant."""

ROOM_KINDS: Final = ("theory", "practical")

MARK_DIGITS: Final = 32

_BLANKS_AND_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Provider:
    """What the registers say of an institution on a class's first day. Teachers and rooms are the confirmed ones."""

    kind: str = "private_school"
    schooling: bool = False
    suspended: bool = False
    flagged: bool = False
    """Barred for a finding whose date was never entered."""
    finding_year: int | None = None
    """Of its latest audit finding."""
    blacklisted_from: date | None = None
    licensed_from: date | None = None
    """None without a licence for the occupation and level in force on that day."""
    consent: str = ""
    """The document of the province's consent to train in the class's region."""
    local_institutions: int = 0
    """How many institutions of the class's region are licensed for its occupation."""
    teachers: int = 0
    certified_teachers: int = 0
    workstations: int = 0
    practice_rooms: int = 0
    on_probation: bool = False


def is_schooling(kind: str, *, stated: bool | None) -> bool:
    """Whether an institution is licensed for schooling: as its entry states, or as its kind has it."""
    return kind in SCHOOLING_KINDS if stated is None else stated


def is_on_probation(registered_on: date | None, last_taught_on: date | None, day: date) -> bool:
    """Whether an institution is new or dormant on `day`.

    New for PROBATION_MONTHS from its registration; dormant when it has taught before, but not for as long.
    An institution that was known before the service and has not taught here yet is neither.
    """
    since = add_months(day, -PROBATION_MONTHS)
    if registered_on is not None and registered_on > since:
        return True
    return last_taught_on is not None and last_taught_on < since


@decides("R05")
def bars(found_on: date, since_year: int) -> bool:
    """Whether a clear finding of an audit or inspection keeps its institution from anything subsidised, 二(二)."""
    return found_on.year >= since_year


def request_mark(subject_id: int, reason: str | None, asked_by: int | None, asked_at: datetime | None) -> str | None:
    """Return what tells a request for a second person from any other about the same thing; None while nobody asks.

    Whoever confirms names it: so nothing is confirmed but what was read, whoever asks anew meanwhile.
    """
    if asked_at is None:
        return None
    # The reason comes last, so that nothing in it reads like another part.
    said = f"institutions.request/1|{subject_id}|{asked_by}|{asked_at.isoformat()}|{reason}"
    return hashlib.sha256(said.encode()).hexdigest()[:MARK_DIGITS]


def place_key(address: str, room: str) -> str:
    """One spelling for one room of the city, so that two institutions cannot name it differently by accident."""
    spellings = (unicodedata.normalize("NFKC", part).casefold() for part in (address, room))
    return "|".join(_BLANKS_AND_MARKS.sub("", part) for part in spellings)
