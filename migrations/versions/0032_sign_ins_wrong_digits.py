"""How often each holder typed digits that no screen showed, for each session."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0032_sign_ins_wrong_digits"
down_revision = "0031_holders_phone_changes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wrong_digits",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("class_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("session_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.CheckConstraint("wrong >= 0", name=op.f("ck_wrong_digits_wrong")),
        sa.PrimaryKeyConstraint("region_id", "holder_id", "class_id", "session_no", name=op.f("pk_wrong_digits")),
        sqlite_strict=True,
    )
    if _application_is_there():
        op.execute("GRANT SELECT, INSERT, UPDATE ON wrong_digits TO voucher_app")


def downgrade() -> None:
    op.drop_table("wrong_digits")


def _application_is_there() -> bool:
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return False
    return bind.scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = 'voucher_app'")) is not None
