"""Exams, the classes that each examines, and the trainees' results."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from voucher_service.database import STRICT, Day, Instant, LargeInteger, Model


class Exam(Model):
    """One exam as it was filed. A withdrawn one stays on record; another day is another filing."""

    __tablename__ = "exam"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "institution_id"], ["institution.region_id", "institution.institution_id"]),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_by"),
        Index("ix_exam_institution", "region_id", "institution_id", "exam_id"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    exam_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    institution_id: Mapped[int] = mapped_column(LargeInteger)
    held_on: Mapped[date] = mapped_column(Day)
    place: Mapped[str] = mapped_column(Text)
    filed_by: Mapped[int] = mapped_column(LargeInteger)
    filed_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_by: Mapped[int | None] = mapped_column(LargeInteger)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)


class ExamClass(Model):
    """A class that an exam examines, and which of the class's exams it is: the partial unique index lets one stand."""

    __tablename__ = "exam_class"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "exam_id"], ["exam.region_id", "exam.exam_id"]),
        ForeignKeyConstraint(["region_id", "class_id"], ["training_class.region_id", "training_class.class_id"]),
        Index(
            "uq_exam_class_filed",
            "region_id",
            "class_id",
            "round_no",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    exam_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    class_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    round_no: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)


class ExamResult(Model):
    """One trainee's result as it was entered; a correction is the next revision with its reason. Only grows.

    `region_id` is the exam's; the redemption lies in `holder_region_id`.
    """

    __tablename__ = "exam_result"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "exam_id"], ["exam.region_id", "exam.exam_id"]),
        ForeignKeyConstraint(
            ["holder_region_id", "redemption_id"], ["redemption.region_id", "redemption.redemption_id"]
        ),
        UniqueConstraint("region_id", "exam_id", "redemption_id", "revision"),
        CheckConstraint("outcome IN ('passed', 'failed', 'absent')", name="outcome"),
        CheckConstraint("revision = 1 OR reason <> ''", name="reason"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    result_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    exam_id: Mapped[int] = mapped_column(LargeInteger)
    holder_region_id: Mapped[int]
    redemption_id: Mapped[int] = mapped_column(LargeInteger)
    revision: Mapped[int]
    outcome: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    entered_by: Mapped[int] = mapped_column(LargeInteger)
    entered_at: Mapped[datetime] = mapped_column(Instant)
