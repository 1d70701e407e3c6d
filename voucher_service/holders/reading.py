"""Reading a person as somebody else wrote them into a table: canonical, or with the reasons why not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from voucher_service.errors import Refusal
from voucher_service.holders import citizen_id, person_name
from voucher_service.holders.errors import IdNumberCheckDigit, IdNumberDamaged
from voucher_service.holders.rules import require_age


@dataclass(frozen=True, slots=True)
class Person:
    """Name and ID number in canonical spelling; None for what could not be read. Its repr is empty."""

    name: str | None = field(repr=False)
    id_number: str | None = field(repr=False)
    refusals: tuple[Refusal, ...]


def read_person(name: str, id_number: str, today: date, *, damaged: bool = False, age_min: int = 0) -> Person:
    """Read both, each on its own, so that a row tells all that is wrong with it; nothing where nothing is written.

    `damaged` says that the number went through a spreadsheet as a number. Its reasons are those of
    `person_name.canonical_name`, `citizen_id.canonical`, IdNumberDamaged and HolderTooYoung.
    """
    refusals: list[Refusal] = []
    read_name = read_number = None
    try:
        read_name = person_name.canonical_name(name) if name else None
    except Refusal as refusal:
        refusals.append(refusal)
    try:
        read_number = _id_number(id_number, today, damaged=damaged) if id_number else None
        if read_number:
            require_age(read_number, today, age_min)
    except Refusal as refusal:
        refusals.append(refusal)
    return Person(read_name, read_number, tuple(refusals))


def is_same_name(first: str, second: str) -> bool:
    """Whether two spellings are one name, compared as a card is."""
    return person_name.skeleton(first) == person_name.skeleton(second)


def _id_number(text: str, today: date, *, damaged: bool) -> str:
    if damaged:
        raise IdNumberDamaged
    try:
        return citizen_id.canonical(text, today)
    except IdNumberCheckDigit:
        # A saved csv shows what Excel lost before: the last of eighteen digits as noughts.
        if text.strip().endswith("000"):
            raise IdNumberDamaged from None
        raise
