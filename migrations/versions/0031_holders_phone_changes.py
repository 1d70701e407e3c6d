"""Changes of a holder's phone at a counter, and messages that go to another phone than the one on record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0031_holders_phone_changes"
down_revision = "0030_institutions_suspensions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "phone_change",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("change_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("holder_id", types.LargeInteger, nullable=False),
        sa.Column("changed_by", types.LargeInteger, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("phone_reason", sa.Text(), nullable=False),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.CheckConstraint("place <> ''", name=op.f("ck_phone_change_place")),
        sa.PrimaryKeyConstraint("region_id", "change_id", name=op.f("pk_phone_change")),
        sqlite_strict=True,
    )
    op.create_index("ix_phone_change_changed_at", "phone_change", ["changed_at"], unique=False)
    op.add_column("notice", sa.Column("send_to_sealed", sa.LargeBinary(), nullable=True))
    _guard()


def downgrade() -> None:
    op.drop_column("notice", "send_to_sealed")
    op.drop_table("phone_change")


def _guard() -> None:
    """Let the record only grow, and the service's own role add to it."""
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER phone_change_no_{act.lower()} BEFORE {act} ON phone_change "
                "BEGIN SELECT RAISE(ABORT, 'phone_change only grows'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER phone_change_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON phone_change "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    if bind.scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = 'voucher_app'")) is not None:
        op.execute("GRANT SELECT, INSERT ON phone_change TO voucher_app")
