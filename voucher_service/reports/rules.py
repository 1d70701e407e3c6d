"""The funnel: how many vouchers reached each stage, from the net moves of the ledger. Pure arithmetic.

A voucher that was redeemed, given back and redeemed again is one redeemed voucher: what leads into a stage counts
plus one, what leads back out of it to an earlier stage counts minus one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple, Protocol

ISSUED: Final = "issued"
FUNNEL: Final = (ISSUED, "redeemed", "completed", "certified", "paid")
_RANK: Final = {
    "none": 0, "offered": 1, "claimed": 1, "redeemed": 2, "completed": 3, "certified": 4,
    "valued": 5, "publicised": 6, "payable": 7, "paid": 8,
}  # fmt: skip
_STAGE_RANK: Final = {ISSUED: 1, "redeemed": 2, "completed": 3, "certified": 4, "paid": 8}

DEFINITIONS: Final = {
    "certified": "有效使用＝已取证并核验（二(五)“以证换券”）。Effectively used = a verified certificate is linked.",
}
SPLIT_NOTE: Final = (
    "计划未给出 20000/5000 的县（市、区）分解；本表按附件1补贴性培训人次以最大余数法折算。"
    "The plan gives no split by region; this one is pro rata to annex 1's subsidised column, largest remainder."
)


class Counted(Protocol):
    @property
    def region_id(self) -> int: ...
    @property
    def month(self) -> int: ...
    @property
    def from_state(self) -> str: ...
    @property
    def to_state(self) -> str: ...
    @property
    def vouchers(self) -> int: ...


class Cell(NamedTuple):
    region_id: int
    month: int
    stage: str


def funnel(moves: Iterable[Counted]) -> Counter[Cell]:
    """Return net vouchers for each region, month of the event (yyyymm) and stage."""
    cells: Counter[Cell] = Counter()
    for move in moves:
        for stage in FUNNEL:
            step = _crosses(move, _STAGE_RANK[stage])
            if step:
                cells[Cell(move.region_id, move.month, stage)] += step * move.vouchers
    return cells


def _crosses(move: Counted, rank: int) -> int:
    """Return +1 when the move goes over a stage's threshold, -1 when it leads back under it, 0 otherwise."""
    before = _RANK[move.from_state]
    after = _RANK.get(move.to_state)
    if after is None:
        return 0  # an ending keeps what was reached
    return (before < rank <= after) - (after < rank <= before)


def total(cells: Counter[Cell], stage: str, region_id: int | None = None) -> int:
    return sum(
        count
        for cell, count in cells.items()
        if cell.stage == stage and (region_id is None or cell.region_id == region_id)
    )
