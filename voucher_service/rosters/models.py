"""Rosters as they were accepted, who stands on each, and the requests for vouchers directed to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from voucher_service.database import STRICT, Instant, LargeInteger, Model


class Roster(Model):
    """One accepted roster of a class; a later one takes its place, and the partial unique index lets one stand."""

    __tablename__ = "roster"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "class_id"], ["training_class.region_id", "training_class.class_id"]),
        CheckConstraint("persons > 0", name="persons"),
        Index(
            "uq_roster_standing",
            "region_id",
            "class_id",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    roster_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    class_id: Mapped[int] = mapped_column(LargeInteger)
    institution_id: Mapped[int] = mapped_column(LargeInteger)
    sheet_id: Mapped[int] = mapped_column(LargeInteger)
    persons: Mapped[int]
    created_by: Mapped[int] = mapped_column(LargeInteger)
    created_at: Mapped[datetime] = mapped_column(Instant)
    superseded_at: Mapped[datetime | None] = mapped_column(Instant)


class RosterEntry(Model):
    """One person on a roster, by an opaque id, and the directed voucher that was offered to them."""

    __tablename__ = "roster_entry"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "roster_id"], ["roster.region_id", "roster.roster_id"]),
        CheckConstraint("(voucher_id IS NULL) = (voucher_region_id IS NULL)", name="voucher_id"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    roster_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    holder_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    row_no: Mapped[int]
    voucher_region_id: Mapped[int | None]
    voucher_id: Mapped[int | None] = mapped_column(LargeInteger)
    only_family: Mapped[str | None] = mapped_column(Text)
    not_family: Mapped[str | None] = mapped_column(Text)
    """What the file says of the person's field of work and schooling, as the offered voucher carries it."""


class RosterOffer(Model):
    """A request that the people of a roster be offered vouchers; two other persons approve it, 二(三)4."""

    __tablename__ = "roster_offer"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "roster_id"], ["roster.region_id", "roster.roster_id"]),
        CheckConstraint("state IN ('asked', 'first_approved', 'approved', 'declined')", name="state"),
        CheckConstraint("first_by IS NULL OR (first_by <> asked_by)", name="first_by"),
        CheckConstraint(
            "second_by IS NULL OR (second_by <> asked_by AND (first_by IS NULL OR second_by <> first_by))",
            name="second_by",
        ),
        CheckConstraint("state <> 'approved' OR (first_by IS NOT NULL AND second_by IS NOT NULL)", name="two_persons"),
        Index(
            "uq_roster_offer_open",
            "region_id",
            "roster_id",
            unique=True,
            sqlite_where=text("state <> 'declined'"),
            postgresql_where=text("state <> 'declined'"),
        ),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    offer_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    roster_id: Mapped[int] = mapped_column(LargeInteger)
    state: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[int] = mapped_column(LargeInteger)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    first_by: Mapped[int | None] = mapped_column(LargeInteger)
    first_at: Mapped[datetime | None] = mapped_column(Instant)
    second_by: Mapped[int | None] = mapped_column(LargeInteger)
    second_at: Mapped[datetime | None] = mapped_column(Instant)
