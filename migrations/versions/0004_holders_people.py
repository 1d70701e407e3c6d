"""Tables of the stage holders: people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0004_holders_people"
down_revision = "0003_accounts_staff"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "holder",
        sa.Column("holder_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("id_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id_index", sa.LargeBinary(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("commitment_salt", sa.LargeBinary(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.CheckConstraint("length(commitment) = 32", name=op.f("ck_holder_commitment")),
        sa.CheckConstraint("length(commitment_salt) = 32", name=op.f("ck_holder_commitment_salt")),
        sa.CheckConstraint("length(id_index) = 32", name=op.f("ck_holder_id_index")),
        sa.PrimaryKeyConstraint("holder_id", name=op.f("pk_holder")),
        sa.UniqueConstraint("id_index", name=op.f("uq_holder_id_index")),
        sqlite_strict=True,
    )
    op.create_index("ix_holder_region_id", "holder", ["region_id", "holder_id"], unique=False)
    op.create_table(
        "holder_access",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("access_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("holder_id", types.LargeInteger, nullable=False),
        sa.Column("actor_role", sa.Text(), nullable=False),
        sa.Column("actor_id", types.LargeInteger, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("accessed_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "access_id", name=op.f("pk_holder_access")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_holder_access_holder_id", "holder_access", ["region_id", "holder_id", "accessed_at"], unique=False
    )
    op.create_table(
        "sms_code",
        sa.Column("code_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("sent_on", types.Day(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("request_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", types.Instant(), nullable=True),
        sa.CheckConstraint("length(code_hash) = 32", name=op.f("ck_sms_code_code_hash")),
        sa.CheckConstraint("length(phone_index) = 32", name=op.f("ck_sms_code_phone_index")),
        sa.CheckConstraint("number BETWEEN 1 AND 5", name=op.f("ck_sms_code_number")),
        sa.CheckConstraint("tries BETWEEN 0 AND 5", name=op.f("ck_sms_code_tries")),
        sa.PrimaryKeyConstraint("code_id", name=op.f("pk_sms_code")),
        sa.UniqueConstraint("phone_index", "sent_on", "number", name=op.f("uq_sms_code_phone_index_sent_on_number")),
        sqlite_strict=True,
    )
    op.create_index("ix_sms_code_expires_at", "sms_code", ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_table("sms_code")
    op.drop_table("holder_access")
    op.drop_table("holder")
