"""Rules of persons: each broken by somebody who keeps every other, and who gets nothing for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.journey.city import ANSWERS, redeem_body
from tests.journey.town import claimed, newcomer, refused
from tests.rosters.school import School, row, stranger
from tests.rulebook.breaking import Broken, breaks, door_at, free_door, problem
from tests.rulebook.of_plans import CARERS, OTHER_WELDERS, WELDERS

if TYPE_CHECKING:
    from tests.journey.city import Town


@breaks("R01")
def unwilling(town: Town) -> Broken:
    worker = newcomer(town)
    body = {"programme_id": town.city.programme_id, "answers": {**ANSWERS, "wants_training": False}}
    told = problem(town.post("/api/v1/vouchers", worker.token, body), 409, "not_eligible")
    (found,) = told["figures"]["findings"]
    assert found["rule_id"] == "R01"
    return Broken(told, {}, unpaid=[worker])


@breaks("R03")
def somebody_elses_card(town: Town) -> Broken:
    door, worker, friend = free_door(town), claimed(town).open_code(), newcomer(town)
    card = {"id_number": friend.person.id_number, "name": friend.person.name}
    scan = door.post("/api/v1/redemptions", redeem_body(worker, door.hex, **card))
    return Broken(problem(scan, 422, "holder_mismatch"), {"differs": "id_mismatch"}, unpaid=[worker, friend])


def turned_down(town: Town, code: str, **changes: Any) -> Broken:
    """A roster's row that is turned down, and with it the roster: nobody of it is expected or offered anything."""
    school, worker = School(free_door(town)), newcomer(town)
    sheet = school.check(row(worker.person, **changes), row(stranger()))
    assert sheet["state"] == "refused"
    answer = town.get(f"/api/v1/sheets/{sheet['sheet']}/faults", school.door.token()).get_json()
    (fault,) = answer["faults"]
    (reason,) = fault["reasons"]
    assert (fault["row"], reason["code"]) == (2, code)
    problem(school.expected(), 409, "roster_missing")
    return Broken(reason, {}, unpaid=[worker])


def walked_in(town: Town, listed: Broken, code: str, category: str, **declared: str | None) -> Broken:
    """Somebody with a general voucher, on no roster, whom a class of welders is not for; the refused scan is kept."""
    assert all("DM01" in listed.told[language] and "焊工" in listed.told[language] for language in ("zh", "en"))
    door, worker = free_door(town), claimed(town, category, **declared).open_code()
    told = problem(door.post("/api/v1/redemptions", redeem_body(worker, door.hex)), 409, code)
    assert told["clause"] == "二(三)1"
    return Broken(told, {"occupation": "焊工", "occupation_code": "DM01"}, unpaid=[*listed.unpaid, worker])


@breaks("R12")
def a_questionnaire_answered_no(town: Town) -> Broken:
    return turned_down(town, "person_unwilling", 培训意愿="否")


@breaks("R16")
def an_employee_of_another_occupation(town: Town) -> Broken:
    """On a roster the row is turned down; on none the scan, by what was declared with the claim."""
    listed = turned_down(town, "post_not_similar", 人员类别="企业职工", 现岗位="会计")
    return walked_in(town, listed, "occupation_not_similar", "enterprise_employee", post="care", former_post=None)


@breaks("R17j")
def a_pupil_in_the_last_year(town: Town) -> Broken:
    listed = turned_down(town, "pupil_not_eligible", 在校情况="中职毕业学年")
    return walked_in(town, listed, "pupil_not_admitted", "other", schooling="other_school")


@breaks("R23")
def not_examined_since_the_last_course(town: Town) -> Broken:
    (trainee,) = free_door(town).complete()
    worker = trainee.worker.log_in()
    told = problem(worker.claim(), 409, "not_eligible")
    (found,) = told["figures"]["findings"]
    assert found["rule_id"] == "R23"
    return Broken(found, {}, unpaid=[worker])


@breaks("R11")
def a_claim_that_is_tied_to_a_school(town: Town) -> Broken:
    worker, door = newcomer(town), free_door(town)
    tied = {"programme_id": town.city.programme_id, "answers": ANSWERS, "class_id": door.hex}
    assert refused(town.post("/api/v1/vouchers", worker.token, tied)) == (422, "invalid_input")
    for number, occupation in ((WELDERS, "DM01"), (OTHER_WELDERS, "DM01"), (CARERS, "DS01")):
        door, free = door_at(town, number, occupation, "junior"), claimed(town).open_code()
        assert door.post("/api/v1/redemptions", redeem_body(free, door.hex)).status_code == 201
    return Broken({}, {}, unpaid=[worker], refuses=False)
