"""Suspensions of institutions as rows of their own, lifted by two persons; findings that bar stop scans as well."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0030_institutions_suspensions"
down_revision = "0029_supervision_checks"
branch_labels = None
depends_on = None

INSTITUTION = sa.table(
    "institution",
    sa.column("region_id", sa.Integer()),
    sa.column("institution_id", types.LargeInteger),
    sa.column("suspended_at", types.Instant()),
)
FINDING = sa.table(
    "institution_finding",
    sa.column("region_id", sa.Integer()),
    sa.column("institution_id", types.LargeInteger),
    sa.column("found_on", types.Day()),
    sa.column("entered_at", types.Instant()),
)
PACK = sa.table("rule_pack", sa.column("effective_from", types.Day()), sa.column("numbers", types.JsonText()))
SINCE = "audit_findings_since_year"

_LISTED = "SELECT 1 FROM blacklisting b WHERE b.region_id = i.region_id AND b.institution_id = i.institution_id"


def upgrade() -> None:
    op.create_table(
        "institution_suspension",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("institution_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("suspension_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("made_by", types.LargeInteger, nullable=True),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.Column("lift_reason", sa.Text(), nullable=True),
        sa.Column("lift_asked_by", types.LargeInteger, nullable=True),
        sa.Column("lift_asked_at", types.Instant(), nullable=True),
        sa.Column("lifted_by", types.LargeInteger, nullable=True),
        sa.Column("lifted_at", types.Instant(), nullable=True),
        sa.CheckConstraint("lifted_by <> lift_asked_by", name=op.f("ck_institution_suspension_lifted_by")),
        sa.ForeignKeyConstraint(
            ["region_id", "institution_id"],
            ["institution.region_id", "institution.institution_id"],
            name=op.f("fk_institution_suspension_region_id_institution_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "institution_id", "suspension_id", name=op.f("pk_institution_suspension")),
        sqlite_strict=True,
    )
    still_open = sa.text("lifted_at IS NULL")
    op.create_index(
        "uq_institution_suspension_open",
        "institution_suspension",
        ["region_id", "institution_id"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    _keep_what_was_suspended()
    _stop_whom_a_finding_bars()
    if _application_is_there():
        op.execute("GRANT SELECT, INSERT, UPDATE ON institution_suspension TO voucher_app")


def downgrade() -> None:
    op.drop_table("institution_suspension")


def _keep_what_was_suspended() -> None:
    """An institution that the black list did not stop was suspended by somebody, whom nobody wrote down."""
    op.execute(
        "INSERT INTO institution_suspension (region_id, institution_id, suspension_id, made_at)"
        " SELECT i.region_id, i.institution_id, i.institution_id, i.suspended_at FROM institution i"
        f" WHERE i.suspended_at IS NOT NULL AND NOT EXISTS ({_LISTED} AND b.confirmed_at = i.suspended_at)"
    )


def _stop_whom_a_finding_bars() -> None:
    bind = op.get_bind()
    newest = sa.select(PACK.c.numbers).order_by(PACK.c.effective_from.desc()).limit(1)
    if (numbers := bind.scalar(newest)) is None:
        return
    for found in bind.execute(sa.select(FINDING).order_by(FINDING.c.entered_at)).all():
        if found.found_on.year >= numbers[SINCE]:
            bind.execute(
                sa.update(INSTITUTION)
                .where(
                    INSTITUTION.c.region_id == found.region_id,
                    INSTITUTION.c.institution_id == found.institution_id,
                    INSTITUTION.c.suspended_at.is_(None),
                )
                .values(suspended_at=found.entered_at)
            )


def _application_is_there() -> bool:
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return False
    return bind.scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = 'voucher_app'")) is not None
