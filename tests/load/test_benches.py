"""The benches measure what they say they measure; how fast that is depends on the machine and is nobody's failure."""

from __future__ import annotations

import pytest

from tests.load.benches import reporting
from tests.load.benches.__main__ import measure

pytestmark = pytest.mark.load


def test_every_voucher_that_either_side_says_it_redeemed_is_redeemed() -> None:
    document = measure("redeem", seconds=0.1, pairs=1)
    assert document["redeemed_counted"] == document["redeemed_said"] > 0
    assert document["statements_each"] <= 2
    assert document["durability"]["fsync"] == document["durability"]["synchronous_commit"] == "on"
    assert document["lines"][0]["ratio"] > 0


def test_verification_is_held_against_the_bare_signature() -> None:
    document = measure("verify", seconds=0.05, pairs=2)
    assert {"seed", "machine", "lines"} <= document.keys()
    assert all(len(line["ours"]) == len(line["limit"]) == 2 for line in document["lines"])
    assert all(0 < line["ratio"] < 1.5 for line in document["lines"])


def test_every_voucher_that_either_side_says_it_claimed_is_there() -> None:
    document = measure("claim", seconds=0.1, pairs=1)
    assert document["claimed_counted"] == document["claimed_said"] > 0
    assert document["lines"][0]["ratio"] > 0


def test_the_funnels_count_the_vouchers_that_they_are_measured_beside() -> None:
    document = reporting.measure(seconds=0.1, pairs=1, small=200, large=6000)
    assert document["issued"] == {"small": 200, "large": 6000}
