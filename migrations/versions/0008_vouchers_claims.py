"""Tables of the stage vouchers: claims."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0008_vouchers_claims"
down_revision = "0007_classes_registration"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "code_session",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("voucher_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("anchor", sa.LargeBinary(), nullable=False),
        sa.Column("kid", sa.Integer(), nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "voucher_id", "anchor", name=op.f("pk_code_session")),
        sqlite_strict=True,
    )
    op.create_table(
        "questionnaire",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("voucher_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("answers", types.JsonText(), nullable=False),
        sa.Column("answered_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "voucher_id", name=op.f("pk_questionnaire")),
        sqlite_strict=True,
    )
    op.create_table(
        "voucher",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("voucher_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("holder_id", types.LargeInteger, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column(
            "live",
            types.Flag(),
            sa.Computed(
                "state IN ('offered', 'claimed', 'redeemed', 'completed', 'certified', 'valued', 'publicised', 'payable')",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "in_hand",
            types.Flag(),
            sa.Computed("state IN ('offered', 'claimed', 'redeemed')", persisted=True),
            nullable=False,
        ),
        sa.Column("issued_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("session_tag", types.LargeInteger, nullable=True),
        sa.Column("last_step_at", types.Instant(), nullable=True),
        sa.Column("occupation_code", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("reserved_fen", types.LargeInteger, nullable=True),
        sa.Column("value_fen", types.LargeInteger, nullable=True),
        sa.Column("certify_by", types.Instant(), nullable=True),
        sa.Column("examined_on", types.Day(), nullable=True),
        sa.CheckConstraint("kind IN ('general', 'directed')", name=op.f("ck_voucher_kind")),
        sa.CheckConstraint("value_fen IS NULL OR value_fen >= 0", name=op.f("ck_voucher_value_fen")),
        sa.ForeignKeyConstraint(
            ["region_id", "voucher_id", "seq", "state"],
            ["voucher_fact.region_id", "voucher_fact.voucher_id", "voucher_fact.seq", "voucher_fact.to_state"],
            name=op.f("fk_voucher_region_id_voucher_id_seq_state"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("region_id", "voucher_id", name=op.f("pk_voucher")),
        sqlite_strict=True,
    )
    op.create_index("ix_voucher_holder", "voucher", ["region_id", "holder_id"], unique=False)
    op.create_index(
        "uq_voucher_in_hand",
        "voucher",
        ["region_id", "holder_id"],
        unique=True,
        sqlite_where=sa.text("in_hand"),
        postgresql_where=sa.text("in_hand"),
    )
    op.create_index(
        "uq_voucher_live",
        "voucher",
        ["region_id", "programme_id", "holder_id"],
        unique=True,
        sqlite_where=sa.text("live"),
        postgresql_where=sa.text("live"),
    )


def downgrade() -> None:
    op.drop_table("voucher")
    op.drop_table("questionnaire")
    op.drop_table("code_session")
