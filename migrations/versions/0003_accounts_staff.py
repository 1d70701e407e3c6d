"""Tables of the stage accounts: staff."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0003_accounts_staff"
down_revision = "0002_ledger_facts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_client",
        sa.Column("client_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("institution_id", types.LargeInteger, nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("revoked_at", types.Instant(), nullable=True),
        sa.CheckConstraint("length(secret_hash) = 32", name=op.f("ck_api_client_secret_hash")),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_api_client")),
        sqlite_strict=True,
    )
    op.create_index("ix_api_client_institution_id", "api_client", ["institution_id"], unique=False)
    op.create_table(
        "login_failure",
        sa.Column("login_hash", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("window_started_at", types.Instant(), nullable=False),
        sa.CheckConstraint("failures BETWEEN 1 AND 5", name=op.f("ck_login_failure_failures")),
        sa.CheckConstraint("length(login_hash) = 32", name=op.f("ck_login_failure_login_hash")),
        sa.PrimaryKeyConstraint("login_hash", name=op.f("pk_login_failure")),
        sqlite_strict=True,
    )
    op.create_table(
        "login_session",
        sa.Column("session_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", types.LargeInteger, nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("institution_id", types.LargeInteger, nullable=True),
        sa.Column("person_id", types.LargeInteger, nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("last_seen_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("ended_at", types.Instant(), nullable=True),
        sa.Column("factor_at", types.Instant(), nullable=True),
        sa.CheckConstraint("kind IN ('staff', 'client', 'holder')", name=op.f("ck_login_session_kind")),
        sa.CheckConstraint("length(token_hash) = 32", name=op.f("ck_login_session_token_hash")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_session_token_hash")),
        sqlite_strict=True,
    )
    op.create_index("ix_login_session_expires_at", "login_session", ["expires_at"], unique=False)
    op.create_index("ix_login_session_subject_id", "login_session", ["subject_id"], unique=False)
    op.create_table(
        "staff_account",
        sa.Column("account_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("person_id", types.LargeInteger, nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("institution_id", types.LargeInteger, nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("login_name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("totp_step", types.LargeInteger, nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("disabled_at", types.Instant(), nullable=True),
        sa.CheckConstraint(
            "(institution_id IS NULL) = (role NOT LIKE 'institution%%')", name=op.f("ck_staff_account_institution_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_staff_account")),
        sa.UniqueConstraint("login_name", name=op.f("uq_staff_account_login_name")),
        sqlite_strict=True,
    )
    op.create_index("ix_staff_account_person_id", "staff_account", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_table("staff_account")
    op.drop_table("login_session")
    op.drop_table("login_failure")
    op.drop_table("api_client")
