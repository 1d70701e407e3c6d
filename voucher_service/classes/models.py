"""The classes' tables: the class, the opinions signed on it, when it meets, and what is booked for it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from voucher_service.database import STRICT, Day, Instant, JsonText, LargeInteger, Model


class TrainingClass(Model):
    """One class of one occupation and level. `seats_taken` never passes `capacity`, whoever asks at once.

    `standard_fen` is 0 until the bureau's second reviewer approves, and then the worth of one certificate.
    """

    __tablename__ = "training_class"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "institution_id"], ["institution.region_id", "institution.institution_id"]),
        CheckConstraint(
            "state IN ('draft', 'submitted', 'industry_approved', 'approved', 'in_session', 'ended', 'exam_filed',"
            " 'examined', 'closed', 'suspended', 'disqualified', 'refused', 'cancelled')",
            name="state",
        ),
        CheckConstraint("seats_taken BETWEEN 0 AND capacity", name="seats_taken"),
        CheckConstraint("standard_fen >= 0", name="standard_fen"),
        CheckConstraint("ends_on >= starts_on", name="ends_on"),
        Index("ix_training_class_institution", "region_id", "institution_id", "class_id"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    class_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.programme_id"))
    institution_id: Mapped[int] = mapped_column(LargeInteger)
    occupation_code: Mapped[str] = mapped_column(Text)
    family: Mapped[str] = mapped_column(Text, server_default="")
    """Of the occupation when the class was planned: what a voucher that is bound to a field of work is held against."""
    level: Mapped[str] = mapped_column(Text)
    certificate_type: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    capacity: Mapped[int]
    seats_taken: Mapped[int] = mapped_column(default=0)
    standard_fen: Mapped[int] = mapped_column(LargeInteger, default=0)
    enrols_until: Mapped[datetime] = mapped_column(Instant)
    starts_on: Mapped[date] = mapped_column(Day)
    ends_on: Mapped[date] = mapped_column(Day)
    rule_pack_id: Mapped[int] = mapped_column(ForeignKey("rule_pack.rule_pack_id"))
    plan: Mapped[dict[str, Any]] = mapped_column(JsonText)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    held_in_region_id: Mapped[int | None]
    """Where it is held, if not in the institution's own region."""
    apprentices_of: Mapped[str | None] = mapped_column(Text)
    """The enterprise, by its unified social credit code, whose new apprentices the class trains; None for others."""


class ClassOpinion(Model):
    """One person's signed opinion; the unique key keeps one person from signing both turns of a step."""

    __tablename__ = "class_opinion"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "class_id"], ["training_class.region_id", "training_class.class_id"]),
        UniqueConstraint("region_id", "class_id", "step", "person_id"),
        CheckConstraint("step IN ('industry', 'bureau')", name="step"),
        CheckConstraint("turn IN ('first', 'second')", name="turn"),
        CheckConstraint("verdict IN ('approve', 'refuse')", name="verdict"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    class_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    step: Mapped[str] = mapped_column(Text, primary_key=True)
    turn: Mapped[str] = mapped_column(Text, primary_key=True)
    person_id: Mapped[int] = mapped_column(LargeInteger)
    account_id: Mapped[int] = mapped_column(LargeInteger)
    verdict: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime] = mapped_column(Instant)


class ClassSession(Model):
    """One meeting of a class."""

    __tablename__ = "class_session"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "class_id"], ["training_class.region_id", "training_class.class_id"]),
        CheckConstraint("kind IN ('theory', 'practical', 'online')", name="kind"),
        CheckConstraint("ends_at > starts_at", name="ends_at"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    class_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    session_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[str] = mapped_column(Text)


class Bookable(Model):
    """A teacher or a room of the city. Whoever books one locks its row first, and so sees what others have booked."""

    __tablename__ = "bookable"
    __table_args__ = (STRICT,)

    resource: Mapped[str] = mapped_column(Text, primary_key=True)
    """`teacher:` with the holder's id, or `room:` with the place's key."""
    bookings: Mapped[int]
    """How often it was ever booked; counting it is what locks the row."""


class Booking(Model):
    """One teacher or room during one session; released when the class does not take place."""

    __tablename__ = "booking"
    __table_args__ = (
        ForeignKeyConstraint(
            ["region_id", "class_id", "session_no"],
            ["class_session.region_id", "class_session.class_id", "class_session.session_no"],
        ),
        CheckConstraint("ends_at > starts_at", name="ends_at"),
        Index(
            "uq_booking_start",
            "resource",
            "starts_at",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    class_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    session_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    resource: Mapped[str] = mapped_column(ForeignKey("bookable.resource"), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    released_at: Mapped[datetime | None] = mapped_column(Instant)


class ClassRuling(Model):
    """What the bureau rules on a class that something is wrong with, 二(三)2-4: suspended, lifted, disqualified.

    A suspension stands at once; lifting and disqualifying are asked by one person and decided by another.
    `from_state` is where a suspended class stood, so that a lift leads back there.
    """

    __tablename__ = "class_ruling"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "class_id"], ["training_class.region_id", "training_class.class_id"]),
        CheckConstraint("kind IN ('suspend', 'lift', 'disqualify')", name="kind"),
        CheckConstraint("state IN ('made', 'asked', 'confirmed', 'declined')", name="state"),
        CheckConstraint("(kind = 'suspend') = (state = 'made')", name="made"),
        CheckConstraint("(state IN ('made', 'asked')) = (decided_by IS NULL)", name="decided_by"),
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="two_persons"),
        Index(
            "uq_class_ruling_open",
            "region_id",
            "class_id",
            "kind",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ruling_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    class_id: Mapped[int] = mapped_column(LargeInteger)
    kind: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    from_state: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[int] = mapped_column(LargeInteger)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[int | None] = mapped_column(LargeInteger)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
