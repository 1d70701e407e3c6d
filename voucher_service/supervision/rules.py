"""Who completed: attendance as a share of the sessions held, in thousandths, against the threshold."""

from __future__ import annotations


def attended_permille(attended: int, held: int) -> int:
    """Return thousandths, rounded down, so that nobody passes by rounding; 0 when nothing was held."""
    return attended * 1000 // held if held else 0


def completes(permille: int, *, permille_min: int) -> bool:
    return permille >= permille_min
