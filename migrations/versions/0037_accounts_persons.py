"""The natural persons behind staff accounts, each known again by a keyed index of their ID number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0037_accounts_persons"
down_revision = "0036_vouchers_fields_of_work"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_person",
        sa.Column("person_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("id_index", sa.LargeBinary(), nullable=False),
        sa.Column("known_since", types.Instant(), nullable=False),
        sa.CheckConstraint("length(id_index) = 32", name=op.f("ck_staff_person_id_index")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_staff_person")),
        sa.UniqueConstraint("id_index", name=op.f("uq_staff_person_id_index")),
        sqlite_strict=True,
    )
    _guard()


def downgrade() -> None:
    op.drop_table("staff_person")


def _guard() -> None:
    """Let the record only grow, and the service's own role add to it: who changes a person makes two of one."""
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER staff_person_no_{act.lower()} BEFORE {act} ON staff_person "
                "BEGIN SELECT RAISE(ABORT, 'staff_person only grows'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER staff_person_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON staff_person "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    if bind.scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = 'voucher_app'")) is not None:
        op.execute("GRANT SELECT, INSERT ON staff_person TO voucher_app")
