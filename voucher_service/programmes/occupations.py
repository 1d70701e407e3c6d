"""What occupations are called, and what a certificate of each of their levels is worth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from voucher_service.database import asked_once, db
from voucher_service.programmes.models import Occupation, Standard


@asked_once
def occupations() -> dict[str, Occupation]:
    """Return every occupation that has a name, by its code."""
    found = db.session.scalars(select(Occupation).order_by(Occupation.occupation_code))
    return {occupation.occupation_code: occupation for occupation in found}


def families() -> dict[str, list[Occupation]]:
    """Return the occupations of each family, by its key; one that shares none is a family of its own, by its code."""
    found: dict[str, list[Occupation]] = {}
    for occupation in occupations().values():
        found.setdefault(occupation.family or occupation.occupation_code, []).append(occupation)
    return found


def family_of(occupation_code: str) -> str:
    """Return the key of an occupation's family, never an empty one: what nobody knows is like itself only."""
    known = occupations().get(occupation_code)
    return (known.family if known else "") or occupation_code


def standards_in_force(day: date) -> Sequence[Standard]:
    """Return what each certificate is worth on `day`, by occupation and then from the smallest sum to the largest."""
    begun = select(Standard).where(Standard.effective_from <= day).order_by(Standard.effective_from)
    # A later row of the same occupation, level and certificate takes the earlier one's place.
    latest = {(row.occupation_code, row.level, row.certificate_type): row for row in db.session.scalars(begun)}
    return sorted(latest.values(), key=lambda row: (row.occupation_code, row.amount_fen))


def obtainable_certificates(occupation_code: str, day: date) -> frozenset[str]:
    """Return the kinds of certificate that an occupation has a standard for on `day`, at whatever level."""
    kinds = select(Standard.certificate_type).where(
        Standard.occupation_code == occupation_code, Standard.effective_from <= day
    )
    return frozenset(db.session.scalars(kinds.distinct()))
