from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from voucher_service.demo.tables import region_quotas
from voucher_service.simulation import plan
from voucher_service.simulation.plan import CAPACITY, ROUNDS, Fate, Manner

OPENS = datetime(2026, 1, 5, 1, tzinfo=UTC)
CLOSES = datetime(2026, 12, 31, 16, tzinfo=UTC)
PARTS = plan.cast(issued=2000, used=500, seed=7)


def test_a_seed_gives_the_same_year_and_another_seed_another() -> None:
    assert plan.cast(2000, 500, seed=7) == PARTS
    assert plan.cast(2000, 500, seed=8) != PARTS


def test_each_region_has_its_share_of_both_targets() -> None:
    assert Counter(part.region_id for part in PARTS) == Counter(region_quotas(2000))
    assert sum(part.fate is Fate.CERTIFIED for part in PARTS) == 500


def test_every_fate_and_every_manner_is_played() -> None:
    assert {part.fate for part in PARTS} == set(Fate)
    assert {part.manner for part in PARTS} == set(Manner)
    assert all(part.attends for part in PARTS if part.manner)


def test_the_rounds_hold_everybody_once_while_the_programme_is_open() -> None:
    year = plan.rounds(PARTS, OPENS, CLOSES)
    assert len(year) == ROUNDS
    assert sorted(part.number for turn in year for part in turn.parts) == list(range(2000))
    assert all(OPENS <= turn.opens_at < CLOSES for turn in year)


def test_no_class_is_over_full_and_nobody_who_attends_is_left_out() -> None:
    for turn in plan.rounds(PARTS, OPENS, CLOSES):
        classes = list(turn.classes())
        assert all(0 < len(some) <= CAPACITY for some in classes)
        assert [part for some in classes for part in some] == [part for part in turn.parts if part.attends]


def test_what_is_expected_adds_up() -> None:
    expected = plan.expected(plan.rounds(PARTS, OPENS, CLOSES))
    for cells in (expected.regions, expected.months):
        totals: Counter[str] = Counter()
        for (_, stage), count in cells.items():
            totals[stage] += count
        assert totals == {"issued": 2000, "redeemed": 615, "completed": 575, "certified": 500}


@pytest.mark.parametrize(("issued", "used"), [(10, 0), (10, 11), (0, 0)])
def test_an_impossible_year_is_not_planned(issued: int, used: int) -> None:
    with pytest.raises(ValueError, match=r"somebody|weights"):
        plan.cast(issued, used, seed=1)
