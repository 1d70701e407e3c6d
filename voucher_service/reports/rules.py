"""The funnel: how many vouchers reached each stage, from the net moves of the ledger. Pure arithmetic.

A voucher that was redeemed, given back and redeemed again is one redeemed voucher: what leads into a stage counts
plus one, what leads back out of it to an earlier stage counts minus one. An ending keeps what was reached.
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

WAITING: Final = tuple(state for state, rank in _RANK.items() if 0 < rank < _STAGE_RANK["paid"])
"""The live states in the order of a voucher's life: where one can be stuck."""

DEFINITIONS: Final = {
    "certified": "有效使用＝已取证并核验（二(五)“以证换券”）。Effectively used = a verified certificate is linked.",
    "redeemed": "有效使用＝已到班用券。Effectively used = redeemed for a seat of a class.",
    "completed": "有效使用＝已结业。Effectively used = completed the class.",
    "paid": "有效使用＝补贴已拨付。Effectively used = the subsidy is paid.",
}
"""The stage that a programme counts as effectively used → what its reports say of it."""

KEEPS_NOTE: Final = (
    "到达过该阶段即计入；其后被驳回、撤销或追回的另列。"
    "暂停办理期间不计入有效使用，解除后恢复。"
    "Counted once reached; what was rejected, revoked or recovered afterwards is shown beside it. "
    "A voucher on hold is not effectively used while the hold stands."
)
SPLIT_NOTE: Final = (
    "计划未给出 20000/5000 的县（市、区）分解；本表按附件1补贴性培训人次以最大余数法折算。"
    "The plan gives no split by region; this one is pro rata to annex 1's subsidised column, largest remainder."
)
WITHDRAWN: Final = ("rejected", "revoked", "recovered")


class Counted(Protocol):
    @property
    def region_id(self) -> int: ...
    @property
    def period(self) -> int: ...
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


class Place(NamedTuple):
    """Where vouchers stand: `period` is their month of issue."""

    region_id: int
    period: int
    state: str


def funnel(moves: Iterable[Counted]) -> Counter[Cell]:
    """Return net vouchers for each region, month of the event (yyyymm) and stage."""
    cells: Counter[Cell] = Counter()
    for move in moves:
        for stage in FUNNEL:
            step = crosses(move.from_state, move.to_state, stage)
            if step:
                cells[Cell(move.region_id, move.month, stage)] += step * move.vouchers
    return cells


def crosses(from_state: str, to_state: str, stage: str) -> int:
    """Return +1 when a move goes over a stage's threshold, -1 when it leads back under it, 0 otherwise."""
    threshold, before, after = _STAGE_RANK[stage], _RANK[from_state], _RANK.get(to_state)
    if after is None:
        return 0  # an ending keeps what was reached
    return (before < threshold <= after) - (after < threshold <= before)


def standing(moves: Iterable[Counted]) -> Counter[Place]:
    """Return how many vouchers stand in each state, by region and month of issue."""
    places: Counter[Place] = Counter()
    for move in moves:
        places[Place(move.region_id, move.period, move.to_state)] += move.vouchers
        if move.from_state != "none":
            places[Place(move.region_id, move.period, move.from_state)] -= move.vouchers
    return places


def without(cells: Counter[Cell], held: Counter[Cell]) -> Counter[Cell]:
    """Return what is left of the cells when the vouchers that stand still are taken out of them."""
    left = Counter(cells)
    left.subtract(held)
    return left


def total(cells: Counter[Cell], stage: str, region_id: int | None = None) -> int:
    return sum(
        count
        for cell, count in cells.items()
        if cell.stage == stage and (region_id is None or cell.region_id == region_id)
    )


def in_month(cells: Counter[Cell], stage: str, month: int) -> int:
    return sum(count for cell, count in cells.items() if cell.stage == stage and cell.month == month)
