"""The law of moves as rows, and the guards that let the ledger only grow.

A trigger refuses UPDATE, DELETE and (on PostgreSQL) TRUNCATE of what is append-only, whoever asks; besides, the
service's own role `voucher_app`, where it exists, is granted no more than INSERT and SELECT there.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voucher_service.ledger.rules import MOVES

revision = "0012_ledger_guards"
down_revision = "0011_certificates_results"
branch_labels = None
depends_on = None

APPEND_ONLY = ("voucher_fact", "seal", "head", "state_rule", "refused_scan", "code_session", "questionnaire")
MOVES_HERE = 30
"""Moves that exist at this revision; later ones come with their own."""


def upgrade() -> None:
    state_rule = sa.table("state_rule", *map(sa.column, ("kind", "from_state", "to_state", "number", "money")))
    op.bulk_insert(state_rule, [move._asdict() for move in MOVES if move.number <= MOVES_HERE])
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _guard_sqlite() -> None:
    for table in APPEND_ONLY:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
            )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION ledger_commit_no() RETURNS bigint LANGUAGE sql VOLATILE "
        "AS $$ SELECT pg_catalog.pg_current_xact_id()::text::bigint $$"
    )
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql "
        "AS $$ BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    # Room on each page for the new version of a row keeps redemptions heap-only.
    for table in ("voucher", "training_class", "allotment"):
        op.execute(f"ALTER TABLE {table} SET (fillfactor = 70)")
    _grant_to_application()


def _grant_to_application() -> None:
    if op.get_bind().scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = 'voucher_app'")) is None:
        return
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO voucher_app")
    for table in APPEND_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM voucher_app")
    op.execute("REVOKE INSERT ON state_rule FROM voucher_app")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in APPEND_ONLY:
            op.execute(f"DROP TRIGGER {table}_only_grows ON {table}")
        op.execute("DROP FUNCTION refuse_change()")
        op.execute("DROP FUNCTION ledger_commit_no()")
    else:
        for table in APPEND_ONLY:
            for act in ("update", "delete"):
                op.execute(f"DROP TRIGGER {table}_no_{act}")
    op.execute("DELETE FROM state_rule")
