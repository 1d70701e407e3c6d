"""People who were only named on rosters: what is kept of them ends a while after the last class that named them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from voucher_service.calendar import local_date
from voucher_service.classes import service as classes
from voucher_service.database import db
from voucher_service.holders import service as holders
from voucher_service.rosters.models import Roster, RosterEntry

KEPT_DAYS: Final = 90
"""How long somebody who never logged in stays known after they were named last, and after the class's last day."""

OVER: Final = frozenset({"closed", "cancelled", "refused", "disqualified"})
"""The states in which nobody joins a class any more, whatever its days."""


def forget_unmet(now: datetime) -> int:
    """Delete name and number of people who never came, once no class can expect them; return how many.

    A roster keeps its rows, which then lead to nobody. Whoever is named at this moment is kept: naming somebody
    again holds their row and renews its time, and the deletion asks for that time once more.
    """
    before, after = now - timedelta(days=KEPT_DAYS), None
    while named := holders.introduced_before(before, after):
        unmet = set(named) - _expected_among(named, before)
        if forgotten := holders.forget_introduced(unmet, before):
            return forgotten
        after = named[-1]
    return 0


def _expected_among(person_ids: Collection[int], before: datetime) -> set[int]:
    """Those whom a class may still see: their roster stands, and it is not over or has not been for long."""
    query = (
        select(RosterEntry.holder_id, Roster.region_id, Roster.class_id)
        .join(
            Roster,
            (Roster.region_id == RosterEntry.region_id) & (Roster.roster_id == RosterEntry.roster_id),
        )
        .where(Roster.superseded_at.is_(None), RosterEntry.holder_id.in_(person_ids))
    )
    rows = db.session.execute(query).all()
    open_classes = {key for key in {row[1:] for row in rows} if _is_open(*key, before)}
    return {row.holder_id for row in rows if row[1:] in open_classes}


def _is_open(region_id: int, class_id: int, before: datetime) -> bool:
    found = classes.get(region_id, class_id)
    return found.state not in OVER and found.ends_on >= local_date(before)
