"""Which days of a year are not worked like their weekday, as it was entered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0034_programmes_working_years"
down_revision = "0033_exams_rounds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "working_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("days", types.JsonText(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("entered_at", types.Instant(), nullable=False),
        sa.CheckConstraint("source <> ''", name=op.f("ck_working_year_source")),
        sa.PrimaryKeyConstraint("year", "revision", name=op.f("pk_working_year")),
        sqlite_strict=True,
    )
    _guard()


def downgrade() -> None:
    op.drop_table("working_year")


def _guard() -> None:
    """Let the record only grow, and the service's own role add to it."""
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER working_year_no_{act.lower()} BEFORE {act} ON working_year "
                "BEGIN SELECT RAISE(ABORT, 'working_year only grows'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER working_year_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON working_year "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    if bind.scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = 'voucher_app'")) is not None:
        op.execute("GRANT SELECT, INSERT ON working_year TO voucher_app")
