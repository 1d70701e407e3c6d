"""Refused answers are found without reading the others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024_web_refused"
down_revision = "0023_vouchers_holds"
branch_labels = None
depends_on = None

REFUSED = sa.text("status >= 400")


def upgrade() -> None:
    op.create_index("ix_idempotency_refused", "idempotency", ["status"], postgresql_where=REFUSED, sqlite_where=REFUSED)


def downgrade() -> None:
    op.drop_index("ix_idempotency_refused", "idempotency")
