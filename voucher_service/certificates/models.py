"""Certificates, each linked to one voucher at most, each number used once by its issuer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from voucher_service.database import STRICT, Day, Instant, JsonText, LargeInteger, Model

_COUNTS = "state <> 'refused'"
COUNTS: Final = text(f"certificate.{_COUNTS}")
"""Whether a certificate counts for its voucher, in the words of the indices over those that do."""


class Certificate(Model):
    """Entered by the institution, verified or refused by the bureau.

    Kept for the whole city, not by region: a number is unique at its issuer wherever the voucher came from.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        CheckConstraint("state IN ('entered', 'verified', 'refused')", name="state"),
        CheckConstraint("(state = 'entered') = (decided_by IS NULL)", name="decided_by"),
        Index(
            "uq_certificate_number",
            "issuer",
            "number",
            unique=True,
            sqlite_where=text(_COUNTS),
            postgresql_where=text(_COUNTS),
        ),
        Index(
            "uq_certificate_voucher",
            "region_id",
            "voucher_id",
            unique=True,
            sqlite_where=text(_COUNTS),
            postgresql_where=text(_COUNTS),
        ),
        STRICT,
    )

    certificate_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    region_id: Mapped[int]
    voucher_id: Mapped[int] = mapped_column(LargeInteger)
    institution_id: Mapped[int] = mapped_column(LargeInteger)
    issuer: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    occupation_code: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    certificate_type: Mapped[str] = mapped_column(Text)
    examined_on: Mapped[date] = mapped_column(Day)
    issued_on: Mapped[date] = mapped_column(Day)
    state: Mapped[str] = mapped_column(Text)
    entered_by: Mapped[int] = mapped_column(LargeInteger)
    entered_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[int | None] = mapped_column(LargeInteger)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    registry_answer: Mapped[str | None] = mapped_column(Text)
    """What the register of certificates said when it was last asked; nothing while nobody has."""
    registry_fields: Mapped[list[str] | None] = mapped_column(JsonText)
    registry_asked_by: Mapped[int | None] = mapped_column(LargeInteger)
    registry_asked_at: Mapped[datetime | None] = mapped_column(Instant)
