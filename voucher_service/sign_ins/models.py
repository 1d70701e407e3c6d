"""The sign-ins' tables: each record as it came, and the row that lets one person sign in at one place at a time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from voucher_service.database import STRICT, Instant, LargeInteger, Model


class SignIn(Model):
    """One record that somebody was present at one session of a class, whether it counts or not.

    `flags` are reason codes with a space between; a flagged one counts only once a person has confirmed it.
    `redemption_id` and `holder_id` are None where a device named nobody whom the service knows.
    `distance_metres` is from the session's room, where both places are known; where somebody was is not kept.
    """

    __tablename__ = "sign_in"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "class_id"], ["training_class.region_id", "training_class.class_id"]),
        ForeignKeyConstraint(
            ["holder_region_id", "redemption_id"], ["redemption.region_id", "redemption.redemption_id"]
        ),
        CheckConstraint("method IN ('code', 'face', 'clerk')", name="method"),
        CheckConstraint("state IN ('confirmed', 'unconfirmed', 'rejected', 'voided')", name="state"),
        CheckConstraint("late_minutes >= 0", name="late_minutes"),
        Index("ix_sign_in_class", "region_id", "class_id", "session_no"),
        Index("ix_sign_in_holder", "holder_id", "signed_at"),
        Index("ix_sign_in_device", "device_id", "device_number"),
        Index("ix_sign_in_redemption", "holder_region_id", "redemption_id"),
        Index(
            "uq_sign_in_standing",
            "holder_region_id",
            "redemption_id",
            "class_id",
            "session_no",
            "method",
            unique=True,
            sqlite_where=text("flags = ''"),
            postgresql_where=text("flags = ''"),
        ),
        Index(
            "ix_sign_in_flagged",
            "region_id",
            "sign_in_id",
            sqlite_where=text("flags <> '' AND state = 'unconfirmed'"),
            postgresql_where=text("flags <> '' AND state = 'unconfirmed'"),
        ),
        Index("uq_sign_in_nonce", "nonce", unique=True),
        Index("uq_sign_in_record", "record", unique=True),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sign_in_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    class_id: Mapped[int] = mapped_column(LargeInteger)
    session_no: Mapped[int]
    holder_region_id: Mapped[int | None]
    redemption_id: Mapped[int | None] = mapped_column(LargeInteger)
    holder_id: Mapped[int | None] = mapped_column(LargeInteger)
    method: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    flags: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[datetime] = mapped_column(Instant)
    """When the person was there: the service's clock for a code, the device's for a face, the record's for a tick."""
    late_minutes: Mapped[int]
    distance_metres: Mapped[int | None]
    recorded_by: Mapped[int] = mapped_column(LargeInteger)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    device_id: Mapped[int | None] = mapped_column(LargeInteger)
    device_number: Mapped[int | None]
    record: Mapped[bytes | None] = mapped_column(LargeBinary)
    """A face device's record with its signature, as it came."""
    nonce: Mapped[bytes | None] = mapped_column(LargeBinary)


class Attendee(Model):
    """One person who signs in. Whoever records a sign-in counts it up first; that row is the lock of the person."""

    __tablename__ = "attendee"
    __table_args__ = (STRICT,)

    holder_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    sign_ins: Mapped[int]


class WrongDigits(Model):
    """How often one holder has typed digits for one session that its screen did not show."""

    __tablename__ = "wrong_digits"
    __table_args__ = (CheckConstraint("wrong >= 0", name="wrong"), STRICT)

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    holder_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    class_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    session_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    wrong: Mapped[int]
