"""What the register of certificates said of each certificate that it was asked about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0028_certificates_registry"
down_revision = "0027_attendance_sign_ins"
branch_labels = None
depends_on = None

COLUMNS = {
    "registry_answer": sa.Text(),
    "registry_fields": types.JsonText(),
    "registry_asked_by": types.LargeInteger,
    "registry_asked_at": types.Instant(),
}


def upgrade() -> None:
    for name, kind in COLUMNS.items():
        op.add_column("certificate", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("certificate", name)
