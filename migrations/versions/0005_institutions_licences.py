"""Tables of the stage institutions: licences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0005_institutions_licences"
down_revision = "0004_holders_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "institution",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("institution_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("suspended_at", types.Instant(), nullable=True),
        sa.Column("audit_finding", types.Flag(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "institution_id", name=op.f("pk_institution")),
        sqlite_strict=True,
    )
    op.create_table(
        "licence",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("institution_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("occupation_code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("valid_from", types.Day(), nullable=False),
        sa.Column("valid_until", types.Day(), nullable=True),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_licence_valid_until")),
        sa.ForeignKeyConstraint(
            ["region_id", "institution_id"],
            ["institution.region_id", "institution.institution_id"],
            name=op.f("fk_licence_region_id_institution_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "institution_id", "occupation_code", "level", name=op.f("pk_licence")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("licence")
    op.drop_table("institution")
