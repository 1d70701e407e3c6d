"""A class may file a further exam, for whoever completed after the first was held."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033_exams_rounds"
down_revision = "0032_sign_ins_wrong_digits"
branch_labels = None
depends_on = None

STANDING = sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    op.add_column("exam_class", sa.Column("round_no", sa.Integer(), server_default=sa.text("1"), nullable=False))
    _unique("region_id", "class_id", "round_no")


def downgrade() -> None:
    _unique("region_id", "class_id")
    op.drop_column("exam_class", "round_no")


def _unique(*columns: str) -> None:
    """A class with further exams does not fit the narrower key: then the way down stops here, and nothing is lost."""
    op.drop_index("uq_exam_class_filed", table_name="exam_class")
    op.create_index(
        "uq_exam_class_filed",
        "exam_class",
        list(columns),
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )
