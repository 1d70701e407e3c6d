"""Attendance: one row for each person present at one session."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from voucher_service.database import STRICT, Instant, LargeInteger, Model


class Attendance(Model):
    __tablename__ = "attendance"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "redemption_id"], ["redemption.region_id", "redemption.redemption_id"]),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    redemption_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    session_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    class_id: Mapped[int] = mapped_column(LargeInteger)
    recorded_by: Mapped[int] = mapped_column(LargeInteger)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
