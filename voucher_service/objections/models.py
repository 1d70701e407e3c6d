"""Objections. What people write is sealed: it may name anybody."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from voucher_service.database import STRICT, Day, Instant, LargeInteger, Model


class Objection(Model):
    """One objection with its receipt, and one answer. `number` counts a person's objections of one day."""

    __tablename__ = "objection"
    __table_args__ = (
        UniqueConstraint("receipt_no"),
        UniqueConstraint("region_id", "holder_id", "filed_on", "number"),
        CheckConstraint("number BETWEEN 1 AND 5", name="number"),
        CheckConstraint("(answered_at IS NULL) = (answer_sealed IS NULL)", name="answer_sealed"),
        CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="answered_by"),
        Index(
            "ix_objection_open",
            "region_id",
            "filed_at",
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    objection_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    receipt_no: Mapped[str] = mapped_column(Text)
    holder_id: Mapped[int] = mapped_column(LargeInteger)
    about: Mapped[str] = mapped_column(Text)
    voucher_id: Mapped[int | None] = mapped_column(LargeInteger)
    words_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    filed_on: Mapped[date] = mapped_column(Day)
    number: Mapped[int]
    filed_at: Mapped[datetime] = mapped_column(Instant)
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    answered_by: Mapped[int | None] = mapped_column(LargeInteger)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
