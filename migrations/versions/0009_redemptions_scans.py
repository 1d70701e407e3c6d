"""Tables of the stage redemptions: scans."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0009_redemptions_scans"
down_revision = "0008_vouchers_claims"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refused_scan",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("scan_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("class_id", types.LargeInteger, nullable=False),
        sa.Column("institution_id", types.LargeInteger, nullable=False),
        sa.Column("client_id", types.LargeInteger, nullable=False),
        sa.Column("raw_code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("figures", types.JsonText(), nullable=False),
        sa.Column("refused_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "scan_id", name=op.f("pk_refused_scan")),
        sqlite_strict=True,
    )
    op.create_index("ix_refused_scan_class", "refused_scan", ["region_id", "class_id"], unique=False)
    op.create_table(
        "redemption",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("redemption_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("voucher_id", types.LargeInteger, nullable=False),
        sa.Column("fact_seq", sa.Integer(), nullable=False),
        sa.Column("class_region_id", sa.Integer(), nullable=False),
        sa.Column("class_id", types.LargeInteger, nullable=False),
        sa.Column("institution_id", types.LargeInteger, nullable=False),
        sa.Column("client_id", types.LargeInteger, nullable=False),
        sa.Column("holder_id", types.LargeInteger, nullable=False),
        sa.Column("amount_fen", types.LargeInteger, nullable=False),
        sa.Column("person_check", sa.Text(), nullable=False),
        sa.Column("waiver_reason", sa.Text(), nullable=True),
        sa.Column("redeemed_at", types.Instant(), nullable=False),
        sa.Column("attended_permille", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", types.Instant(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["region_id", "voucher_id"],
            ["voucher.region_id", "voucher.voucher_id"],
            name=op.f("fk_redemption_region_id_voucher_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "redemption_id", name=op.f("pk_redemption")),
        sqlite_strict=True,
    )
    op.create_index("ix_redemption_class", "redemption", ["region_id", "class_id"], unique=False)
    op.create_index(
        "uq_redemption_live",
        "redemption",
        ["region_id", "voucher_id"],
        unique=True,
        sqlite_where=sa.text("cancelled_at IS NULL"),
        postgresql_where=sa.text("cancelled_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("redemption")
    op.drop_table("refused_scan")
