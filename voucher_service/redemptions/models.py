"""Redemptions and refused scans."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from voucher_service.database import STRICT, Instant, JsonText, LargeInteger, Model


class Redemption(Model):
    """A voucher spent on a seat. The partial unique index is the guarantee against double spending."""

    __tablename__ = "redemption"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "voucher_id"], ["voucher.region_id", "voucher.voucher_id"]),
        Index(
            "uq_redemption_live",
            "region_id",
            "voucher_id",
            unique=True,
            sqlite_where=text("cancelled_at IS NULL"),
            postgresql_where=text("cancelled_at IS NULL"),
        ),
        Index("ix_redemption_class", "class_region_id", "class_id"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    redemption_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    voucher_id: Mapped[int] = mapped_column(LargeInteger)
    fact_seq: Mapped[int]
    class_region_id: Mapped[int]
    class_id: Mapped[int] = mapped_column(LargeInteger)
    institution_id: Mapped[int] = mapped_column(LargeInteger)
    client_id: Mapped[int] = mapped_column(LargeInteger)
    holder_id: Mapped[int] = mapped_column(LargeInteger)
    amount_fen: Mapped[int] = mapped_column(LargeInteger)
    person_check: Mapped[str] = mapped_column(Text)
    waiver_reason: Mapped[str | None] = mapped_column(Text)
    redeemed_at: Mapped[datetime] = mapped_column(Instant)
    first_attended_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the holder was first recorded present: from then on the redemption cannot be undone."""
    attended_permille: Mapped[int | None]
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)
    cancel_reason: Mapped[str | None] = mapped_column(Text)


class RefusedScan(Model):
    """A scan that was turned down: kept with its raw code, its reason, and who scanned."""

    __tablename__ = "refused_scan"
    __table_args__ = (Index("ix_refused_scan_class", "region_id", "class_id"), STRICT)

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    scan_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    class_id: Mapped[int] = mapped_column(LargeInteger)
    institution_id: Mapped[int] = mapped_column(LargeInteger)
    client_id: Mapped[int] = mapped_column(LargeInteger)
    raw_code: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    figures: Mapped[dict[str, object]] = mapped_column(JsonText)
    refused_at: Mapped[datetime] = mapped_column(Instant)
