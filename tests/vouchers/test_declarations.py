"""What a claim declares of schooling and work, and the bound that the voucher carries for it: R16 and R17j."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.journey.city import ANSWERS
from tests.journey.town import claimed, newcomer, refused, row
from voucher_service.vouchers import service as vouchers
from voucher_service.vouchers.errors import DeclarationUnreadable, FieldUndeclared
from voucher_service.vouchers.fitting import FREE, NOTHING, Bound, bound_of_post, bound_of_schooling, declared

if TYPE_CHECKING:
    from tests.journey.city import Town

EMPLOYEE, OTHER = "enterprise_employee", "unemployed"
FAMILIES = ("machining", "catering", "start_up")


@pytest.mark.parametrize(
    ("category", "said", "bound"),
    [
        (OTHER, {"former_post": None}, (None, None)),
        (OTHER, {"schooling": "university", "former_post": None}, (None, None)),
        (OTHER, {"schooling": "special_vocational", "former_post": None}, (None, None)),
        (OTHER, {"schooling": "other_school", "former_post": None}, ("start_up", None)),
        (OTHER, {"post": "machining", "former_post": None}, (None, None)),
        (EMPLOYEE, {"post": "machining", "former_post": None}, ("machining", None)),
        (EMPLOYEE, {"post": "catering", "former_post": "machining"}, (None, "machining")),
        (EMPLOYEE, {"post": "machining", "former_post": "other"}, (None, None)),
        (EMPLOYEE, {"former_post": "machining"}, (None, "machining")),
    ],
)
def test_a_voucher_carries_what_follows_from_the_declaration(
    town: Town, category: str, said: dict[str, str | None], bound: tuple[str | None, str | None]
) -> None:
    worker = claimed(town, category, **said)
    voucher = row(town, worker)
    assert (voucher.only_family, voucher.not_family) == bound
    with town.app.app_context():
        kept = vouchers.questionnaire(voucher.region_id, voucher.voucher_id)
    assert kept == {name: answer for name, answer in (ANSWERS | said).items() if answer is not None}


@pytest.mark.parametrize("schooling", [None, "", "middle_school", "None"])
def test_a_claim_without_a_readable_schooling_is_refused_by_the_field(town: Town, schooling: str | None) -> None:
    answer = newcomer(town).claim(schooling=schooling)
    assert refused(answer) == (422, "invalid_input")
    assert "schooling" in answer.text


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"former_post": None}, "field_undeclared"),
        ({"post": "baking", "former_post": None}, "declaration_unreadable"),
        ({"post": "machining", "former_post": "baking"}, "declaration_unreadable"),
    ],
)
def test_an_employee_declares_a_field_that_is_known(town: Town, said: dict[str, str | None], code: str) -> None:
    worker = newcomer(town, EMPLOYEE)
    answer = worker.claim(**said)
    assert refused(answer) == (422, code)
    figures = answer.get_json(force=True)["figures"]
    assert figures["field"] == ("former_post" if said.get("post") == "machining" else "post")
    assert {*FAMILIES, "other"} <= set(figures["choices"])
    assert town.get("/api/v1/vouchers", worker.token).get_json()["vouchers"] == []


@pytest.mark.parametrize("said", [{"post": "other"}, {"post": "machining", "schooling": "other_school"}])
def test_whoever_may_learn_nothing_is_told_so_before_a_voucher_is_issued(town: Town, said: dict[str, str]) -> None:
    worker = newcomer(town, EMPLOYEE)
    answer = worker.claim(former_post=None, **said)
    assert refused(answer) == (409, "not_eligible")
    (found,) = answer.get_json(force=True)["figures"]["findings"]
    assert (found["rule_id"], found["clause"]) == ("R16", "二(三)1")
    assert town.get("/api/v1/vouchers", worker.token).get_json()["vouchers"] == []


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        (FREE, FREE, FREE),
        (Bound("a"), FREE, Bound("a")),
        (Bound("a"), Bound("a"), Bound("a")),
        (Bound("a"), Bound("b"), Bound(NOTHING)),
        (Bound("a"), Bound(None, "b"), Bound("a")),
        (Bound("a"), Bound(None, "a"), Bound(NOTHING)),
        (Bound(None, "a"), FREE, Bound(None, "a")),
        (Bound(None, "a"), Bound(None, "a"), Bound(None, "a")),
        (Bound(None, "a"), Bound(None, "b"), Bound(NOTHING)),
        (Bound(NOTHING), Bound("a"), Bound(NOTHING)),
    ],
)
def test_two_bounds_leave_what_both_leave(first: Bound, second: Bound, both: Bound) -> None:
    assert first.and_(second) == second.and_(first) == both
    for family in ("a", "b", "c"):
        assert not both.admits(family) or (first.admits(family) and second.admits(family))


def test_a_bound_admits_its_family_and_no_other() -> None:
    assert [Bound("a").admits(family) for family in ("a", "b")] == [True, False]
    assert [Bound(None, "a").admits(family) for family in ("a", "b")] == [False, True]
    assert [Bound(NOTHING).admits(family) for family in ("a", "b")] == [False, False]
    assert [FREE.admits(family) for family in ("a", "b")] == [True, True]


def test_only_another_school_keeps_to_start_up_courses() -> None:
    kept = {kind: bound_of_schooling(kind) for kind in vouchers.SCHOOLINGS}
    assert {kind for kind, bound in kept.items() if bound != FREE} == {"other_school"}
    assert kept["other_school"] == Bound("start_up")


def test_a_former_post_counts_for_whoever_has_one_and_a_post_for_employees() -> None:
    assert bound_of_post(EMPLOYEE, "a", None) == Bound("a")
    assert bound_of_post(EMPLOYEE, NOTHING, None) == bound_of_post(EMPLOYEE, None, None) == Bound(NOTHING)
    assert bound_of_post(OTHER, "a", None) == FREE
    assert bound_of_post(EMPLOYEE, "a", "b") == bound_of_post(OTHER, None, "b") == Bound(None, "b")
    assert bound_of_post(EMPLOYEE, "a", NOTHING) == FREE


@pytest.mark.parametrize("answers", [{}, {"schooling": "?"}, {"schooling": "none", "post": "baking"}])
def test_what_cannot_be_read_is_refused(answers: dict[str, Any]) -> None:
    with pytest.raises(DeclarationUnreadable):
        declared(answers, OTHER, lambda: FAMILIES)


def test_an_employee_without_a_field_is_refused() -> None:
    with pytest.raises(FieldUndeclared) as refusal:
        declared({"schooling": "none", "post": ""}, EMPLOYEE, lambda: FAMILIES)
    assert refusal.value.figures == {"field": "post", "choices": [*FAMILIES, "other"]}
