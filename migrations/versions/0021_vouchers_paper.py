"""Printed sheets of vouchers, and whose sheet a one-time code is for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0021_vouchers_paper"
down_revision = "0020_exams_filing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_voucher",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("voucher_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("start_minute", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("paper_no", sa.Text(), nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("printed_by_role", sa.Text(), nullable=False),
        sa.Column("printed_by", types.LargeInteger, nullable=False),
        sa.Column("printed_at", types.Instant(), nullable=False),
        sa.Column("ended_at", types.Instant(), nullable=True),
        sa.CheckConstraint("length(header) = 24", name=op.f("ck_paper_voucher_header")),
        sa.CheckConstraint("length(signature) = 64", name=op.f("ck_paper_voucher_signature")),
        sa.ForeignKeyConstraint(
            ["region_id", "voucher_id"],
            ["voucher.region_id", "voucher.voucher_id"],
            name=op.f("fk_paper_voucher_region_id_voucher_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "voucher_id", "start_minute", name=op.f("pk_paper_voucher")),
        sa.UniqueConstraint("paper_no", name=op.f("uq_paper_voucher_paper_no")),
        sqlite_strict=True,
    )
    standing = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_paper_voucher_standing",
        "paper_voucher",
        ["region_id", "voucher_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.add_column("sms_code", sa.Column("holder_id", types.LargeInteger, nullable=True))
    for_paper = sa.text("holder_id IS NOT NULL")
    op.create_index(
        "ix_sms_code_holder_id",
        "sms_code",
        ["holder_id"],
        unique=False,
        sqlite_where=for_paper,
        postgresql_where=for_paper,
    )
    if _application_is_there():
        op.execute("GRANT SELECT, INSERT, UPDATE ON paper_voucher TO voucher_app")


def downgrade() -> None:
    op.drop_table("paper_voucher")
    op.drop_index("ix_sms_code_holder_id", table_name="sms_code")
    op.drop_column("sms_code", "holder_id")


def _application_is_there() -> bool:
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return False
    return bind.scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = 'voucher_app'")) is not None
