"""Tables of the stage supervision: attendance."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0010_supervision_attendance"
down_revision = "0009_redemptions_scans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attendance",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("redemption_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("session_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("class_id", types.LargeInteger, nullable=False),
        sa.Column("recorded_by", types.LargeInteger, nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_id", "redemption_id"],
            ["redemption.region_id", "redemption.redemption_id"],
            name=op.f("fk_attendance_region_id_redemption_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "redemption_id", "session_no", name=op.f("pk_attendance")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("attendance")
