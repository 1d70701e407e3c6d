"""Tables of the stage web: idempotency."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0001_web_idempotency"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "idempotency",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("client_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("kept_at", types.Instant(), nullable=False),
        sa.CheckConstraint("length(request_hash) = 32", name=op.f("ck_idempotency_request_hash")),
        sa.PrimaryKeyConstraint("region_id", "client_id", "key", name=op.f("pk_idempotency")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_idempotency_kept_at"), "idempotency", ["kept_at"], unique=False)


def downgrade() -> None:
    op.drop_table("idempotency")
