"""Every rule of the rulebook, broken by itself through the HTTP API: told with clause and figure, and never paid.

A rule without a row fails here, and so does a row for a rule that the rulebook does not have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rulebook import of_courses, of_money, of_people, of_plans, of_sign_ins
from tests.rulebook.breaking import BREACHES, assert_shut, assert_unpaid, certified_door
from voucher_service import rulebook

if TYPE_CHECKING:
    from tests.journey.city import Town

ROOMS = (of_plans, of_people, of_courses, of_sign_ins, of_money)
"""Whose import declares the rows."""


def test_every_rule_has_a_row_and_no_row_is_of_another_rule() -> None:
    assert all(room.__doc__ for room in ROOMS)
    assert set(BREACHES) == set(rulebook.demands())


@pytest.mark.parametrize("rule_id", rulebook.demands())
def test_what_breaks_one_rule_is_told_its_clause_and_figure_and_is_not_paid(town: Town, rule_id: str) -> None:
    demand, broken = rulebook.demands()[rule_id], BREACHES[rule_id](town)
    if broken.refuses:
        assert "refuse" in demand.kinds or "warn" in demand.kinds
        assert demand.clause is None or broken.told["clause"] == demand.clause
        assert broken.unpaid or broken.shut or broken.never_drafted
    assert broken.told.get("figures", {}).items() >= broken.figures.items()
    for planned in broken.shut:
        assert_shut(planned)
    for worker in broken.unpaid:
        assert_unpaid(worker)


def test_a_class_that_breaks_no_rule_gives_its_voucher_a_value(town: Town) -> None:
    door, trainee, certified = certified_door(town)
    assert certified.status_code == 200, certified.text
    with pytest.raises(AssertionError):
        assert_unpaid(trainee.worker)
    assert door.seated == [trainee]
