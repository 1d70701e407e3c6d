"""Off-line scans as they arrived, with what became of each, and the moments at which devices were heard from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from voucher_service.database import STRICT, Flag, Instant, JsonText, LargeInteger, Model


class OfflineScan(Model):
    """One entry of a device's log. `stands` is false for one whose number another entry had taken before.

    `outcome` is null between arrival and decision, then `redeemed` or `refused` for ever; `answer` is what the clerk
    is told: the redemption, or the refusal's problem document.
    """

    __tablename__ = "offline_scan"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "device_id"], ["device.region_id", "device.device_id"]),
        CheckConstraint("outcome IN ('redeemed', 'refused')", name="outcome"),
        CheckConstraint("(outcome IS NULL) = (answer IS NULL)", name="answer"),
        Index(
            "uq_offline_scan_number",
            "region_id",
            "device_id",
            "number",
            unique=True,
            sqlite_where=text("stands"),
            postgresql_where=text("stands"),
        ),
        Index("ix_offline_scan_institution", "region_id", "institution_id", "received_at"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    device_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    number: Mapped[int]
    stands: Mapped[bool] = mapped_column(Flag)
    entry: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    previous: Mapped[bytes] = mapped_column(LargeBinary)
    institution_id: Mapped[int] = mapped_column(LargeInteger)
    class_id: Mapped[int] = mapped_column(LargeInteger)
    clerk_id: Mapped[int] = mapped_column(LargeInteger)
    uploaded_by: Mapped[int] = mapped_column(LargeInteger)
    device_time: Mapped[datetime] = mapped_column(Instant)
    received_at: Mapped[datetime] = mapped_column(Instant)
    step_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    answer: Mapped[dict[str, object] | None] = mapped_column(JsonText)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)


class DeviceSync(Model):
    """One moment at which a device spoke to the service, with the end of its log as it signed it then."""

    __tablename__ = "device_sync"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "device_id"], ["device.region_id", "device.device_id"]),
        Index("ix_device_sync_head", "region_id", "device_id", "head_number"),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    device_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    sync_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    synced_at: Mapped[datetime] = mapped_column(Instant)
    head_number: Mapped[int]
    head_digest: Mapped[bytes] = mapped_column(LargeBinary)
