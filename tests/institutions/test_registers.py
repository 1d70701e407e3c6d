"""Registers over HTTP: the school enters, the bureau confirms, two persons decide on the black list."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.exc import IntegrityError

from tests.accounts.application import START
from tests.demo.city import bearer
from voucher_service.database import db, unit_of_work
from voucher_service.demo.people import Population
from voucher_service.identifiers import new_id, to_hex
from voucher_service.institutions import licensing, service
from voucher_service.institutions.models import Blacklisting, Institution
from voucher_service.institutions.rules import is_on_probation, is_schooling, place_key
from voucher_service.institutions.suspending import suspend

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from voucher_service.demo.loading import City

ADDRESS = "/api/v1/institutions"
PEOPLE = Population(seed=77, count=20)
LISTING = {"reason": "虚假培训", "document": "示例〔2023〕7号", "listed_from": "2023-06-01", "listed_until": None}


class Office:
    """Somebody who writes about one institution, each time under a fresh key."""

    written = 0

    def __init__(self, app: Flask, city: City, login_name: str, school: int = 0) -> None:
        self._http, self._headers = app.test_client(), bearer(app, city.staff[login_name])
        self.path = f"{ADDRESS}/{to_hex(city.schools[school].institution_id)}"

    def post(self, path: str, body: object = None) -> TestResponse:
        Office.written += 1
        key = {"Idempotency-Key": f"register-{Office.written:06}"}
        return self._http.post(self.path + path, json=body, headers=self._headers | key)

    def get(self, path: str) -> Any:
        return self._http.get(self.path + path, headers=self._headers).json


@pytest.fixture
def school(app: Flask, served_city: City) -> Office:
    return Office(app, served_city, "school1-admin")


@pytest.fixture
def bureau(app: Flask, served_city: City) -> Office:
    return Office(app, served_city, "bureau1")


def teacher(number: int, **bent: object) -> dict[str, object]:
    person = PEOPLE[number]
    entry = {"name": person.name, "id_number": person.id_number, "phone": person.phone}
    return {**entry, "qualification": "高级工", "teaching_certificate": True, **bent}


def test_a_teacher_is_entered_by_the_school_and_confirmed_by_the_bureau(school: Office, bureau: Office) -> None:
    entered = school.post("/teachers", teacher(0))
    assert (entered.status_code, entered.json["confirmed_at"]) == (201, None)
    path = f"/teachers/{entered.json['teacher_id']}"
    assert school.post(f"{path}/confirm").json["code"] == "forbidden"
    assert bureau.post(f"{path}/confirm").json["confirmed_at"]
    assert bureau.post(f"{path}/confirm").json["code"] == "already_confirmed"
    assert school.post("/teachers", teacher(0)).json["code"] == "already_on_register"
    assert school.post(f"{path}/leave").json["left_at"]
    assert bureau.post(f"{path}/confirm").status_code == 404
    assert school.post("/teachers", teacher(0)).status_code == 201


def test_nobody_sees_more_of_a_teacher_than_a_masked_name(school: Office) -> None:
    school.post("/teachers", teacher(1))
    shown = school.get("/teachers")
    assert {"*" in row["masked_name"] for row in shown["teachers"]} == {True}
    assert PEOPLE[1].name not in str(shown)
    assert PEOPLE[1].id_number not in str(shown)


@pytest.mark.parametrize(
    ("bent", "code"),
    [
        ({"id_number": PEOPLE[2].id_number[:-1] + ("1" if PEOPLE[2].id_number[-1] != "1" else "2")}, "id_check_digit"),
        ({"phone": "12345678901"}, "phone_malformed"),
    ],
    ids=str,
)
def test_a_teacher_who_is_nobody_is_not_entered(school: Office, bent: dict[str, str], code: str) -> None:
    answer = school.post("/teachers", teacher(2, **bent))
    assert 400 <= answer.status_code < 500
    assert answer.json["code"]
    assert PEOPLE[2].name not in answer.text, code


def test_a_person_whom_the_service_knows_is_not_taken_with_another_phone(school: Office) -> None:
    assert school.post("/teachers", teacher(3)).status_code == 201
    answer = school.post("/teachers", teacher(3, phone=PEOPLE[4].phone))
    assert answer.json["code"] == "identity_not_confirmed"


def test_a_room_is_one_room_however_it_is_spelt(school: Office, bureau: Office) -> None:
    room = {"address": "示例路 12 号", "room": "３０１", "kind": "practical", "workstations": 20}
    entered = school.post("/venues", room)
    assert entered.status_code == 201
    assert (
        school.post("/venues", {**room, "address": "示例路12号", "room": "301"}).json["code"] == "already_on_register"
    )
    path = f"/venues/{entered.json['venue_id']}"
    assert bureau.post(f"{path}/confirm").json["confirmed_at"]
    assert school.post(f"{path}/close").json["closed_at"]
    assert entered.json["venue_id"] not in str(school.get("/venues"))
    assert place_key("A座", "3 0 1") == place_key("ａ座", "301")


def test_another_school_sees_and_enters_nothing(app: Flask, served_city: City) -> None:
    other = Office(app, served_city, "school2-admin", school=0)
    assert other.get("/teachers")["code"] == "not_found"
    assert other.post("/teachers", teacher(5)).status_code == 404
    assert other.post("/venues", {"address": "a", "room": "b", "kind": "theory", "workstations": 0}).status_code == 404


def test_two_persons_put_a_school_on_the_black_list_and_two_take_it_off(app: Flask, served_city: City) -> None:
    first, second = (Office(app, served_city, name, school=9) for name in ("bureau1", "bureau2"))
    early = first.post("/blacklistings", {**LISTING, "listed_from": "2023-06-02"})
    assert (early.status_code, early.json["code"]) == (422, "listing_not_yet")
    asked = first.post("/blacklistings", LISTING)
    assert (asked.status_code, asked.json["confirmed_at"]) == (201, None)
    assert first.post("/blacklistings", LISTING).json["code"] == "on_black_list_already"
    path = f"/blacklistings/{asked.json['blacklisting_id']}"
    assert first.post(f"{path}/confirm").json["code"] == "second_person_is_first"
    assert second.get("")["suspended_at"] is None
    assert second.post(f"{path}/confirm").json["confirmed_at"]
    assert second.get("")["suspended_at"]
    assert second.post(f"{path}/exit/confirm", {"request": "0" * 32}).json["code"] == "not_on_black_list"
    read, asked = (
        {"request": second.post(f"{path}/exit", {"reason": why}).json["exit_request"]} for why in ("误列", "已整改")
    )
    assert first.post(f"{path}/exit/confirm", read).json["code"] == "request_changed"
    assert second.post(f"{path}/exit/confirm", asked).json["code"] == "second_person_is_first"
    assert first.post(f"{path}/exit/confirm", asked).json["exit_confirmed_at"]
    assert second.get("")["suspended_at"] is None
    assert [row["exit_reason"] for row in first.get("/standing")["blacklistings"]] == ["已整改"]
    assert first.post("/blacklistings", LISTING).status_code == 201


def test_a_suspension_from_before_outlasts_the_black_list(city: City) -> None:
    key = (city.schools[8].region_id, city.schools[8].institution_id)
    first, second = city.staff["bureau1"], city.staff["bureau2"]
    listing = licensing.Listing("虚假培训", "示例", START.date())
    with unit_of_work():
        suspend(service.get(*key), first, START)
        listed = licensing.ask_listing(service.get(*key), listing, first, START)
        later = START.replace(hour=9)
        licensing.confirm_listing(service.get(*key), listed.blacklisting_id, second, later)
        asked = licensing.ask_exit(service.get(*key), listed.blacklisting_id, "已整改", first, later)
        licensing.confirm_exit(service.get(*key), listed.blacklisting_id, str(asked.exit_request), second, later)
    with unit_of_work():
        assert service.get(*key).suspended_at == START


def test_the_database_itself_wants_two_persons(city: City) -> None:
    school = city.schools[7]
    stay = Blacklisting(
        region_id=school.region_id, institution_id=school.institution_id, blacklisting_id=new_id(), reason="x",
        document="x", listed_from=START.date(), asked_by=5, asked_at=START, confirmed_by=5, confirmed_at=START,
    )  # fmt: skip
    with pytest.raises(IntegrityError), unit_of_work():
        db.session.add(stay)


def test_a_new_institution_is_on_probation_and_gets_its_licences_from_the_day_of_change(
    app: Flask, served_city: City
) -> None:
    office = Office(app, served_city, "bureau1")
    office.path = ADDRESS
    new = {"region_id": 411202, "name": "湖滨区示例新校", "kind": "private_school", "schooling_licence": None}
    entered = office.post("/", new)
    assert entered.status_code == 201
    assert office.post("/", {**new, "region_id": 999999}).status_code in {404, 422}
    office.path = f"{ADDRESS}/{entered.json['institution_id']}"
    grant = {"occupation_code": "DM01", "level": "junior", "valid_from": "2023-06-08"}
    assert office.post("/licences", grant).json["valid_from"] == "2023-06-08"
    assert office.post("/licences", grant).json["code"] == "licence_overlaps"
    ended = office.post("/licences/end", {"occupation_code": "DM01", "level": "junior", "last_day": "2023-09-01"})
    assert ended.json["valid_until"] == "2023-09-01"
    assert office.post("/licences", {**grant, "valid_from": "2023-09-01"}).json["code"] == "licence_backdated"
    assert office.post("/licences", {**grant, "valid_from": "2023-09-02"}).json["valid_until"] is None


def test_findings_and_consents_are_on_record(bureau: Office) -> None:
    document = {"document": "示例〔2023〕9号"}
    assert bureau.post("/findings", {"found_on": "2021-05-01", **document}).status_code == 201
    consent = {"into_region_id": 411203, "valid_from": "2023-01-01", "valid_until": "2023-12-31", **document}
    assert bureau.post("/consents", consent).status_code == 201
    assert bureau.post("/consents", {**consent, "valid_until": "2022-12-31"}).json["code"] == "invalid_input"
    standing = bureau.get("/standing")
    assert [row["found_on"] for row in standing["findings"]] == ["2021-05-01"]
    assert [row["into_region_id"] for row in standing["consents"]] == [411203]


@pytest.mark.parametrize(
    ("registered_on", "last_taught_on", "expected"),
    [
        pytest.param(None, None, False, id="known before the service"),
        pytest.param(date(2023, 6, 1), None, True, id="new today"),
        pytest.param(date(2022, 6, 2), None, True, id="a day short of a year"),
        pytest.param(date(2022, 6, 1), None, False, id="a year old"),
        pytest.param(None, date(2022, 6, 1), False, id="taught a year ago"),
        pytest.param(None, date(2022, 5, 31), True, id="dormant for longer"),
    ],
)
def test_probation_is_for_the_new_and_the_dormant(
    registered_on: date | None,
    last_taught_on: date | None,
    expected: bool,  # noqa: FBT001
) -> None:
    assert is_on_probation(registered_on, last_taught_on, date(2023, 6, 1)) is expected


def test_schooling_follows_from_the_kind_unless_it_is_stated() -> None:
    assert [is_schooling(kind, stated=None) for kind in ("technical_school", "private_school")] == [True, False]
    assert is_schooling("private_school", stated=True)
    assert Institution.__table__.c.schooling_licence.nullable
