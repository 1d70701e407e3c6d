"""The table of rules in docs/rules.md, made from the rulebook, the boundary tests, the rows and the pages.

.venv/bin/python -m tests.rulebook.table
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.rulebook import of_courses, of_money, of_people, of_plans, of_sign_ins
from tests.rulebook.boundaries import BOUNDARIES
from tests.rulebook.breaking import BREACHES
from voucher_service import app as _app  # noqa: F401 - importing the application declares every rule's function
from voucher_service import rulebook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "rules.md"
ROOMS: Final = (of_plans, of_people, of_courses, of_sign_ins, of_money)
"""Whose import declares the rows."""

PAGES: Final = {
    "vouchers": "/claim/<int(max=2147483647):programme_id>",
    "redemptions": "/scan/<string(length=16):training_class>",
    "classes": "/rules/classes/<string(length=16):training_class>",
    "rosters": "/institution/classes/<string(length=16):training_class>/roster",
    "roll_calls": "/institution/classes/<string(length=16):training_class>/roll-call/<int(max=9999):session_no>",
    "sign_ins": "/bureau/classes/<string(length=16):training_class>/sign-ins",
    "attendance": "/institution/classes/<string(length=16):training_class>",
    "supervision": "/institution/classes/<string(length=16):training_class>/supervision",
    "exams": "/institution/classes/<string(length=16):training_class>/exam",
    "reports": "/bureau/",
    "settlements": "/rules",
}
"""The page on which a rule of each stage is met, as it is routed; what cannot happen yet stands on /rules."""

HEAD: Final = """# The rules, from the plan to the tests

Each rule of the city's plan (R) and of the service itself (S): what decides it, where it is tested at its edge, which
test breaks it through the HTTP API and shows that nobody is paid for it, and the page on which it is met. What each
demands, in two languages with its numbers, stands on `/rules` and in `voucher-service rules list`.

This file is made by `python -m tests.rulebook.table`, and a test holds it to the code.

| rule | clause | decided by | at its edge | broken over HTTP | page |
|---|---|---|---|---|---|
"""


def text() -> str:
    """The whole document as it has to stand in docs."""
    assert all(room.__doc__ for room in ROOMS)
    return HEAD + "".join(f"| {' | '.join(cells)} |\n" for cells in _rows())


def _rows() -> Iterator[tuple[str, ...]]:
    for rule_id, demand in rulebook.demands().items():
        yield (
            rule_id,
            demand.clause or "—",
            "<br>".join(f"`{name}`" for name in sorted(demand.decided_by)) or str(demand.who_en),
            "<br>".join(_place(test) for test in BOUNDARIES.get(rule_id, ())) or "—",
            _place(BREACHES[rule_id]),
            f"`{page(demand.stage)}`",
        )


def page(stage: str) -> str:
    """A stage's page without the converters of its route."""
    parts = PAGES[stage].split("<")
    return parts[0] + "".join("<" + part.rpartition(":")[2] for part in parts[1:])


def _place(test: Callable[..., object]) -> str:
    return f"`{test.__module__.removeprefix('tests.').replace('.', '/')}.py` {test.__name__.removeprefix('test_')}"


if __name__ == "__main__":
    DOCUMENT.write_text(text(), encoding="utf-8")
