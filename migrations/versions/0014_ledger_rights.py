"""The service's role loses the rights that it never uses: no row of the ledger's or of money's is ever deleted.

Only what time makes worthless, or a person may have erased, keeps DELETE; the schema's version is nobody's to write.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014_ledger_rights"
down_revision = "0013_programmes_occupations"
branch_labels = None
depends_on = None

NEVER_DELETED = (
    *("rollup", "region_log", "tree_tile", "programme", "allotment", "rule_pack", "standard"),
    *("voucher", "redemption", "certificate", "attendance", "training_class", "class_session", "class_opinion"),
    *("institution", "licence", "staff_account", "api_client", "holder_access"),
)


def upgrade() -> None:
    if _application_is_there():
        op.execute(f"REVOKE DELETE ON {', '.join(NEVER_DELETED)} FROM voucher_app")
        op.execute("REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM voucher_app")


def downgrade() -> None:
    if _application_is_there():
        op.execute(f"GRANT DELETE ON {', '.join(NEVER_DELETED)} TO voucher_app")
        op.execute("GRANT INSERT, UPDATE, DELETE ON alembic_version TO voucher_app")


def _application_is_there() -> bool:
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return False
    return bind.scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = 'voucher_app'")) is not None
