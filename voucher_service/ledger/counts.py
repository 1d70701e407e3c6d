"""Counts that are exact at every instant: what the sealer has folded, plus the facts that it has not taken yet."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, select, text

from voucher_service.database import db
from voucher_service.ledger.models import RegionLog
from voucher_service.ledger.sealing import REGIONS

_UNSEALED = {
    # The planner cannot know that the tail is short. A closed range behind OFFSET 0 makes it use the index.
    "postgresql": (
        "CROSS JOIN LATERAL (SELECT * FROM voucher_fact WHERE voucher_fact.region_id = region.region_id AND "
        "commit_no BETWEEN region.next_commit_no AND 9223372036854775807 OFFSET 0) AS fact"
    ),
    "sqlite": (
        "CROSS JOIN voucher_fact AS fact ON fact.region_id = region.region_id AND "
        "fact.commit_no >= region.next_commit_no"
    ),
}
_STATEMENT = """
SELECT region_id, programme_id, period, month, kind, from_state, to_state,
       CAST(sum(vouchers) AS bigint) AS vouchers, CAST(sum(fen) AS bigint) AS fen
FROM (
    SELECT region_id, programme_id, period, month, kind, from_state, to_state, vouchers, fen FROM rollup
    UNION ALL
    SELECT fact.region_id, programme_id, period, month, kind, from_state, to_state, 1, amount_fen
    FROM region {unsealed}
) AS moved
GROUP BY region_id, programme_id, period, month, kind, from_state, to_state
ORDER BY region_id, programme_id, period, month, kind, from_state, to_state
"""


class Count(NamedTuple):
    """How many vouchers, and how many fen, made one move in one month (yyyymm); `period` is their month of issue."""

    region_id: int
    programme_id: int
    period: int
    month: int
    kind: str
    from_state: str
    to_state: str
    vouchers: int
    fen: int


def counts() -> list[Count]:
    """Return every count, in one statement and so from one snapshot; a fact is in it as soon as it is committed."""
    statement = REGIONS + _STATEMENT.format(unsealed=_UNSEALED[db.engine.dialect.name])
    return [Count(*row) for row in db.session.execute(text(statement))]


def sealed_facts() -> int:
    """Return how many facts the trees of all regions hold."""
    return db.session.scalar(select(func.sum(RegionLog.tree_size))) or 0
