"""Tables of the stage ledger: facts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0002_ledger_facts"
down_revision = "0001_web_idempotency"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "head",
        sa.Column("head_no", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("sealed_at", types.Instant(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("regions", types.JsonText(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("head_no", name=op.f("pk_head")),
        sqlite_strict=True,
    )
    op.create_table(
        "region_log",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tree_size", types.LargeInteger, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("next_commit_no", types.LargeInteger, nullable=False),
        sa.Column("seal_no", types.LargeInteger, nullable=False),
        sa.PrimaryKeyConstraint("region_id", name=op.f("pk_region_log")),
        sqlite_strict=True,
    )
    op.create_table(
        "rollup",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("programme_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("vouchers", types.LargeInteger, nullable=False),
        sa.Column("fen", types.LargeInteger, nullable=False),
        sa.PrimaryKeyConstraint(
            "region_id", "programme_id", "period", "month", "kind", "from_state", "to_state", name=op.f("pk_rollup")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "seal",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seal_no", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("first_commit_no", types.LargeInteger, nullable=False),
        sa.Column("next_commit_no", types.LargeInteger, nullable=False),
        sa.Column("facts", types.LargeInteger, nullable=False),
        sa.Column("tree_size", types.LargeInteger, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("previous_root", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "seal_no", name=op.f("pk_seal")),
        sqlite_strict=True,
    )
    op.create_table(
        "state_rule",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("money", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "from_state", "to_state", name=op.f("pk_state_rule")),
        sa.UniqueConstraint("number", name=op.f("uq_state_rule_number")),
        sqlite_strict=True,
    )
    op.create_table(
        "tree_tile",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tile_no", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "level", "tile_no", name=op.f("pk_tree_tile")),
        sqlite_strict=True,
    )
    op.create_table(
        "voucher_fact",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("voucher_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("prev_seq", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("amount_fen", types.LargeInteger, nullable=False),
        sa.Column("actor_role", sa.Text(), nullable=False),
        sa.Column("actor_id", types.LargeInteger, nullable=False),
        sa.Column("reference_id", types.LargeInteger, nullable=True),
        sa.Column("commitment", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.Column("commit_no", types.LargeInteger, nullable=False),
        sa.CheckConstraint(
            "(seq = 1 AND prev_seq IS NULL AND from_state = 'none') OR (seq > 1 AND prev_seq = seq - 1)",
            name=op.f("ck_voucher_fact_prev_seq"),
        ),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_voucher_fact_amount_fen")),
        sa.CheckConstraint("commitment IS NULL OR length(commitment) = 32", name=op.f("ck_voucher_fact_commitment")),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_voucher_fact_seq")),
        sa.ForeignKeyConstraint(
            ["kind", "from_state", "to_state"],
            ["state_rule.kind", "state_rule.from_state", "state_rule.to_state"],
            name=op.f("fk_voucher_fact_kind_from_state_to_state"),
        ),
        sa.ForeignKeyConstraint(
            ["region_id", "voucher_id", "prev_seq", "from_state"],
            ["voucher_fact.region_id", "voucher_fact.voucher_id", "voucher_fact.seq", "voucher_fact.to_state"],
            name=op.f("fk_voucher_fact_region_id_voucher_id_prev_seq_from_state"),
        ),
        sa.PrimaryKeyConstraint("region_id", "voucher_id", "seq", name=op.f("pk_voucher_fact")),
        sa.UniqueConstraint(
            "region_id", "voucher_id", "seq", "to_state", name=op.f("uq_voucher_fact_region_id_voucher_id_seq_to_state")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_voucher_fact_commit", "voucher_fact", ["region_id", "commit_no"], unique=False)


def downgrade() -> None:
    op.drop_table("voucher_fact")
    op.drop_table("tree_tile")
    op.drop_table("state_rule")
    op.drop_table("seal")
    op.drop_table("rollup")
    op.drop_table("region_log")
    op.drop_table("head")
