"""How far two points of the city lie apart, in whole metres and whole numbers throughout.

A degree is taken as 111,195 m, and the earth as flat between the two: within the city that errs by less than a metre
in a thousand, on a question that is asked in hundreds of metres.
"""

from __future__ import annotations

from math import isqrt
from typing import Final, NamedTuple

_METRES_A_DEGREE: Final = 111_195
_E6: Final = 1_000_000
_E9: Final = 1_000_000_000
_RADIAN_E9_A_DEGREE: Final = 17_453_293


class Point(NamedTuple):
    """A place on the earth in millionths of a degree, WGS 84."""

    latitude_e6: int
    longitude_e6: int


def distance_metres(one: Point, other: Point) -> int:
    north = (one.latitude_e6 - other.latitude_e6) * _METRES_A_DEGREE // _E6
    turn = abs(one.longitude_e6 - other.longitude_e6)
    east = min(turn, 360 * _E6 - turn) * _METRES_A_DEGREE // _E6
    return isqrt(north**2 + (east * _cosine_e9((one.latitude_e6 + other.latitude_e6) // 2) // _E9) ** 2)


def _cosine_e9(latitude_e6: int) -> int:
    """The cosine of a latitude in billionths, by five terms of its series."""
    squared = (latitude_e6 * _RADIAN_E9_A_DEGREE // _E6) ** 2 // _E9
    term, cosine = _E9, _E9
    for divisor in (2, 12, 30, 56, 90):  # 1·2, 3·4, 5·6, 7·8, 9·10
        term = -(term * squared // (_E9 * divisor))
        cosine += term
    return max(cosine, 0)
