"""Tables of the stage certificates: results."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0011_certificates_results"
down_revision = "0010_supervision_attendance"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "certificate",
        sa.Column("certificate_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("voucher_id", types.LargeInteger, nullable=False),
        sa.Column("institution_id", types.LargeInteger, nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("occupation_code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("certificate_type", sa.Text(), nullable=False),
        sa.Column("examined_on", types.Day(), nullable=False),
        sa.Column("issued_on", types.Day(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("entered_by", types.LargeInteger, nullable=False),
        sa.Column("entered_at", types.Instant(), nullable=False),
        sa.Column("decided_by", types.LargeInteger, nullable=True),
        sa.Column("decided_at", types.Instant(), nullable=True),
        sa.CheckConstraint("(state = 'entered') = (decided_by IS NULL)", name=op.f("ck_certificate_decided_by")),
        sa.CheckConstraint("state IN ('entered', 'verified', 'refused')", name=op.f("ck_certificate_state")),
        sa.PrimaryKeyConstraint("certificate_id", name=op.f("pk_certificate")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_certificate_number",
        "certificate",
        ["issuer", "number"],
        unique=True,
        sqlite_where=sa.text("state <> 'refused'"),
        postgresql_where=sa.text("state <> 'refused'"),
    )
    op.create_index(
        "uq_certificate_voucher",
        "certificate",
        ["region_id", "voucher_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'refused'"),
        postgresql_where=sa.text("state <> 'refused'"),
    )


def downgrade() -> None:
    op.drop_table("certificate")
