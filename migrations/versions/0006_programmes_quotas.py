"""Tables of the stage programmes: quotas."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0006_programmes_quotas"
down_revision = "0005_institutions_licences"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_pack",
        sa.Column("rule_pack_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("effective_from", types.Day(), nullable=False),
        sa.Column("numbers", types.JsonText(), nullable=False),
        sa.PrimaryKeyConstraint("rule_pack_id", name=op.f("pk_rule_pack")),
        sa.UniqueConstraint("effective_from", name=op.f("uq_rule_pack_effective_from")),
        sqlite_strict=True,
    )
    op.create_table(
        "standard",
        sa.Column("standard_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("effective_from", types.Day(), nullable=False),
        sa.Column("occupation_code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("certificate_type", sa.Text(), nullable=False),
        sa.Column("amount_fen", types.LargeInteger, nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_standard_amount_fen")),
        sa.PrimaryKeyConstraint("standard_id", name=op.f("pk_standard")),
        sa.UniqueConstraint(
            "occupation_code",
            "level",
            "certificate_type",
            "effective_from",
            name=op.f("uq_standard_occupation_code_level_certificate_type_effective_from"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "programme",
        sa.Column("programme_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opens_on", types.Day(), nullable=False),
        sa.Column("closes_on", types.Day(), nullable=False),
        sa.Column("valid_months", sa.Integer(), nullable=False),
        sa.Column("certificate_deadline_months", sa.Integer(), nullable=False),
        sa.Column("fund_source", sa.Text(), nullable=False),
        sa.Column("budget_fen", types.LargeInteger, nullable=False),
        sa.Column("committed_fen", types.LargeInteger, nullable=False),
        sa.Column("rule_pack_id", sa.Integer(), nullable=False),
        sa.Column("target_issued", sa.Integer(), nullable=False),
        sa.Column("target_used", sa.Integer(), nullable=False),
        sa.Column("counts_as_used", sa.Text(), nullable=False),
        sa.Column("settings", types.JsonText(), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'open', 'closed')", name=op.f("ck_programme_state")),
        sa.CheckConstraint("closes_on >= opens_on", name=op.f("ck_programme_closes_on")),
        sa.CheckConstraint("committed_fen BETWEEN 0 AND budget_fen", name=op.f("ck_programme_committed_fen")),
        sa.ForeignKeyConstraint(["rule_pack_id"], ["rule_pack.rule_pack_id"], name=op.f("fk_programme_rule_pack_id")),
        sa.PrimaryKeyConstraint("programme_id", name=op.f("pk_programme")),
        sa.UniqueConstraint("code", name=op.f("uq_programme_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "allotment",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("programme_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public_no", sa.Integer(), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("target_used", sa.Integer(), nullable=False),
        sa.CheckConstraint("issued BETWEEN 0 AND quota", name=op.f("ck_allotment_issued")),
        sa.CheckConstraint("public_no BETWEEN 0 AND 16777215", name=op.f("ck_allotment_public_no")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.programme_id"], name=op.f("fk_allotment_programme_id")),
        sa.PrimaryKeyConstraint("region_id", "programme_id", name=op.f("pk_allotment")),
        sa.UniqueConstraint("public_no", name=op.f("uq_allotment_public_no")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("allotment")
    op.drop_table("programme")
    op.drop_table("standard")
    op.drop_table("rule_pack")
