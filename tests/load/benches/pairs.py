"""The shape of every measurement: ours and the limit, run in turn, and the median of their ratios.

Two runs that stand next to one another share whatever else the machine is doing, so their ratio is worth keeping when
neither figure is.
"""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Pairs:
    """What was measured, in `unit`: `ours` and `limit` stand pair by pair, and no aim is reached always."""

    what: str
    against: str
    aim: float | None
    ours: tuple[float, ...]
    limit: tuple[float, ...]
    unit: str = "/s"

    @property
    def ratio(self) -> float:
        return statistics.median(ours / limit for ours, limit in zip(self.ours, self.limit, strict=True))

    def as_document(self) -> dict[str, Any]:
        medians = {"ours_median": statistics.median(self.ours), "limit_median": statistics.median(self.limit)}
        return {**asdict(self), **medians, "ratio": self.ratio, "reached": self.ratio >= (self.aim or 0)}


def take_turns(
    pairs: int, ours: Callable[[int], float], limit: Callable[[int], float]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Run both sides once for each pair, the limit first in every other one; each run is given its number."""
    results: tuple[list[float], list[float]] = ([], [])
    for number in range(pairs):
        sides = [(results[0], ours), (results[1], limit)]
        for kept, run in sides if number % 2 == 0 else reversed(sides):
            kept.append(run(number))
    return tuple(results[0]), tuple(results[1])
