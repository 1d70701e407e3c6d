"""Helpers and what they may do, notices to holders, one phone for one person, and which log-in opened a code."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0025_holders_assistance"
down_revision = "0024_web_refused"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_assistance()
    _create_notice()
    op.create_table(
        "assisted_claim",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("voucher_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("assistance_id", types.LargeInteger, nullable=False),
        sa.Column("assistance_no", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_id", "voucher_id"],
            ["voucher.region_id", "voucher.voucher_id"],
            name=op.f("fk_assisted_claim_region_id_voucher_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "voucher_id", name=op.f("pk_assisted_claim")),
        sa.UniqueConstraint("assistance_id", name=op.f("uq_assisted_claim_assistance_id")),
        sqlite_strict=True,
    )
    op.add_column("holder", sa.Column("phone_index", sa.LargeBinary(), nullable=True))
    op.add_column("holder", sa.Column("phone_number", sa.Integer(), nullable=True))
    op.create_index("uq_holder_phone", "holder", ["phone_index", "phone_number"], unique=True)
    op.add_column("code_session", sa.Column("log_in_id", types.LargeInteger, nullable=True))
    _guard("assisted_claim")
    if _application_is_there():
        op.execute("GRANT SELECT, INSERT, UPDATE ON assistance, assistance_count, notice TO voucher_app")
        op.execute("GRANT SELECT, INSERT ON assisted_claim TO voucher_app")


def _create_assistance() -> None:
    op.create_table(
        "assistance",
        sa.Column("assistance_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("holder_id", types.LargeInteger, nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("helper_role", sa.Text(), nullable=False),
        sa.Column("helper_id", types.LargeInteger, nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("phone_reason", sa.Text(), nullable=False),
        sa.Column("begun_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.CheckConstraint("(relation = '') = (place <> '')", name=op.f("ck_assistance_relation")),
        sa.CheckConstraint("expires_at > begun_at", name=op.f("ck_assistance_expires_at")),
        sa.PrimaryKeyConstraint("assistance_id", name=op.f("pk_assistance")),
        sqlite_strict=True,
    )
    op.create_index("ix_assistance_holder_id", "assistance", ["holder_id"], unique=False)
    op.create_table(
        "assistance_count",
        sa.Column("helper_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.CheckConstraint("taken > 0", name=op.f("ck_assistance_count_taken")),
        sa.PrimaryKeyConstraint("helper_id", "kind", "period", name=op.f("pk_assistance_count")),
        sqlite_strict=True,
    )


def _create_notice() -> None:
    op.create_table(
        "notice",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("notice_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("holder_id", types.LargeInteger, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", types.LargeInteger, nullable=False),
        sa.Column("told_at", types.Instant(), nullable=False),
        sa.Column("sent_at", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("region_id", "notice_id", name=op.f("pk_notice")),
        sqlite_strict=True,
    )
    op.create_index("ix_notice_holder_id", "notice", ["region_id", "holder_id", "told_at"], unique=False)
    waiting = sa.text("sent_at IS NULL")
    op.create_index(
        "ix_notice_waiting", "notice", ["told_at"], unique=False, sqlite_where=waiting, postgresql_where=waiting
    )


def _guard(table: str) -> None:
    """Let a table only grow."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_column("code_session", "log_in_id")
    op.drop_index("uq_holder_phone", table_name="holder")
    op.drop_column("holder", "phone_number")
    op.drop_column("holder", "phone_index")
    for table in ("assisted_claim", "notice", "assistance_count", "assistance"):
        op.drop_table(table)


def _application_is_there() -> bool:
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return False
    return bind.scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = 'voucher_app'")) is not None
