"""Citizen ID numbers, GB 11643: six digits of region, eight of birth date, three of sequence, one check character."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from voucher_service.calendar import add_months
from voucher_service.holders.errors import (
    IdNumberBirthDate,
    IdNumberCheckDigit,
    IdNumberMalformed,
    IdNumberOld15Digits,
    IdNumberRegion,
)

_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_OLD_SHAPE = re.compile(r"[0-9]{15}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_BORN_NOT_BEFORE = date(1900, 1, 1)
_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
"""GB/T 2260 at province level, plus 83, which residence permits of Taiwan residents carry. Counties come and go and a
person keeps the number given at birth, so nothing finer is checked; no province's two digits were ever withdrawn."""


def canonical(text: str, today: date) -> str:
    """Read an ID number as people type it: full-width digits, a small x and blanks around it are forgiven.

    Returns its 18 ASCII characters. Refuses with IdNumberMalformed, IdNumberOld15Digits, IdNumberCheckDigit,
    IdNumberBirthDate (not a date, before 1900 or after `today`) and IdNumberRegion.
    """
    id_number = unicodedata.normalize("NFKC", text).strip().upper()
    if _OLD_SHAPE.fullmatch(id_number):
        raise IdNumberOld15Digits
    if not _SHAPE.fullmatch(id_number):
        raise IdNumberMalformed
    if id_number[17] != check_character(id_number[:17]):
        raise IdNumberCheckDigit
    try:
        born = birth_date(id_number)
    except ValueError:
        raise IdNumberBirthDate from None
    if not _BORN_NOT_BEFORE <= born <= today:
        raise IdNumberBirthDate
    if not _PROVINCE.fullmatch(id_number[:2]):
        raise IdNumberRegion
    return id_number


def exact(text: str, today: date) -> str:
    """As `canonical`, but for machines: anything that is not already the canonical spelling is IdNumberMalformed."""
    id_number = canonical(text, today)
    if id_number != text:
        raise IdNumberMalformed
    return id_number


def check_character(first_17: str) -> str:
    """The last character of an ID number from its first 17 digits (ISO 7064 MOD 11-2)."""
    return _CHECK_CHARACTERS[sum(map(int.__mul__, _WEIGHTS, map(int, first_17))) % 11]


def birth_date(id_number: str) -> date:
    """The date of birth in a canonical ID number; ValueError if those eight digits are no date."""
    return date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))


def age_on(id_number: str, day: date) -> int:
    """Full years of age on `day`; someone born on 29 February turns older on the 28th of a common year."""
    born = birth_date(id_number)
    years = day.year - born.year
    return years - (day < add_months(born, 12 * years))


def is_male(id_number: str) -> bool:
    """The 17th digit is odd for men and even for women."""
    return int(id_number[16]) % 2 == 1
