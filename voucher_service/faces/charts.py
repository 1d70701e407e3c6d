"""Where the points of a drawn chart lie. Pages draw them as SVG; the same numbers stand in a table beneath."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

WIDTH, HEIGHT = 440, 250
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 16, 34
GRID_LINES: Final = 4


@dataclass(frozen=True, slots=True)
class PaceChart:
    """A line of what is reached, a straight line of what is due, and a dashed one to the forecast.

    Points are SVG's `x,y x,y …`; `grid` are (y, label), `months` are (x, label).
    """

    reached: str
    due: str
    ahead: str
    last: tuple[int, int] | None
    expected: tuple[int, int, int] | None
    """Where the forecast ends: x, and y of its upper and lower bound."""
    grid: Sequence[tuple[int, str]]
    months: Sequence[tuple[int, str]]


def pace_chart(line: Mapping[str, Any]) -> PaceChart:
    """Lay out one line of `reports.funnel_report(…)["pace"]`."""
    months, forecast = line["months"], line["forecast"]
    reached = [month["reached"] for month in months if month["reached"] is not None]
    top = _round_up(max([line["target"], *reached, (forecast or {}).get("expected", 0), 1]))
    xs = [_x(at, len(months)) for at in range(len(months) + 1)]
    points = [(xs[0], _y(0, top)), *((xs[at], _y(count, top)) for at, count in enumerate(reached, start=1))]
    ahead = [points[-1], (xs[-1], _y(forecast["expected"], top))] if forecast else []
    return PaceChart(
        reached=_points(points),
        due=_points(
            [(xs[0], _y(0, top)), *((xs[at], _y(month["due"], top)) for at, month in enumerate(months, start=1))]
        ),
        ahead=_points(ahead),
        last=points[-1] if reached else None,
        expected=_bounds(forecast, xs[-1], top) if forecast else None,
        grid=[(_y(top * at // GRID_LINES, top), f"{top * at // GRID_LINES:,}") for at in range(GRID_LINES + 1)],
        months=[(xs[at], str(month["month"] % 100)) for at, month in enumerate(months, start=1)],
    )


def _bounds(forecast: Mapping[str, Any], x: int, top: int) -> tuple[int, int, int]:
    error = forecast["error"] or 0
    return x, _y(min(forecast["expected"] + error, top), top), _y(max(forecast["expected"] - error, 0), top)


def _x(at: int, steps: int) -> int:
    return LEFT + (WIDTH - LEFT - RIGHT) * at // max(steps, 1)


def _y(count: int, top: int) -> int:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * count // top


def _points(points: Iterable[tuple[int, int]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)


def _round_up(count: int) -> int:
    """The next number that four grid lines divide evenly and that reads well."""
    step = 4
    while step * 10 <= count:
        step *= 10
    return -(-count // step) * step


TILE, GAP = 84, 5
_PLACES: Final = {
    411272: (0, 0), 411202: (1, 0), 411271: (2, 0), 411221: (3, 0), 411281: (4, 0),
    411282: (0, 1), 411203: (1, 1), 411200: (2, 1), 411224: (1, 2),
}  # fmt: skip
"""Region → column and row, roughly as they lie: the Yellow River above, the mountains below."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One region of the tile map; `shade` is 0 to 4, a fifth of its quota each."""

    region_id: int
    x: int
    y: int
    permille: int | None
    shade: int


def region_tiles(regions: Iterable[Mapping[str, Any]]) -> list[Tile]:
    """Lay out the regions of `reports.funnel_report(…)["regions"]` by the share of their quota that is issued."""
    tiles = []
    for region in regions:
        column, row = _PLACES.get(region["region_id"], (4, 2))
        permille = region["reached"]["issued"] * 1000 // region["quota"] if region["quota"] else None
        shade = min((permille or 0) // 200, 4)
        tiles.append(Tile(region["region_id"], column * (TILE + GAP), row * (TILE + GAP), permille, shade))
    return tiles
