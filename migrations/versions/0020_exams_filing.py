"""Tables of the stage exams: filings, the classes in each, and results that are never rewritten."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0020_exams_filing"
down_revision = "0019_scanning_offline"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_filings()
    op.create_table(
        "exam_result",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("result_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("exam_id", types.LargeInteger, nullable=False),
        sa.Column("holder_region_id", sa.Integer(), nullable=False),
        sa.Column("redemption_id", types.LargeInteger, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("entered_by", types.LargeInteger, nullable=False),
        sa.Column("entered_at", types.Instant(), nullable=False),
        sa.CheckConstraint("outcome IN ('passed', 'failed', 'absent')", name=op.f("ck_exam_result_outcome")),
        sa.CheckConstraint("revision = 1 OR reason <> ''", name=op.f("ck_exam_result_reason")),
        sa.ForeignKeyConstraint(
            ["region_id", "exam_id"], ["exam.region_id", "exam.exam_id"], name=op.f("fk_exam_result_region_id_exam_id")
        ),
        sa.ForeignKeyConstraint(
            ["holder_region_id", "redemption_id"],
            ["redemption.region_id", "redemption.redemption_id"],
            name=op.f("fk_exam_result_holder_region_id_redemption_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "result_id", name=op.f("pk_exam_result")),
        sa.UniqueConstraint(
            "region_id",
            "exam_id",
            "redemption_id",
            "revision",
            name=op.f("uq_exam_result_region_id_exam_id_redemption_id_revision"),
        ),
        sqlite_strict=True,
    )
    _guard()


def _create_filings() -> None:
    op.create_table(
        "exam",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("exam_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("institution_id", types.LargeInteger, nullable=False),
        sa.Column("held_on", types.Day(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("filed_by", types.LargeInteger, nullable=False),
        sa.Column("filed_at", types.Instant(), nullable=False),
        sa.Column("withdrawn_by", types.LargeInteger, nullable=True),
        sa.Column("withdrawn_at", types.Instant(), nullable=True),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name=op.f("ck_exam_withdrawn_by")),
        sa.ForeignKeyConstraint(
            ["region_id", "institution_id"],
            ["institution.region_id", "institution.institution_id"],
            name=op.f("fk_exam_region_id_institution_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "exam_id", name=op.f("pk_exam")),
        sqlite_strict=True,
    )
    op.create_index("ix_exam_institution", "exam", ["region_id", "institution_id", "exam_id"], unique=False)
    op.create_table(
        "exam_class",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("exam_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("class_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("withdrawn_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["region_id", "exam_id"], ["exam.region_id", "exam.exam_id"], name=op.f("fk_exam_class_region_id_exam_id")
        ),
        sa.ForeignKeyConstraint(
            ["region_id", "class_id"],
            ["training_class.region_id", "training_class.class_id"],
            name=op.f("fk_exam_class_region_id_class_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "exam_id", "class_id", name=op.f("pk_exam_class")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_exam_class_filed",
        "exam_class",
        ["region_id", "class_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def _guard() -> None:
    """A result is corrected by the next one, never rewritten."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER exam_result_no_{act.lower()} BEFORE {act} ON exam_result "
                "BEGIN SELECT RAISE(ABORT, 'exam_result only grows'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER exam_result_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON exam_result "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    if op.get_bind().scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = 'voucher_app'")) is not None:
        op.execute("GRANT SELECT, INSERT, UPDATE ON exam, exam_class TO voucher_app")
        op.execute("GRANT SELECT, INSERT ON exam_result TO voucher_app")


def downgrade() -> None:
    for table in ("exam_result", "exam_class", "exam"):
        op.drop_table(table)
