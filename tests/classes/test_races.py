"""Two reviewers reach for the same signature at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.accounts.application import START, small_service
from tests.classes.proposals import proposal
from voucher_service.classes import service
from voucher_service.classes.errors import OpinionOutOfTurn
from voucher_service.database import unit_of_work
from voucher_service.demo.loading import load
from voucher_service.programmes import service as programmes

if TYPE_CHECKING:
    from voucher_service.web.access import Caller

ASKING = 8


def test_of_many_second_signatures_one_approves_and_promises_the_budget_once(database_url: str) -> None:
    with small_service(database_url) as app:
        with app.app_context(), unit_of_work():
            city = load(START, classes_each=0, named_staff_required=False)
            school = city.schools[0]
            planned = service.plan_class(school.region_id, school.institution_id, proposal(), START)
            key = (planned.region_id, planned.class_id)
            service.submit(*key, START)
            for login_name in ("industry1", "industry2", "bureau1"):
                reviewer = city.staff[login_name]
                service.give_opinion(*key, login_name[:-1], "approve", note="", caller=reviewer, now=START)

        def sign(who: Caller) -> bool:
            with app.app_context():
                try:
                    with unit_of_work():
                        service.give_opinion(*key, "bureau", "approve", note="", caller=who, now=START)
                except OpinionOutOfTurn:
                    return False
                return True

        second = city.staff["bureau2"]
        people = [replace(second, person_id=number) for number in range(1, ASKING + 1)]
        with ThreadPoolExecutor(ASKING) as pool:
            signed = sum(pool.map(sign, people))
        with app.app_context(), unit_of_work():
            approved = service.get(*key)
            committed_fen = programmes.get(city.programme_id).committed_fen
            opinions = len(service.opinions(approved))
    assert (signed, approved.state, opinions) == (1, "approved", 4)
    assert committed_fen == approved.capacity * approved.standard_fen > 0
