"""Objections of workers and the bureau's answers, in sealed words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0026_objections_filed"
down_revision = "0025_holders_assistance"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "objection",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("objection_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("receipt_no", sa.Text(), nullable=False),
        sa.Column("holder_id", types.LargeInteger, nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("voucher_id", types.LargeInteger, nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("filed_on", types.Day(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("filed_at", types.Instant(), nullable=False),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by", types.LargeInteger, nullable=True),
        sa.Column("answered_at", types.Instant(), nullable=True),
        sa.CheckConstraint("number BETWEEN 1 AND 5", name=op.f("ck_objection_number")),
        sa.CheckConstraint("(answered_at IS NULL) = (answer_sealed IS NULL)", name=op.f("ck_objection_answer_sealed")),
        sa.CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name=op.f("ck_objection_answered_by")),
        sa.PrimaryKeyConstraint("region_id", "objection_id", name=op.f("pk_objection")),
        sa.UniqueConstraint("receipt_no", name=op.f("uq_objection_receipt_no")),
        sa.UniqueConstraint(
            "region_id",
            "holder_id",
            "filed_on",
            "number",
            name=op.f("uq_objection_region_id_holder_id_filed_on_number"),
        ),
        sqlite_strict=True,
    )
    waiting = sa.text("answered_at IS NULL")
    op.create_index(
        "ix_objection_open",
        "objection",
        ["region_id", "filed_at"],
        unique=False,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    if _application_is_there():
        op.execute("GRANT SELECT, INSERT, UPDATE ON objection TO voucher_app")


def downgrade() -> None:
    op.drop_table("objection")


def _application_is_there() -> bool:
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return False
    return bind.scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = 'voucher_app'")) is not None
