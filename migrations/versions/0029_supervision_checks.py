"""Tables of the stage supervision: inspections, recordings with their judgements, the survey, and online sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types

revision = "0029_supervision_checks"
down_revision = "0028_certificates_registry"
branch_labels = None
depends_on = None

ONLY_GROW = ("inspection", "recording", "recording_judgement", "survey_answer", "online_record")


def upgrade() -> None:
    _create_inspections()
    _create_recordings()
    _create_survey()
    _create_online_records()
    _guard()


def downgrade() -> None:
    for table in ("online_record", "survey_round", "survey_answer", "recording_judgement", "recording", "inspection"):
        op.drop_table(table)


def _create_inspections() -> None:
    op.create_table(
        "inspection",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("inspection_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("class_id", types.LargeInteger, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("place_no", sa.Integer(), nullable=True),
        sa.Column("inspected_at", types.Instant(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("teachers", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("photo", sa.Text(), nullable=False),
        sa.Column("photo_sha256", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("corrects_id", types.LargeInteger, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_by", types.LargeInteger, nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.CheckConstraint("kind IN ('first_day', 'mid_course', 'unannounced')", name=op.f("ck_inspection_kind")),
        sa.CheckConstraint(
            "standing IN ('counts', 'outside_days', 'outside_sessions')", name=op.f("ck_inspection_standing")
        ),
        sa.CheckConstraint("teachers >= 0 AND present >= 0", name=op.f("ck_inspection_present")),
        sa.CheckConstraint("corrects_id IS NULL OR reason <> ''", name=op.f("ck_inspection_reason")),
        _of_class("inspection"),
        sa.ForeignKeyConstraint(
            ["region_id", "corrects_id"],
            ["inspection.region_id", "inspection.inspection_id"],
            name=op.f("fk_inspection_region_id_corrects_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "inspection_id", name=op.f("pk_inspection")),
        sa.UniqueConstraint("region_id", "corrects_id", name=op.f("uq_inspection_region_id_corrects_id")),
        sa.UniqueConstraint(
            "region_id", "class_id", "kind", "place_no", name=op.f("uq_inspection_region_id_class_id_kind_place_no")
        ),
        sqlite_strict=True,
    )


def _create_recordings() -> None:
    op.create_table(
        "recording",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recording_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("class_id", types.LargeInteger, nullable=False),
        sa.Column("session_no", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("starts_at", types.Instant(), nullable=False),
        sa.Column("ends_at", types.Instant(), nullable=False),
        sa.Column("kept_until", types.Day(), nullable=False),
        sa.Column("recorded_by", types.LargeInteger, nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_recording_ends_at")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_recording_sha256")),
        _of_session("recording"),
        sa.PrimaryKeyConstraint("region_id", "recording_id", name=op.f("pk_recording")),
        sa.UniqueConstraint("sha256", name=op.f("uq_recording_sha256")),
        sqlite_strict=True,
    )
    op.create_index("ix_recording_class", "recording", ["region_id", "class_id", "session_no"], unique=False)
    op.create_table(
        "recording_judgement",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recording_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shows_everyone", types.Flag(), nullable=False),
        sa.Column("effective", types.Flag(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("judged_by", types.LargeInteger, nullable=False),
        sa.Column("judged_at", types.Instant(), nullable=False),
        sa.CheckConstraint("present >= 0", name=op.f("ck_recording_judgement_present")),
        sa.CheckConstraint("revision = 1 OR note <> ''", name=op.f("ck_recording_judgement_note")),
        sa.ForeignKeyConstraint(
            ["region_id", "recording_id"],
            ["recording.region_id", "recording.recording_id"],
            name=op.f("fk_recording_judgement_region_id_recording_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "recording_id", "revision", name=op.f("pk_recording_judgement")),
        sqlite_strict=True,
    )


def _create_survey() -> None:
    op.create_table(
        "survey_answer",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("redemption_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("round_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("class_region_id", sa.Integer(), nullable=False),
        sa.Column("class_id", types.LargeInteger, nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("answered_at", types.Instant(), nullable=False),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_survey_answer_score")),
        sa.ForeignKeyConstraint(
            ["region_id", "redemption_id"],
            ["redemption.region_id", "redemption.redemption_id"],
            name=op.f("fk_survey_answer_region_id_redemption_id"),
        ),
        sa.ForeignKeyConstraint(
            ["class_region_id", "class_id"],
            ["training_class.region_id", "training_class.class_id"],
            name=op.f("fk_survey_answer_class_region_id_class_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "redemption_id", "round_no", name=op.f("pk_survey_answer")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_survey_answer_class", "survey_answer", ["class_region_id", "class_id", "round_no"], unique=False
    )
    op.create_table(
        "survey_round",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("class_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("round_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("satisfied", sa.Integer(), nullable=False),
        sa.Column("answers_needed", sa.Integer(), nullable=False),
        sa.Column("passed", types.Flag(), nullable=False),
        sa.Column("repair_until", types.Day(), nullable=True),
        sa.Column("closed_by", types.LargeInteger, nullable=False),
        sa.Column("closed_at", types.Instant(), nullable=False),
        sa.Column("reopened_by", types.LargeInteger, nullable=True),
        sa.Column("reopened_at", types.Instant(), nullable=True),
        sa.Column("repaired_by", sa.Text(), nullable=False),
        sa.CheckConstraint("satisfied BETWEEN 0 AND answers", name=op.f("ck_survey_round_satisfied")),
        sa.CheckConstraint("passed = (repair_until IS NULL)", name=op.f("ck_survey_round_repair_until")),
        sa.CheckConstraint("(reopened_at IS NULL) = (reopened_by IS NULL)", name=op.f("ck_survey_round_reopened_by")),
        _of_class("survey_round"),
        sa.PrimaryKeyConstraint("region_id", "class_id", "round_no", name=op.f("pk_survey_round")),
        sqlite_strict=True,
    )


def _create_online_records() -> None:
    op.create_table(
        "online_record",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("record_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("class_id", types.LargeInteger, nullable=False),
        sa.Column("session_no", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("faults", types.JsonText(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_by", types.LargeInteger, nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.CheckConstraint("source IN ('platform', 'inspector')", name=op.f("ck_online_record_source")),
        _of_session("online_record"),
        sa.PrimaryKeyConstraint("region_id", "record_id", name=op.f("pk_online_record")),
        sqlite_strict=True,
    )
    op.create_index("ix_online_record_class", "online_record", ["region_id", "class_id", "session_no"], unique=False)


def _of_class(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["region_id", "class_id"],
        ["training_class.region_id", "training_class.class_id"],
        name=op.f(f"fk_{table}_region_id_class_id"),
    )


def _of_session(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["region_id", "class_id", "session_no"],
        ["class_session.region_id", "class_session.class_id", "class_session.session_no"],
        name=op.f(f"fk_{table}_region_id_class_id_session_no"),
    )


def _guard() -> None:
    """What somebody saw, filmed or answered is corrected by another row, never rewritten."""
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
        op.execute("GRANT SELECT, INSERT, UPDATE ON survey_round TO voucher_app")
        op.execute(f"GRANT SELECT, INSERT ON {', '.join(ONLY_GROW)} TO voucher_app")
