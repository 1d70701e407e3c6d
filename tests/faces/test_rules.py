"""Anyone reads the rules with their numbers; a school and its reviewers see a class's lights and the review's time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.faces.browsing import Visitor
from tests.faces.test_staff import school_class
from voucher_service import rulebook
from voucher_service.classes import service as classes
from voucher_service.database import unit_of_work
from voucher_service.demo.institutions import naming_staff
from voucher_service.demo.loading import STARTS_AFTER, drafted
from voucher_service.faces.rule_table import UNITS
from voucher_service.identifiers import from_hex, to_hex

if TYPE_CHECKING:
    from tests.journey.city import Town


def test_anyone_reads_every_rule_with_its_numbers_and_what_decides_it(visitor: Visitor) -> None:
    page = visitor.open("/rules")
    assert page.status_code == 200
    for rule_id, demand in rulebook.demands().items():
        assert f'id="{rule_id}"' in page.text
        assert demand.zh in page.text
    assert "每个班次的最多学员数 <strong>80</strong> 人" in page.text
    assert "实操课时占总课时的下限 <strong>60%</strong>" in page.text
    assert {number.unit for number in rulebook.numbers().values()} == set(UNITS)
    assert "classes.lesson_rules.rule_r17c" in page.text


def test_a_reviewer_sees_the_lights_and_the_working_days_that_are_left(town: Town, visitor: Visitor) -> None:
    school, now = town.city.schools[0], town.clock.now()
    starts_on = now.date() + STARTS_AFTER
    with town.app.app_context(), unit_of_work():
        unnamed = drafted(*school.offers[0], starts_on, now)
        draft = classes.plan_class(*school[:2], unnamed, now)
        planned = classes.plan_class(*school[:2], naming_staff(*school[:2], unnamed), now)
        classes.submit(planned.region_id, planned.class_id, now)
        path = f"/rules/classes/{to_hex(planned.class_id)}"
        in_vain = f"/rules/classes/{to_hex(draft.class_id)}"
    assert "红 · 不通过" in Visitor(town).log_in_as_staff("school1-admin").open(in_vain).text
    page = visitor.log_in_as_staff("industry1").open(path).text
    assert "绿 · 通过" in page
    assert "红 · 不通过" not in page
    assert "2026-03-16 到期" in page
    assert "还剩 11 个工作日" in page
    town.clock.moment = now.replace(day=17)
    town.tokens.clear()
    assert "已经超期" in visitor.log_in_as_staff("industry1").open(path).text


def test_a_year_without_holidays_is_named_where_the_deadline_would_stand(town: Town, visitor: Visitor) -> None:
    class_id = school_class(town)
    with town.app.app_context(), unit_of_work():
        waiting = classes.get(town.city.schools[0].region_id, from_hex(class_id))
        waiting.state, waiting.submitted_at = "submitted", datetime(2090, 4, 21, 3, tzinfo=UTC)
    path = f"/rules/classes/{class_id}"
    assert "2090 年的节假日安排尚未录入" in visitor.log_in_as_staff("industry1").open(path).text


def test_another_school_does_not_see_the_check(town: Town, visitor: Visitor) -> None:
    path = f"/rules/classes/{school_class(town)}"
    assert visitor.log_in_as_staff("school2-admin").open(path).status_code == 404
    assert Visitor(town).log_in_as_staff("school1-clerk").open(path).status_code == 200
