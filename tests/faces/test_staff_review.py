"""Opinions on a class through the pages: two persons for each department, in turn, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.faces.browsing import PAGE, Visitor
from tests.faces.test_staff import plan

if TYPE_CHECKING:
    from tests.journey.city import Town


@pytest.fixture
def submitted(town: Town, visitor: Visitor) -> str:
    """The bureau's address of a class that the first school has handed in."""
    admin = visitor.log_in_as_staff("school1-admin")
    planned = admin.send("/institution/plan", **plan(town))
    assert planned.status_code == 303, planned.text
    form = admin.hidden(planned.location)
    assert admin.http.post(f"{planned.location}/submit", data=form, headers=PAGE).status_code == 303
    return str(planned.location).replace("/institution/", "/bureau/")


def sign(town: Town, address: str, login_name: str, verdict: str = "approve", **changes: str) -> Any:
    reviewer = Visitor(town).log_in_as_staff(login_name)
    opinion = {**reviewer.hidden(address), "verdict": verdict, "note": "符合当地需要", **changes}
    return reviewer.http.post(f"{address}/opinion", data=opinion, headers=PAGE)


def test_each_department_sees_the_class_when_it_is_its_turn(town: Town, submitted: str) -> None:
    industry, bureau = (Visitor(town).log_in_as_staff(name) for name in ("industry1", "bureau1"))
    assert submitted in industry.open("/bureau/classes").text
    assert submitted not in bureau.open("/bureau/classes").text
    assert "签署意见" in industry.open(submitted).text
    assert "等行业部门审核" in bureau.open(submitted).text
    for login_name in ("industry1", "industry2"):
        assert sign(town, submitted, login_name).status_code == 303
    assert submitted not in industry.open("/bureau/classes").text
    assert "焊工" in bureau.open("/bureau/classes").text


def test_one_person_does_not_sign_twice(town: Town, submitted: str) -> None:
    assert sign(town, submitted, "industry1").status_code == 303
    refused = sign(town, submitted, "industry1")
    assert (refused.status_code, "second_reviewer_is_first" in refused.text) == (409, True)
    assert (
        "复审"
        not in Visitor(town).log_in_as_staff("industry2").open(submitted).text.split("审核意见")[1].split("h2")[0]
    )


def test_the_other_department_does_not_sign(town: Town, submitted: str) -> None:
    assert sign(town, submitted, "bureau1", step="industry").status_code == 403
    refused = sign(town, submitted, "industry1", step="bureau")
    assert (refused.status_code, "opinion_out_of_turn" in refused.text) == (409, True)


def test_one_refusal_ends_the_application(town: Town, submitted: str) -> None:
    assert sign(town, submitted, "industry1", "refuse").status_code == 303
    page = Visitor(town).log_in_as_staff("school1-admin").open(submitted.replace("/bureau/", "/institution/")).text
    assert "✗ 不同意" in page
    assert "没有批准" in page
    assert sign(town, submitted, "industry2").status_code in {400, 409}


@pytest.mark.parametrize("verdict", ["", "perhaps"])
def test_an_opinion_says_yes_or_no(town: Town, submitted: str, verdict: str) -> None:
    refused = sign(town, submitted, "industry1", verdict)
    assert (refused.status_code, "invalid_input" in refused.text) == (422, True)


def test_a_plan_that_breaks_rules_is_shown_red_and_is_not_handed_in(town: Town, visitor: Visitor) -> None:
    admin = visitor.log_in_as_staff("school1-admin")
    planned = admin.send("/institution/plan", **plan(town, teachers="1"))
    page = admin.open(planned.location).text
    assert "✗ 不通过" in page
    assert 'class="outcome refuse"' in page
    refused = admin.http.post(f"{planned.location}/submit", data=admin.hidden(planned.location), headers=PAGE)
    assert (refused.status_code, "class_breaks_rules" in refused.text) == (422, True)
    assert "R17b" in refused.text
