"""When a redemption's holder was first recorded present, which ends the right to undo it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0017_redemptions_attended"
down_revision = "0016_institutions_registers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("redemption", sa.Column("first_attended_at", types.Instant(), nullable=True))
    op.execute(
        "UPDATE redemption SET first_attended_at = (SELECT min(attendance.recorded_at) FROM attendance "
        "WHERE attendance.region_id = redemption.region_id AND attendance.redemption_id = redemption.redemption_id)"
    )


def downgrade() -> None:
    op.drop_column("redemption", "first_attended_at")
