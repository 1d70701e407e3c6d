"""What persons decided about sign-ins: confirmed, rejected or voided, by whom and why; kept beside the sign-in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from voucher_service.database import STRICT, Flag, Instant, LargeInteger, Model


class SignInDecision(Model):
    """One decision about one sign-in. Two persons make it, never one twice, where it changes who completes."""

    __tablename__ = "sign_in_decision"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "sign_in_id"], ["sign_in.region_id", "sign_in.sign_in_id"]),
        CheckConstraint("verdict IN ('confirm', 'reject', 'void')", name="verdict"),
        CheckConstraint("state IN ('asked', 'made', 'declined')", name="state"),
        CheckConstraint("(state = 'asked') = (decided_by IS NULL)", name="decided_by"),
        CheckConstraint("decided_by IS NULL OR two_persons = (decided_by <> asked_by)", name="two_persons"),
        CheckConstraint("reason <> ''", name="reason"),
        Index(
            "uq_sign_in_decision_open",
            "region_id",
            "sign_in_id",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    decision_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    sign_in_id: Mapped[int] = mapped_column(LargeInteger)
    verdict: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    two_persons: Mapped[bool] = mapped_column(Flag)
    state: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[int] = mapped_column(LargeInteger)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[int | None] = mapped_column(LargeInteger)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
