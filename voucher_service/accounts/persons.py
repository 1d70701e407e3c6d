"""Whose accounts are one person's: what keeps somebody from deciding about their own."""

from __future__ import annotations

from sqlalchemy import select

from voucher_service.accounts.models import StaffAccount
from voucher_service.database import db


def works_for(person_id: int | None, institution_id: int) -> bool:
    """Whether a person has, or ever had, an account of an institution."""
    query = select(StaffAccount.account_id).where(
        StaffAccount.person_id == person_id, StaffAccount.institution_id == institution_id
    )
    return db.session.scalars(query.limit(1)).first() is not None
