"""Dividing a quota among the regions: pro rata, by largest remainder.

The plan sets 20,000 vouchers issued and 5,000 used for the whole city and gives no county its share (二(五)). The
service divides both by the column of subsidised trainings in annex 1. 市本级 has no figure there, so it receives none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

Key = TypeVar("Key")


def split(total: int, weights: Mapping[Key, int]) -> dict[Key, int]:
    """Divide `total` in proportion to `weights`: integers that add up to `total`, each within one of its exact share.

    What rounding down leaves over goes, one each, to the largest remainders; among equal ones to the greater weight,
    then to the earlier key. A weight of 0 receives 0. Raises ValueError if there is nothing to be proportional to.
    """
    whole = sum(weights.values())
    if total < 0 or whole <= 0 or min(weights.values()) < 0:
        raise ValueError("a split needs a total and weights that are not negative, and one weight above 0")
    shares = {key: total * weight // whole for key, weight in weights.items()}
    by_claim = sorted(weights, key=lambda key: (total * weights[key] % whole, weights[key]), reverse=True)
    for key in by_claim[: total - sum(shares.values())]:
        shares[key] += 1
    return shares
