"""The redemptions of a class are found by the class's region, not by the holder's."""

from __future__ import annotations

from alembic import op

revision = "0035_redemptions_by_class"
down_revision = "0034_programmes_working_years"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _index("class_region_id")


def downgrade() -> None:
    _index("region_id")


def _index(region: str) -> None:
    op.drop_index("ix_redemption_class", table_name="redemption")
    op.create_index("ix_redemption_class", "redemption", [region, "class_id"])
