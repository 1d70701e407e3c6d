"""The quota of a programme in a region: the scarce thing that a claim takes first."""

from __future__ import annotations

from voucher_service.database import Link

TAKE_QUOTA = Link(
    "quota",
    """
    UPDATE allotment SET issued = issued + 1
    WHERE region_id = :region_id AND programme_id = :programme_id AND issued < quota
    RETURNING region_id, programme_id
    """,
    ("region_id", "programme_id"),
)
"""One more voucher of the region's quota. Parameters: region_id, programme_id."""
