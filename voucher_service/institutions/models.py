"""The institutions' tables."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from voucher_service.database import STRICT, Day, Flag, Instant, LargeInteger, Model


class Institution(Model):
    """One training institution, kept in the region that licensed it."""

    __tablename__ = "institution"
    __table_args__ = (STRICT,)

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    institution_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    suspended_at: Mapped[datetime | None] = mapped_column(Instant)
    audit_finding: Mapped[bool] = mapped_column(Flag, default=False)


class Licence(Model):
    """One occupation and level that an institution may teach, from a day on; both days are inside."""

    __tablename__ = "licence"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "institution_id"], ["institution.region_id", "institution.institution_id"]),
        CheckConstraint("valid_until >= valid_from", name="valid_until"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    institution_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    occupation_code: Mapped[str] = mapped_column(Text, primary_key=True)
    level: Mapped[str] = mapped_column(Text, primary_key=True)
    valid_from: Mapped[date] = mapped_column(Day)
    valid_until: Mapped[date | None] = mapped_column(Day)
