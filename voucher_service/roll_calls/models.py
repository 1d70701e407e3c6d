"""The roll calls' tables: the call of one session, and make-up sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from voucher_service.database import STRICT, Instant, LargeInteger, Model


def _of_class() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["region_id", "class_id"], ["training_class.region_id", "training_class.class_id"])


class RollCall(Model):
    """One session's roll. Whoever signs somebody in counts it up first; that row is the lock of the session."""

    __tablename__ = "roll_call"
    __table_args__ = (_of_class(), CheckConstraint("length(salt) = 16", name="salt"), STRICT)

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    class_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    session_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    calls: Mapped[int]
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the institution first had the code shown; None while only face devices have reported."""
    opened_by: Mapped[int | None] = mapped_column(LargeInteger)


class MakeUp(Model):
    """A session held again for those who missed it, with the reference of its recording, 二(三)2 (R18f)."""

    __tablename__ = "make_up"
    __table_args__ = (
        ForeignKeyConstraint(
            ["region_id", "class_id", "makes_up"],
            ["class_session.region_id", "class_session.class_id", "class_session.session_no"],
        ),
        CheckConstraint("session_no > 1000", name="session_no"),
        CheckConstraint("ends_at > starts_at", name="ends_at"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    class_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    session_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    makes_up: Mapped[int]
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[str] = mapped_column(Text)
    recording: Mapped[str] = mapped_column(Text)
    """Empty until the film is referred to."""
    entered_by: Mapped[int] = mapped_column(LargeInteger)
    entered_at: Mapped[datetime] = mapped_column(Instant)
    recorded_at: Mapped[datetime | None] = mapped_column(Instant)
