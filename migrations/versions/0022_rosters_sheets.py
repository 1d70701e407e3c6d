"""Tables of the stages sheets and rosters, people who are only introduced, and the family of an occupation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0022_rosters_sheets"
down_revision = "0021_vouchers_paper"
branch_labels = None
depends_on = None

TABLES = ("introduced_person", "sheet", "sheet_part", "roster", "roster_entry", "roster_offer")


def upgrade() -> None:
    op.create_table(
        "introduced_person",
        sa.Column("person_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("id_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id_index", sa.LargeBinary(), nullable=False),
        sa.Column("introduced_at", types.Instant(), nullable=False),
        sa.CheckConstraint("length(id_index) = 32", name=op.f("ck_introduced_person_id_index")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_introduced_person")),
        sa.UniqueConstraint("id_index", name=op.f("uq_introduced_person_id_index")),
        sqlite_strict=True,
    )
    op.create_table(
        "sheet",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sheet_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("institution_id", types.LargeInteger, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", types.LargeInteger, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("columns", sa.Integer(), nullable=False),
        sa.Column("mapping", types.JsonText(), nullable=True),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("rows_checked", sa.Integer(), nullable=False),
        sa.Column("rows_refused", sa.Integer(), nullable=False),
        sa.Column("refusal", types.JsonText(), nullable=True),
        sa.Column("taken_until", types.Instant(), nullable=True),
        sa.Column("created_role", sa.Text(), nullable=False),
        sa.Column("created_by", types.LargeInteger, nullable=False),
        sa.Column("created_person", types.LargeInteger, nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("finished_at", types.Instant(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('uploaded', 'checking')) = (finished_at IS NULL)", name=op.f("ck_sheet_finished_at")
        ),
        sa.CheckConstraint(
            "state IN ('uploaded', 'checking', 'refused', 'accepted', 'discarded')", name=op.f("ck_sheet_state")
        ),
        sa.CheckConstraint("rows_refused <= rows_checked AND rows_checked <= rows_total", name=op.f("ck_sheet_rows")),
        sa.PrimaryKeyConstraint("region_id", "sheet_id", name=op.f("pk_sheet")),
        sqlite_strict=True,
    )
    op.create_index("ix_sheet_institution", "sheet", ["region_id", "institution_id", "created_at"], unique=False)
    op.create_index("ix_sheet_state", "sheet", ["state", "created_at"], unique=False)
    op.create_index(
        "uq_sheet_open",
        "sheet",
        ["region_id", "institution_id", "kind", "subject_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('uploaded', 'checking')"),
        postgresql_where=sa.text("state IN ('uploaded', 'checking')"),
    )
    op.create_table(
        "sheet_part",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sheet_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("part_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part_rows", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=True),
        sa.Column("faults", types.JsonText(), nullable=True),
        sa.Column("checked_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["region_id", "sheet_id"],
            ["sheet.region_id", "sheet.sheet_id"],
            name=op.f("fk_sheet_part_region_id_sheet_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "sheet_id", "part_no", name=op.f("pk_sheet_part")),
        sqlite_strict=True,
    )
    op.create_table(
        "roster",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("roster_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("class_id", types.LargeInteger, nullable=False),
        sa.Column("institution_id", types.LargeInteger, nullable=False),
        sa.Column("sheet_id", types.LargeInteger, nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("created_by", types.LargeInteger, nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("superseded_at", types.Instant(), nullable=True),
        sa.CheckConstraint("persons > 0", name=op.f("ck_roster_persons")),
        sa.ForeignKeyConstraint(
            ["region_id", "class_id"],
            ["training_class.region_id", "training_class.class_id"],
            name=op.f("fk_roster_region_id_class_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "roster_id", name=op.f("pk_roster")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_roster_standing",
        "roster",
        ["region_id", "class_id"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "roster_entry",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("roster_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("holder_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("voucher_region_id", sa.Integer(), nullable=True),
        sa.Column("voucher_id", types.LargeInteger, nullable=True),
        sa.CheckConstraint(
            "(voucher_id IS NULL) = (voucher_region_id IS NULL)", name=op.f("ck_roster_entry_voucher_id")
        ),
        sa.ForeignKeyConstraint(
            ["region_id", "roster_id"],
            ["roster.region_id", "roster.roster_id"],
            name=op.f("fk_roster_entry_region_id_roster_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "roster_id", "holder_id", name=op.f("pk_roster_entry")),
        sqlite_strict=True,
    )
    op.create_table(
        "roster_offer",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("offer_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("roster_id", types.LargeInteger, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by", types.LargeInteger, nullable=False),
        sa.Column("asked_at", types.Instant(), nullable=False),
        sa.Column("first_by", types.LargeInteger, nullable=True),
        sa.Column("first_at", types.Instant(), nullable=True),
        sa.Column("second_by", types.LargeInteger, nullable=True),
        sa.Column("second_at", types.Instant(), nullable=True),
        sa.CheckConstraint(
            "state <> 'approved' OR (first_by IS NOT NULL AND second_by IS NOT NULL)",
            name=op.f("ck_roster_offer_two_persons"),
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'first_approved', 'approved', 'declined')", name=op.f("ck_roster_offer_state")
        ),
        sa.CheckConstraint("first_by IS NULL OR (first_by <> asked_by)", name=op.f("ck_roster_offer_first_by")),
        sa.CheckConstraint(
            "second_by IS NULL OR (second_by <> asked_by AND (first_by IS NULL OR second_by <> first_by))",
            name=op.f("ck_roster_offer_second_by"),
        ),
        sa.ForeignKeyConstraint(
            ["region_id", "roster_id"],
            ["roster.region_id", "roster.roster_id"],
            name=op.f("fk_roster_offer_region_id_roster_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "offer_id", name=op.f("pk_roster_offer")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_roster_offer_open",
        "roster_offer",
        ["region_id", "roster_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'declined'"),
        postgresql_where=sa.text("state <> 'declined'"),
    )
    op.add_column("occupation", sa.Column("family", sa.Text(), server_default="", nullable=False))

    if _application_is_there():
        op.execute("GRANT SELECT, INSERT, UPDATE ON sheet, roster, roster_entry, roster_offer TO voucher_app")
        op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON sheet_part, introduced_person TO voucher_app")


def downgrade() -> None:
    op.drop_column("occupation", "family")
    for table in reversed(TABLES):
        op.drop_table(table)


def _application_is_there() -> bool:
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return False
    return bind.scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = 'voucher_app'")) is not None
