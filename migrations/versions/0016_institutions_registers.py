"""Registers of institutions, bookings of classes, and rule packs that wait for a second person.

What an institution owns by its nature it keeps: the new columns are empty for institutions, classes and packs that are
there already, which means what they meant before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0016_institutions_registers"
down_revision = "0015_institutions_devices"
branch_labels = None
depends_on = None

ONLY_GROWS = ("institution_finding",)
KEPT = ("region_consent", "blacklisting", "teacher", "venue", "bookable", "booking", "rule_pack_proposal")
COLUMNS = {
    "institution": (("schooling_licence", types.Flag()), ("registered_on", types.Day())),
    "training_class": (("held_in_region_id", sa.Integer()), ("apprentices_of", sa.Text())),
    "rule_pack": (("texts", types.JsonText()),),
}


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for name, kind in columns:
            op.add_column(table, sa.Column(name, kind, nullable=True))
    _create_registers()
    _create_people_and_places()
    _create_bookings()
    op.create_table(
        "rule_pack_proposal",
        sa.Column("proposal_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("effective_from", types.Day(), nullable=False),
        sa.Column("numbers", types.JsonText(), nullable=False),
        sa.Column("texts", types.JsonText(), nullable=False),
        sa.Column("proposed_by", types.LargeInteger, nullable=False),
        sa.Column("proposed_at", types.Instant(), nullable=False),
        sa.Column("decided_by", types.LargeInteger, nullable=True),
        sa.Column("decided_at", types.Instant(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("ck_rule_pack_proposal_decided_by")),
        sa.CheckConstraint("verdict IN ('adopt', 'drop')", name=op.f("ck_rule_pack_proposal_verdict")),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_rule_pack_proposal")),
        sqlite_strict=True,
    )
    _guard()
    _grant_to_application()


def _of_institution(table: str, key: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("institution_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column(key, types.LargeInteger, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["region_id", "institution_id"],
            ["institution.region_id", "institution.institution_id"],
            name=op.f(f"fk_{table}_region_id_institution_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "institution_id", key, name=op.f(f"pk_{table}")),
    ]


def _entered() -> list[sa.Column[object]]:
    return [
        sa.Column("entered_by", types.LargeInteger, nullable=False),
        sa.Column("entered_at", types.Instant(), nullable=False),
    ]


def _confirmed() -> list[sa.Column[object]]:
    return [
        sa.Column("confirmed_by", types.LargeInteger, nullable=True),
        sa.Column("confirmed_at", types.Instant(), nullable=True),
    ]


def _unique_while(name: str, table: str, columns: list[str], still: str) -> None:
    op.create_index(
        name,
        table,
        columns,
        unique=True,
        sqlite_where=sa.text(f"{still} IS NULL"),
        postgresql_where=sa.text(f"{still} IS NULL"),
    )


def _create_registers() -> None:
    op.create_table(
        "institution_finding",
        *_of_institution("institution_finding", "finding_id"),
        sa.Column("found_on", types.Day(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        *_entered(),
        sqlite_strict=True,
    )
    op.create_table(
        "region_consent",
        *_of_institution("region_consent", "consent_id"),
        sa.Column("into_region_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("valid_from", types.Day(), nullable=False),
        sa.Column("valid_until", types.Day(), nullable=False),
        *_entered(),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_region_consent_valid_until")),
        sqlite_strict=True,
    )
    op.create_table(
        "blacklisting",
        *_of_institution("blacklisting", "blacklisting_id"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("listed_from", types.Day(), nullable=False),
        sa.Column("listed_until", types.Day(), nullable=True),
        sa.Column("asked_by", types.LargeInteger, nullable=False),
        sa.Column("asked_at", types.Instant(), nullable=False),
        *_confirmed(),
        sa.Column("exit_reason", sa.Text(), nullable=True),
        sa.Column("exit_asked_by", types.LargeInteger, nullable=True),
        sa.Column("exit_asked_at", types.Instant(), nullable=True),
        sa.Column("exit_confirmed_by", types.LargeInteger, nullable=True),
        sa.Column("exit_confirmed_at", types.Instant(), nullable=True),
        sa.CheckConstraint("confirmed_by <> asked_by", name=op.f("ck_blacklisting_confirmed_by")),
        sa.CheckConstraint("exit_confirmed_by <> exit_asked_by", name=op.f("ck_blacklisting_exit_confirmed_by")),
        sa.CheckConstraint("listed_until >= listed_from", name=op.f("ck_blacklisting_listed_until")),
        sqlite_strict=True,
    )
    _unique_while("uq_blacklisting_open", "blacklisting", ["region_id", "institution_id"], "exit_confirmed_at")


def _create_people_and_places() -> None:
    op.create_table(
        "teacher",
        *_of_institution("teacher", "teacher_id"),
        sa.Column("holder_id", types.LargeInteger, nullable=False),
        sa.Column("qualification", sa.Text(), nullable=False),
        sa.Column("teaching_certificate", types.Flag(), nullable=False),
        sa.Column("valid_until", types.Day(), nullable=True),
        *_entered(),
        *_confirmed(),
        sa.Column("left_at", types.Instant(), nullable=True),
        sa.CheckConstraint("confirmed_by <> entered_by", name=op.f("ck_teacher_confirmed_by")),
        sqlite_strict=True,
    )
    _unique_while("uq_teacher_holder", "teacher", ["region_id", "institution_id", "holder_id"], "left_at")
    op.create_table(
        "venue",
        *_of_institution("venue", "venue_id"),
        sa.Column("place_key", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("workstations", sa.Integer(), nullable=False),
        *_entered(),
        *_confirmed(),
        sa.Column("closed_at", types.Instant(), nullable=True),
        sa.CheckConstraint("kind IN ('theory', 'practical')", name=op.f("ck_venue_kind")),
        sa.CheckConstraint("workstations BETWEEN 0 AND 10000", name=op.f("ck_venue_workstations")),
        sa.CheckConstraint("confirmed_by <> entered_by", name=op.f("ck_venue_confirmed_by")),
        sqlite_strict=True,
    )
    _unique_while("uq_venue_place", "venue", ["region_id", "institution_id", "place_key"], "closed_at")


def _create_bookings() -> None:
    op.create_table(
        "bookable",
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("bookings", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("resource", name=op.f("pk_bookable")),
        sqlite_strict=True,
    )
    op.create_table(
        "booking",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("class_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("session_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("starts_at", types.Instant(), nullable=False),
        sa.Column("ends_at", types.Instant(), nullable=False),
        sa.Column("released_at", types.Instant(), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_booking_ends_at")),
        sa.ForeignKeyConstraint(["resource"], ["bookable.resource"], name=op.f("fk_booking_resource")),
        sa.ForeignKeyConstraint(
            ["region_id", "class_id", "session_no"],
            ["class_session.region_id", "class_session.class_id", "class_session.session_no"],
            name=op.f("fk_booking_region_id_class_id_session_no"),
        ),
        sa.PrimaryKeyConstraint("region_id", "class_id", "session_no", "resource", name=op.f("pk_booking")),
        sqlite_strict=True,
    )
    _unique_while("uq_booking_start", "booking", ["resource", "starts_at"], "released_at")


def _guard() -> None:
    for table in ONLY_GROWS:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
            continue
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
            )


def _grant_to_application() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    if op.get_bind().scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = 'voucher_app'")) is None:
        return
    op.execute(f"GRANT SELECT, INSERT ON {', '.join(ONLY_GROWS)} TO voucher_app")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {', '.join(KEPT)} TO voucher_app")


def downgrade() -> None:
    for table in ("rule_pack_proposal", "booking", "bookable", "venue", "teacher"):
        op.drop_table(table)
    for table in ("blacklisting", "region_consent", "institution_finding"):
        op.drop_table(table)
    for table, columns in COLUMNS.items():
        for name, _ in columns:
            op.drop_column(table, name)
