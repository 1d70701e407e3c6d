"""Which field of work a voucher is bound to, what a roster said of it, and which field each class is of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036_vouchers_fields_of_work"
down_revision = "0035_redemptions_by_class"
branch_labels = None
depends_on = None

BOUND = ("voucher", "roster_entry")


def upgrade() -> None:
    for table in BOUND:
        op.add_column(table, sa.Column("only_family", sa.Text(), nullable=True))
        op.add_column(table, sa.Column("not_family", sa.Text(), nullable=True))
    op.add_column("training_class", sa.Column("family", sa.Text(), server_default="", nullable=False))
    op.execute(
        "UPDATE training_class SET family = coalesce((SELECT nullif(occupation.family, '') FROM occupation"
        " WHERE occupation.occupation_code = training_class.occupation_code), occupation_code)"
    )


def downgrade() -> None:
    op.drop_column("training_class", "family")
    for table in reversed(BOUND):
        op.drop_column(table, "not_family")
        op.drop_column(table, "only_family")
