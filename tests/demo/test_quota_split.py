from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voucher_service.demo.quota_split import split
from voucher_service.demo.tables import region_quotas, subsidised_trainings

weights_of_regions = st.dictionaries(st.integers(), st.integers(0, 10**6), min_size=1, max_size=12).filter(
    lambda weights: any(weights.values())
)


def test_the_year_s_vouchers_are_divided_by_annex_1() -> None:
    assert region_quotas(20_000) == {
        411281: 1281,
        411221: 3169,
        411203: 2781,
        411202: 2375,
        411282: 6500,
        411224: 2982,
        411271: 331,
        411272: 581,
        411200: 0,
    }
    assert sum(region_quotas(5_000).values()) == 5_000


@given(st.integers(0, 10**7), weights_of_regions)
def test_nothing_is_lost_and_every_share_is_within_one_of_its_due(total: int, weights: dict[int, int]) -> None:
    shares = split(total, weights)
    whole = sum(weights.values())
    assert shares.keys() == weights.keys()
    assert sum(shares.values()) == total
    assert all(abs(shares[key] * whole - total * weight) < whole for key, weight in weights.items())
    assert all(shares[key] == 0 for key, weight in weights.items() if weight == 0)


@given(st.integers(0, 10**6), weights_of_regions)
def test_a_greater_weight_never_receives_less(total: int, weights: dict[int, int]) -> None:
    shares = split(total, weights)
    by_weight = sorted(weights, key=lambda key: (weights[key], shares[key]))
    assert [shares[key] for key in by_weight] == sorted(shares.values())


@given(st.integers(0, 10**6), weights_of_regions)
def test_an_exact_division_is_kept_exact(factor: int, weights: dict[int, int]) -> None:
    assert split(factor * sum(weights.values()), weights) == {key: factor * weight for key, weight in weights.items()}


def test_among_equal_remainders_the_earlier_key_comes_first() -> None:
    assert split(2, {"west": 1, "north": 1, "east": 1}) == {"west": 1, "north": 1, "east": 0}


@pytest.mark.parametrize(("total", "weights"), [(5, {}), (5, {1: 0}), (-1, {1: 1}), (5, {1: 3, 2: -1})])
def test_a_split_without_proportion_is_turned_down(total: int, weights: dict[int, int]) -> None:
    with pytest.raises(ValueError, match="split"):
        split(total, weights)


def test_the_subsidised_column_sums_to_the_annex_total() -> None:
    assert sum(subsidised_trainings().values()) == 32_000
