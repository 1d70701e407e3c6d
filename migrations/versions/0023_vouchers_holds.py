"""Holds on vouchers, what persons say of them and how they end; rulings on classes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0023_vouchers_holds"
down_revision = "0022_rosters_sheets"
branch_labels = None
depends_on = None

ONLY_GROW = ("hold", "hold_opinion", "hold_end")


def upgrade() -> None:
    op.add_column("voucher", sa.Column("holds", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("voucher", sa.Column("left_over_at", types.Instant(), nullable=True))
    _create_holds()
    _create_what_ends_them()
    _create_rulings()
    _guard()


def _create_holds() -> None:
    op.create_table(
        "hold",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hold_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("voucher_id", types.LargeInteger, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", types.LargeInteger, nullable=False),
        sa.Column("session_no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("placed_role", sa.Text(), nullable=False),
        sa.Column("placed_by", types.LargeInteger, nullable=False),
        sa.Column("placed_at", types.Instant(), nullable=False),
        sa.CheckConstraint("kind IN ('redemption', 'sign_in', 'bureau', 'class')", name=op.f("ck_hold_kind")),
        sa.CheckConstraint("(kind = 'sign_in') = (session_no > 0)", name=op.f("ck_hold_session_no")),
        sa.ForeignKeyConstraint(
            ["region_id", "voucher_id"],
            ["voucher.region_id", "voucher.voucher_id"],
            name=op.f("fk_hold_region_id_voucher_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "hold_id", name=op.f("pk_hold")),
        sa.UniqueConstraint(
            "region_id",
            "voucher_id",
            "kind",
            "subject_id",
            "session_no",
            name=op.f("uq_hold_region_id_voucher_id_kind_subject_id_session_no"),
        ),
        sqlite_strict=True,
    )


def _create_what_ends_them() -> None:
    op.create_table(
        "hold_opinion",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hold_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("person_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_at", types.Instant(), nullable=False),
        sa.CheckConstraint("verdict IN ('uphold', 'lift')", name=op.f("ck_hold_opinion_verdict")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_hold_opinion_reason")),
        sa.ForeignKeyConstraint(
            ["region_id", "hold_id"], ["hold.region_id", "hold.hold_id"], name=op.f("fk_hold_opinion_region_id_hold_id")
        ),
        sa.PrimaryKeyConstraint("region_id", "hold_id", "person_id", name=op.f("pk_hold_opinion")),
        sqlite_strict=True,
    )
    op.create_table(
        "hold_end",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hold_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_at", types.Instant(), nullable=False),
        sa.CheckConstraint("outcome IN ('uphold', 'lift')", name=op.f("ck_hold_end_outcome")),
        sa.ForeignKeyConstraint(
            ["region_id", "hold_id"], ["hold.region_id", "hold.hold_id"], name=op.f("fk_hold_end_region_id_hold_id")
        ),
        sa.PrimaryKeyConstraint("region_id", "hold_id", name=op.f("pk_hold_end")),
        sqlite_strict=True,
    )


def _create_rulings() -> None:
    op.create_table(
        "class_ruling",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ruling_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("class_id", types.LargeInteger, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("asked_by", types.LargeInteger, nullable=False),
        sa.Column("asked_at", types.Instant(), nullable=False),
        sa.Column("decided_by", types.LargeInteger, nullable=True),
        sa.Column("decided_at", types.Instant(), nullable=True),
        sa.CheckConstraint("kind IN ('suspend', 'lift', 'disqualify')", name=op.f("ck_class_ruling_kind")),
        sa.CheckConstraint("state IN ('made', 'asked', 'confirmed', 'declined')", name=op.f("ck_class_ruling_state")),
        sa.CheckConstraint("(kind = 'suspend') = (state = 'made')", name=op.f("ck_class_ruling_made")),
        sa.CheckConstraint(
            "(state IN ('made', 'asked')) = (decided_by IS NULL)", name=op.f("ck_class_ruling_decided_by")
        ),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name=op.f("ck_class_ruling_two_persons")),
        sa.ForeignKeyConstraint(
            ["region_id", "class_id"],
            ["training_class.region_id", "training_class.class_id"],
            name=op.f("fk_class_ruling_region_id_class_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "ruling_id", name=op.f("pk_class_ruling")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_class_ruling_open",
        "class_ruling",
        ["region_id", "class_id", "kind"],
        unique=True,
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )


def _guard() -> None:
    """What was placed, said and decided is never rewritten."""
    if op.get_bind().dialect.name == "sqlite":
        for table in ONLY_GROW:
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
                )
        return
    for table in ONLY_GROW:
        op.execute(
            f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    if op.get_bind().scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = 'voucher_app'")) is not None:
        op.execute(f"GRANT SELECT, INSERT ON {', '.join(ONLY_GROW)} TO voucher_app")
        op.execute("GRANT SELECT, INSERT, UPDATE ON class_ruling TO voucher_app")


def downgrade() -> None:
    for table in ("class_ruling", "hold_end", "hold_opinion", "hold"):
        op.drop_table(table)
    op.drop_column("voucher", "left_over_at")
    op.drop_column("voucher", "holds")
