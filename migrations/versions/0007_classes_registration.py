"""Tables of the stage classes: registration."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0007_classes_registration"
down_revision = "0006_programmes_quotas"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "training_class",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("class_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("institution_id", types.LargeInteger, nullable=False),
        sa.Column("occupation_code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("certificate_type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("seats_taken", sa.Integer(), nullable=False),
        sa.Column("standard_fen", types.LargeInteger, nullable=False),
        sa.Column("enrols_until", types.Instant(), nullable=False),
        sa.Column("starts_on", types.Day(), nullable=False),
        sa.Column("ends_on", types.Day(), nullable=False),
        sa.Column("rule_pack_id", sa.Integer(), nullable=False),
        sa.Column("plan", types.JsonText(), nullable=False),
        sa.Column("submitted_at", types.Instant(), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'industry_approved', 'approved', 'in_session', 'ended', 'exam_filed', 'examined', 'closed', 'suspended', 'disqualified', 'refused', 'cancelled')",
            name=op.f("ck_training_class_state"),
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_training_class_ends_on")),
        sa.CheckConstraint("seats_taken BETWEEN 0 AND capacity", name=op.f("ck_training_class_seats_taken")),
        sa.CheckConstraint("standard_fen >= 0", name=op.f("ck_training_class_standard_fen")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.programme_id"], name=op.f("fk_training_class_programme_id")
        ),
        sa.ForeignKeyConstraint(
            ["region_id", "institution_id"],
            ["institution.region_id", "institution.institution_id"],
            name=op.f("fk_training_class_region_id_institution_id"),
        ),
        sa.ForeignKeyConstraint(
            ["rule_pack_id"], ["rule_pack.rule_pack_id"], name=op.f("fk_training_class_rule_pack_id")
        ),
        sa.PrimaryKeyConstraint("region_id", "class_id", name=op.f("pk_training_class")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_training_class_institution", "training_class", ["region_id", "institution_id", "class_id"], unique=False
    )
    op.create_table(
        "class_opinion",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("class_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("turn", sa.Text(), nullable=False),
        sa.Column("person_id", types.LargeInteger, nullable=False),
        sa.Column("account_id", types.LargeInteger, nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("given_at", types.Instant(), nullable=False),
        sa.CheckConstraint("step IN ('industry', 'bureau')", name=op.f("ck_class_opinion_step")),
        sa.CheckConstraint("turn IN ('first', 'second')", name=op.f("ck_class_opinion_turn")),
        sa.CheckConstraint("verdict IN ('approve', 'refuse')", name=op.f("ck_class_opinion_verdict")),
        sa.ForeignKeyConstraint(
            ["region_id", "class_id"],
            ["training_class.region_id", "training_class.class_id"],
            name=op.f("fk_class_opinion_region_id_class_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "class_id", "step", "turn", name=op.f("pk_class_opinion")),
        sa.UniqueConstraint(
            "region_id",
            "class_id",
            "step",
            "person_id",
            name=op.f("uq_class_opinion_region_id_class_id_step_person_id"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "class_session",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("class_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("session_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("starts_at", types.Instant(), nullable=False),
        sa.Column("ends_at", types.Instant(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('theory', 'practical', 'online')", name=op.f("ck_class_session_kind")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_class_session_ends_at")),
        sa.ForeignKeyConstraint(
            ["region_id", "class_id"],
            ["training_class.region_id", "training_class.class_id"],
            name=op.f("fk_class_session_region_id_class_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "class_id", "session_no", name=op.f("pk_class_session")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("class_session")
    op.drop_table("class_opinion")
    op.drop_table("training_class")
