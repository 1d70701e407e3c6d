"""Every reason for which a row of a roster is turned down, through the API, and what it tells an institution."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.journey.city import Town
from tests.journey.town import Door, a_door, claimed, newcomer
from tests.rosters.school import School, a_school, row, stranger
from voucher_service.calendar import local_date
from voucher_service.classes import service as classes
from voucher_service.database import db, unit_of_work
from voucher_service.demo.loading import STARTS_AFTER, drafted
from voucher_service.demo.people import Person
from voucher_service.holders.citizen_id import check_character
from voucher_service.holders.models import HolderAccess
from voucher_service.programmes import service as programmes


@pytest.fixture
def school(town: Town) -> School:
    return a_school(town)


def valid(first_17: str) -> str:
    return first_17 + check_character(first_17)


def test_a_row_that_keeps_every_rule_is_accepted(school: School) -> None:
    assert school.codes(row(stranger())) == [[]]


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"姓名": ""}, ["cell_missing"]),
        ({"身份证号码": ""}, ["cell_missing"]),
        ({"人员类别": "", "培训意愿": ""}, ["cell_missing", "cell_missing"]),
        ({"姓名": "测3"}, ["name_malformed"]),
        ({"姓名": "<script>"}, ["name_malformed"]),
        ({"身份证号码": "419902199001010018"}, ["id_number_check_digit"]),
        ({"身份证号码": "419902900101001"}, ["id_number_old_15_digits"]),
        ({"身份证号码": "41990219900101"}, ["id_number_malformed"]),
        ({"身份证号码": valid("41990219900230001")}, ["id_number_birth_date"]),
        ({"身份证号码": valid("99990219900101001")}, ["id_number_region"]),
        ({"身份证号码": valid("41990220150101001")}, ["holder_too_young"]),
        ({"身份证号码": 419902199001010019}, ["id_number_damaged"]),
        ({"身份证号码": "4.19902E+17"}, ["id_number_damaged"]),
        ({"身份证号码": "419902199001010000"}, ["id_number_damaged"]),
        ({"人员类别": "贵宾"}, ["category_unreadable"]),
        ({"培训意愿": "否"}, ["person_unwilling"]),
        ({"就业意愿": "否", "就业能力": "无"}, ["person_unwilling", "person_unwilling"]),
        ({"就业能力": "也许"}, ["answer_unreadable"]),
        ({"人员类别": "企业职工"}, ["post_missing"]),
        ({"人员类别": "企业职工", "现岗位": "会计"}, ["post_not_similar"]),
        ({"在校情况": "中职毕业学年"}, ["pupil_not_eligible"]),
        ({"在校情况": "是"}, ["pupil_not_eligible"]),
        (
            {"姓名": "测3", "身份证号码": 1.5e17, "在校情况": "是"},
            ["name_malformed", "id_number_damaged", "pupil_not_eligible"],
        ),
    ],
)
def test_what_a_row_says_against_its_person(school: School, changes: dict[str, Any], codes: list[str]) -> None:
    person = stranger()
    assert school.codes(row(person, **changes), row(stranger())) == [codes, []]


def test_employees_learn_their_own_or_a_similar_occupation(school: School) -> None:
    own = school.occupation()
    with school.town.app.app_context():
        similar = next(
            each.name
            for each in programmes.occupations().values()
            if each.family == own.family and each.occupation_code != own.occupation_code
        )
        other = next(each.name for each in programmes.occupations().values() if each.family != own.family)
    employee = {"人员类别": "企业职工"}
    assert school.codes(
        row(stranger(), **employee, 现岗位=own.name),
        row(stranger(), **employee, 现岗位=similar),
        row(stranger(), **employee, 现岗位=other),
        row(stranger(), **employee, 现岗位=other, 原岗位=similar),
        row(stranger(), **employee, 现岗位=own.name, 原岗位=own.occupation_code),
        row(stranger(), **employee, 现岗位=own.name, 原岗位="会计"),
    ) == [[], [], ["post_not_similar"], ["former_post_similar"], ["former_post_similar"], []]


@pytest.mark.parametrize("schooling", ["普通高校毕业学年", "特殊职业教育", "否", "不在校"])
def test_universities_and_special_schools_are_no_reason(school: School, schooling: str) -> None:
    assert school.codes(row(stranger(), 在校情况=schooling)) == [[]]


def test_the_same_person_twice_is_told_with_the_first_row(school: School) -> None:
    person = stranger()
    spelt = Person(
        person.name, person.id_number.translate(str.maketrans("0123456789", "０１２３４５６７８９")), "", "", 0
    )
    assert school.codes(row(person), row(stranger()), row(spelt)) == [[], [], ["row_twice"]]


def test_nobody_stands_on_a_roster_beyond_the_seats(school: School) -> None:
    rows = [row(stranger()) for _ in range(81)]
    assert school.codes(*rows) == [*[[]] * 80, ["roster_over_capacity"]]
    assert school.codes(*rows[:80]) == [[]] * 80


def test_a_known_number_with_another_name_is_no_match(school: School) -> None:
    known = newcomer(school.town).person
    assert school.codes(row(known, 姓名="虚甲乙"), row(known, 姓名=f" {known.name} ")) == [
        ["identity_not_confirmed"],
        ["row_twice"],
    ]


def test_a_category_that_the_programme_is_not_for(school: School) -> None:
    town = school.town
    known = newcomer(town).person
    with town.app.app_context():
        before = dict(programmes.get(town.city.programme_id).settings)
    only = ["veteran"] if known.category != "veteran" else ["migrant_worker"]
    _set(town, {**before, "categories": only})
    try:
        name = "退役军人" if only == ["veteran"] else "农民工"
        rows = [row(stranger(), 人员类别="其他"), row(stranger(), 人员类别=name), row(known, 人员类别=name)]
        assert school.codes(*rows) == [["category_not_eligible"], [], ["person_cannot_join"]]
    finally:
        _set(town, before)


def _set(town: Town, settings: dict[str, Any]) -> None:
    with town.app.app_context(), unit_of_work():
        programmes.get(town.city.programme_id).settings = settings


def test_what_happened_elsewhere_is_told_to_nobody_but_the_person(town: Town) -> None:
    elsewhere = a_door(town)
    (trainee,) = elsewhere.seat()
    here = School(_other_school(town, elsewhere))
    sheet = here.check(row(trainee.worker.person))
    faults = town.get(f"/api/v1/sheets/{sheet['sheet']}/faults", here.door.token()).get_json()["faults"]
    assert [reason["code"] for reason in faults[0]["reasons"]] == ["person_cannot_join"]
    with town.app.app_context():
        told = json.dumps(faults, ensure_ascii=False)
    assert trainee.worker.person.category not in told
    assert all(school.name not in told for school in town.city.schools)


def test_what_happened_at_the_same_school_is_told_by_its_name(town: Town) -> None:
    first = a_door(town)
    before = School(drafted_beside(first))
    (seated,) = first.seat()
    assert before.codes(row(seated.worker.person)) == [["person_in_own_class"]]
    other = a_door(town)
    completed, certified = other.complete(2)
    after = School(drafted_beside(other))
    assert after.codes(row(completed.worker.person), row(stranger())) == [["person_not_examined"], []]
    other.examine([certified])
    assert other.certify(certified).status_code == 200
    assert after.codes(row(certified.worker.person)) == [["person_examined_recently", "person_subsidised_before"]]


def test_whoever_is_seated_in_the_class_may_stand_on_its_roster(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.seat()
    school = School(door)
    assert school.codes(row(trainee.worker.person), row(claimed(town).person)) == [[], []]
    shown = school.expected().get_json()
    assert (shown["expected"], shown["arrived"]) == (2, 1)
    assert [set(person["name"]) & {"*"} for person in shown["people"]] == [{"*"}, {"*"}]


def test_a_look_at_a_known_persons_record_is_written_down_for_them(school: School) -> None:
    worker = newcomer(school.town)
    school.check(row(worker.person), row(stranger()))
    with school.town.app.app_context():
        looks = db.session.query(HolderAccess).filter_by(purpose="roster_check").all()
        assert [look.actor_id for look in looks if look.region_id == worker.region_id][-1:] == [school.door.clerk_id]


def drafted_beside(door: Door) -> Door:
    """A draft of the same school for the same work, from a week after now."""
    town, now = door.town, door.town.clock.now()
    with town.app.app_context(), unit_of_work():
        like = classes.get(door.region_id, door.class_id)
        proposal = drafted(like.occupation_code, like.level, local_date(now) + STARTS_AFTER, now)
        draft = classes.plan_class(door.region_id, door.institution_id, proposal, now)
        return replace(door, class_id=draft.class_id, seated=[])


def _other_school(town: Town, door: Door) -> Door:
    return next(
        other
        for number in range(len(town.city.classes))
        if (other := a_door(town, number)).institution_id != door.institution_id
    )
