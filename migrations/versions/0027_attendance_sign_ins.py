"""Tables of the stages roll_calls, sign_ins and attendance; what clerks recorded so far becomes their ticks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.database import types
from voucher_service.identifiers import new_id

revision = "0027_attendance_sign_ins"
down_revision = "0026_objections_filed"
branch_labels = None
depends_on = None

TABLES = ("roll_call", "make_up", "sign_in", "attendee", "sign_in_decision")


def upgrade() -> None:
    op.add_column("venue", sa.Column("latitude_e6", sa.Integer(), nullable=True))
    op.add_column("venue", sa.Column("longitude_e6", sa.Integer(), nullable=True))
    _create_roll_calls()
    _create_sign_ins()
    _create_decisions()
    _move_ticks()
    op.drop_table("attendance")
    if _application_is_there():
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {', '.join(TABLES)} TO voucher_app")


def _create_roll_calls() -> None:
    op.create_table(
        "roll_call",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("class_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("session_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("opened_at", types.Instant(), nullable=True),
        sa.Column("opened_by", types.LargeInteger, nullable=True),
        sa.CheckConstraint("length(salt) = 16", name=op.f("ck_roll_call_salt")),
        _of_class("roll_call"),
        sa.PrimaryKeyConstraint("region_id", "class_id", "session_no", name=op.f("pk_roll_call")),
        sqlite_strict=True,
    )
    op.create_table(
        "make_up",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("class_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("session_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("makes_up", sa.Integer(), nullable=False),
        sa.Column("starts_at", types.Instant(), nullable=False),
        sa.Column("ends_at", types.Instant(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recording", sa.Text(), nullable=False),
        sa.Column("entered_by", types.LargeInteger, nullable=False),
        sa.Column("entered_at", types.Instant(), nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=True),
        sa.CheckConstraint("session_no > 1000", name=op.f("ck_make_up_session_no")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_make_up_ends_at")),
        sa.ForeignKeyConstraint(
            ["region_id", "class_id", "makes_up"],
            ["class_session.region_id", "class_session.class_id", "class_session.session_no"],
            name=op.f("fk_make_up_region_id_class_id_makes_up"),
        ),
        sa.PrimaryKeyConstraint("region_id", "class_id", "session_no", name=op.f("pk_make_up")),
        sqlite_strict=True,
    )


def _create_sign_ins() -> None:
    op.create_table(
        "attendee",
        sa.Column("holder_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("sign_ins", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("holder_id", name=op.f("pk_attendee")),
        sqlite_strict=True,
    )
    op.create_table(
        "sign_in",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sign_in_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("class_id", types.LargeInteger, nullable=False),
        sa.Column("session_no", sa.Integer(), nullable=False),
        sa.Column("holder_region_id", sa.Integer(), nullable=True),
        sa.Column("redemption_id", types.LargeInteger, nullable=True),
        sa.Column("holder_id", types.LargeInteger, nullable=True),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("flags", sa.Text(), nullable=False),
        sa.Column("signed_at", types.Instant(), nullable=False),
        sa.Column("late_minutes", sa.Integer(), nullable=False),
        sa.Column("distance_metres", sa.Integer(), nullable=True),
        sa.Column("recorded_by", types.LargeInteger, nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.Column("device_id", types.LargeInteger, nullable=True),
        sa.Column("device_number", sa.Integer(), nullable=True),
        sa.Column("record", sa.LargeBinary(), nullable=True),
        sa.Column("nonce", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("method IN ('code', 'face', 'clerk')", name=op.f("ck_sign_in_method")),
        sa.CheckConstraint(
            "state IN ('confirmed', 'unconfirmed', 'rejected', 'voided')", name=op.f("ck_sign_in_state")
        ),
        sa.CheckConstraint("late_minutes >= 0", name=op.f("ck_sign_in_late_minutes")),
        _of_class("sign_in"),
        sa.ForeignKeyConstraint(
            ["holder_region_id", "redemption_id"],
            ["redemption.region_id", "redemption.redemption_id"],
            name=op.f("fk_sign_in_holder_region_id_redemption_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "sign_in_id", name=op.f("pk_sign_in")),
        sqlite_strict=True,
    )
    op.create_index("ix_sign_in_class", "sign_in", ["region_id", "class_id", "session_no"])
    op.create_index("ix_sign_in_holder", "sign_in", ["holder_id", "signed_at"])
    op.create_index("ix_sign_in_device", "sign_in", ["device_id", "device_number"])
    op.create_index("ix_sign_in_redemption", "sign_in", ["holder_region_id", "redemption_id"])
    _create_partial("uq_sign_in_standing", "flags = ''", ["holder_region_id", "redemption_id", "class_id", "session_no",
                                                         "method"], unique=True)  # fmt: skip
    _create_partial("ix_sign_in_flagged", "flags <> '' AND state = 'unconfirmed'", ["region_id", "sign_in_id"])
    op.create_index("uq_sign_in_nonce", "sign_in", ["nonce"], unique=True)
    op.create_index("uq_sign_in_record", "sign_in", ["record"], unique=True)


def _create_decisions() -> None:
    op.create_table(
        "sign_in_decision",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("decision_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("sign_in_id", types.LargeInteger, nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("two_persons", types.Flag(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by", types.LargeInteger, nullable=False),
        sa.Column("asked_at", types.Instant(), nullable=False),
        sa.Column("decided_by", types.LargeInteger, nullable=True),
        sa.Column("decided_at", types.Instant(), nullable=True),
        sa.CheckConstraint("verdict IN ('confirm', 'reject', 'void')", name=op.f("ck_sign_in_decision_verdict")),
        sa.CheckConstraint("state IN ('asked', 'made', 'declined')", name=op.f("ck_sign_in_decision_state")),
        sa.CheckConstraint("(state = 'asked') = (decided_by IS NULL)", name=op.f("ck_sign_in_decision_decided_by")),
        sa.CheckConstraint(
            "decided_by IS NULL OR two_persons = (decided_by <> asked_by)", name=op.f("ck_sign_in_decision_two_persons")
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_sign_in_decision_reason")),
        sa.ForeignKeyConstraint(
            ["region_id", "sign_in_id"],
            ["sign_in.region_id", "sign_in.sign_in_id"],
            name=op.f("fk_sign_in_decision_region_id_sign_in_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "decision_id", name=op.f("pk_sign_in_decision")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_sign_in_decision_open",
        "sign_in_decision",
        ["region_id", "sign_in_id"],
        unique=True,
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )


def _create_partial(name: str, where: str, columns: list[str], *, unique: bool = False) -> None:
    op.create_index(
        name, "sign_in", columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )


def _of_class(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["region_id", "class_id"],
        ["training_class.region_id", "training_class.class_id"],
        name=op.f(f"fk_{table}_region_id_class_id"),
    )


def _move_ticks() -> None:
    """Keep what was recorded: each row is a clerk's tick, whose class lies in the redemption's class region."""
    bind = op.get_bind()
    recorded = bind.execute(
        sa.text(
            "SELECT r.class_region_id, a.class_id, a.session_no, a.region_id, a.redemption_id, r.holder_id, "
            "a.recorded_by, a.recorded_at FROM attendance AS a JOIN redemption AS r "
            "ON r.region_id = a.region_id AND r.redemption_id = a.redemption_id"
        )
    ).mappings()
    for row in recorded.all():
        bind.execute(
            sa.text(
                "INSERT INTO sign_in (region_id, sign_in_id, class_id, session_no, holder_region_id, redemption_id, "
                "holder_id, method, state, flags, signed_at, late_minutes, recorded_by, recorded_at) VALUES "
                "(:class_region_id, :sign_in_id, :class_id, :session_no, :region_id, :redemption_id, :holder_id, "
                "'clerk', 'unconfirmed', '', :recorded_at, 0, :recorded_by, :recorded_at)"
            ),
            {**row, "sign_in_id": new_id()},
        )


def downgrade() -> None:
    op.create_table(
        "attendance",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("redemption_id", types.LargeInteger, autoincrement=False, nullable=False),
        sa.Column("session_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("class_id", types.LargeInteger, nullable=False),
        sa.Column("recorded_by", types.LargeInteger, nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_id", "redemption_id"],
            ["redemption.region_id", "redemption.redemption_id"],
            name=op.f("fk_attendance_region_id_redemption_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "redemption_id", "session_no", name=op.f("pk_attendance")),
        sqlite_strict=True,
    )
    op.execute(
        "INSERT INTO attendance (region_id, redemption_id, session_no, class_id, recorded_by, recorded_at) "
        "SELECT holder_region_id, redemption_id, session_no, class_id, min(recorded_by), min(recorded_at) "
        "FROM sign_in WHERE redemption_id IS NOT NULL AND session_no <= 1000 "
        "AND (state = 'confirmed' OR (state = 'unconfirmed' AND flags = '')) "
        "GROUP BY holder_region_id, redemption_id, session_no, class_id"
    )
    if _application_is_there():
        op.execute("GRANT SELECT, INSERT, UPDATE ON attendance TO voucher_app")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("venue", "longitude_e6")
    op.drop_column("venue", "latitude_e6")


def _application_is_there() -> bool:
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return False
    return bind.scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = 'voucher_app'")) is not None
