"""Each rule of the book has a function that decides it, or says which persons do; never neither, never both."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import pytest

from voucher_service import rulebook
from voucher_service.classes.errors import SecondReviewerIsFirst
from voucher_service.classes.rules import require_another_person

if TYPE_CHECKING:
    from tests.journey.city import Town

HOMES = {"R17c": ("classes.lesson_rules.rule_r17c",), "R24": ("classes.rules.require_another_person",)}
"""Rules that one function decides, wherever else their number is met."""


@pytest.mark.parametrize("rule_id", rulebook.demands())
def test_a_function_decides_or_the_book_says_who(town: Town, rule_id: str) -> None:
    demand = rulebook.demands()[rule_id]
    page = html.unescape(town.client().get("/rules").text)
    assert f'id="{rule_id}"' in page
    if demand.decided_by:
        assert (demand.who_zh, demand.who_en) == (None, None)
        assert all(name in page for name in demand.decided_by)
    else:
        assert demand.who_zh
        assert demand.who_en
        assert demand.who_zh in page
        assert demand.who_en in page


@pytest.mark.parametrize(("rule_id", "functions"), HOMES.items())
def test_a_rule_with_one_home_has_no_second(town: Town, rule_id: str, functions: tuple[str, ...]) -> None:
    assert town.app
    assert rulebook.demands()[rule_id].decided_by == functions


def test_nobody_signs_a_review_twice() -> None:
    require_another_person([], 5, reviewers_min=2)
    require_another_person([4], 5, reviewers_min=2)
    with pytest.raises(SecondReviewerIsFirst) as refused:
        require_another_person([4, 5], 5, reviewers_min=2)
    assert refused.value.figures == {"signed": 2, "reviewers_min": 2}
