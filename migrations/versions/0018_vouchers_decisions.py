"""Tables of the stage vouchers: what one person asks and another decides."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0018_vouchers_decisions"
down_revision = "0017_redemptions_attended"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "voucher_decision",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("decision_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("voucher_id", types.LargeInteger, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reference_id", types.LargeInteger, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by", types.LargeInteger, nullable=False),
        sa.Column("asked_at", types.Instant(), nullable=False),
        sa.Column("decided_by", types.LargeInteger, nullable=True),
        sa.Column("decided_at", types.Instant(), nullable=True),
        sa.CheckConstraint("kind IN ('void', 'revoke', 'undo')", name=op.f("ck_voucher_decision_kind")),
        sa.CheckConstraint("state IN ('asked', 'confirmed', 'declined')", name=op.f("ck_voucher_decision_state")),
        sa.CheckConstraint("(state = 'asked') = (decided_by IS NULL)", name=op.f("ck_voucher_decision_decided_by")),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> asked_by", name=op.f("ck_voucher_decision_two_persons")
        ),
        sa.ForeignKeyConstraint(
            ["region_id", "voucher_id"],
            ["voucher.region_id", "voucher.voucher_id"],
            name=op.f("fk_voucher_decision_region_id_voucher_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "decision_id", name=op.f("pk_voucher_decision")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_voucher_decision_open",
        "voucher_decision",
        ["region_id", "voucher_id", "kind"],
        unique=True,
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )
    if _application_is_there():
        op.execute("GRANT SELECT, INSERT, UPDATE ON voucher_decision TO voucher_app")


def downgrade() -> None:
    op.drop_table("voucher_decision")


def _application_is_there() -> bool:
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return False
    return bind.scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = 'voucher_app'")) is not None
