"""Tables of the stage scanning: off-line scans as they arrived, and when devices were heard from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0019_scanning_offline"
down_revision = "0018_vouchers_decisions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "offline_scan",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("device_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stands", types.Flag(), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("institution_id", types.LargeInteger, nullable=False),
        sa.Column("class_id", types.LargeInteger, nullable=False),
        sa.Column("clerk_id", types.LargeInteger, nullable=False),
        sa.Column("uploaded_by", types.LargeInteger, nullable=False),
        sa.Column("device_time", types.Instant(), nullable=False),
        sa.Column("received_at", types.Instant(), nullable=False),
        sa.Column("step_at", types.Instant(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("answer", types.JsonText(), nullable=True),
        sa.Column("decided_at", types.Instant(), nullable=True),
        sa.CheckConstraint("outcome IN ('redeemed', 'refused')", name=op.f("ck_offline_scan_outcome")),
        sa.CheckConstraint("(outcome IS NULL) = (answer IS NULL)", name=op.f("ck_offline_scan_answer")),
        sa.ForeignKeyConstraint(
            ["region_id", "device_id"],
            ["device.region_id", "device.device_id"],
            name=op.f("fk_offline_scan_region_id_device_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "device_id", "digest", name=op.f("pk_offline_scan")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_offline_scan_number",
        "offline_scan",
        ["region_id", "device_id", "number"],
        unique=True,
        sqlite_where=sa.text("stands"),
        postgresql_where=sa.text("stands"),
    )
    op.create_index(
        "ix_offline_scan_institution", "offline_scan", ["region_id", "institution_id", "received_at"], unique=False
    )
    op.create_table(
        "device_sync",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("device_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("sync_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("synced_at", types.Instant(), nullable=False),
        sa.Column("head_number", sa.Integer(), nullable=False),
        sa.Column("head_digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_id", "device_id"],
            ["device.region_id", "device.device_id"],
            name=op.f("fk_device_sync_region_id_device_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "device_id", "sync_id", name=op.f("pk_device_sync")),
        sqlite_strict=True,
    )
    op.create_index("ix_device_sync_head", "device_sync", ["region_id", "device_id", "head_number"], unique=False)
    _guard()


def _guard() -> None:
    """A claim is kept for ever and decided once; a sync is never rewritten."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER device_sync_no_{act.lower()} BEFORE {act} ON device_sync "
                "BEGIN SELECT RAISE(ABORT, 'device_sync only grows'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER device_sync_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON device_sync "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    if op.get_bind().scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = 'voucher_app'")) is not None:
        op.execute("GRANT SELECT, INSERT, UPDATE ON offline_scan TO voucher_app")
        op.execute("GRANT SELECT, INSERT ON device_sync TO voucher_app")


def downgrade() -> None:
    op.drop_table("device_sync")
    op.drop_table("offline_scan")
