"""Whether an institution may act this very moment, as a link that hot statements begin with."""

from __future__ import annotations

from voucher_service.database import Link

STANDING = Link(
    "standing",
    """
    SELECT region_id, institution_id FROM institution
    WHERE region_id = :institution_region_id AND institution_id = :institution_id AND suspended_at IS NULL
    """,
    ("region_id", "institution_id"),
)
"""The institution's row, unless it is suspended. Parameters: institution_region_id, institution_id."""
