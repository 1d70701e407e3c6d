"""Tables of the stage institutions: scanning devices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0015_institutions_devices"
down_revision = "0014_ledger_rights"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "device",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("device_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("institution_id", types.LargeInteger, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("enrolled_by", types.LargeInteger, nullable=False),
        sa.Column("enrolled_at", types.Instant(), nullable=False),
        sa.Column("revoked_at", types.Instant(), nullable=True),
        sa.Column("revoked_by", types.LargeInteger, nullable=True),
        sa.Column("revoke_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("length(public_key) = 65", name=op.f("ck_device_public_key")),
        sa.ForeignKeyConstraint(
            ["region_id", "institution_id"],
            ["institution.region_id", "institution.institution_id"],
            name=op.f("fk_device_region_id_institution_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "device_id", name=op.f("pk_device")),
        sqlite_strict=True,
    )
    op.create_index("uq_device_key", "device", ["region_id", "public_key"], unique=True)
    op.create_index("ix_device_institution", "device", ["region_id", "institution_id"], unique=False)
    if _application_is_there():
        op.execute("GRANT SELECT, INSERT, UPDATE ON device TO voucher_app")


def downgrade() -> None:
    op.drop_table("device")


def _application_is_there() -> bool:
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return False
    return bind.scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = 'voucher_app'")) is not None
