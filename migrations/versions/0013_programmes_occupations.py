"""Tables of the stage programmes: what occupations are called."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0013_programmes_occupations"
down_revision = "0012_ledger_guards"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "occupation",
        sa.Column("occupation_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("manufacturing", types.Flag(), nullable=False),
        sa.PrimaryKeyConstraint("occupation_code", name=op.f("pk_occupation")),
        sqlite_strict=True,
    )
    _grant_to_application()


def _grant_to_application() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    if op.get_bind().scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = 'voucher_app'")) is not None:
        op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON occupation TO voucher_app")


def downgrade() -> None:
    op.drop_table("occupation")
