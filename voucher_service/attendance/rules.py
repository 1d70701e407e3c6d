"""Who completed, by attendance in thousandths of the sessions held; and what money the close of a class frees."""

from __future__ import annotations


def attended_permille(attended: int, held: int) -> int:
    """Return thousandths, rounded down, so that nobody passes by rounding; 0 when nothing was held."""
    return attended * 1000 // held if held else 0


def completes(permille: int, *, permille_min: int) -> bool:
    return permille >= permille_min


def freed_fen(capacity: int, standard_fen: int, kept_fen: int) -> int:
    """Return what a class no longer needs of its promise of one standard a seat; `kept_fen` is still reserved."""
    return capacity * standard_fen - kept_fen
