"""docs/rules.md says what the code says: every function, test, row and page that it names is the one that there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.rulebook.boundaries import BOUNDARIES
from tests.rulebook.breaking import BREACHES
from tests.rulebook.table import DOCUMENT, PAGES, text
from voucher_service import rulebook

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.journey.city import Town


def rules_of(test: Callable[..., None]) -> set[str] | None:
    """The rules that a test is asked about, where it is asked about several; None where it is about one thing."""
    for mark in getattr(test, "pytestmark", ()):
        names = mark.args[0] if mark.name == "parametrize" else ()
        if "rule_id" in names:
            return {case.values[0] for case in mark.args[1]}
    return None


def test_the_table_in_the_docs_is_the_one_that_the_code_makes() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == text(), "python -m tests.rulebook.table makes it anew"


@pytest.mark.parametrize("rule_id", rulebook.demands())
def test_what_a_function_decides_is_tested_at_its_edge(rule_id: str) -> None:
    tests = BOUNDARIES.get(rule_id, ())
    assert bool(tests) == bool(rulebook.demands()[rule_id].decided_by)
    for test in tests:
        assert test.__name__.startswith("test_")
        assert rule_id in (rules_of(test) or {rule_id})


def test_no_boundary_and_no_row_is_of_a_rule_that_is_not_in_the_book() -> None:
    assert BOUNDARIES.keys() <= rulebook.demands().keys()
    assert BREACHES.keys() == rulebook.demands().keys()


def test_every_page_of_the_table_is_routed(town: Town) -> None:
    routed = {rule.rule for rule in town.app.url_map.iter_rules()}
    assert set(PAGES.values()) <= routed
    assert {demand.stage for demand in rulebook.demands().values()} == PAGES.keys()


def test_a_test_of_another_rule_would_be_found() -> None:
    def about(rule_id: str) -> Any:
        return rule_id

    assert rules_of(about) is None
    marked = pytest.mark.parametrize(("rule_id", "light"), [pytest.param("R17c", "red")])(about)
    assert rules_of(marked) == {"R17c"}
