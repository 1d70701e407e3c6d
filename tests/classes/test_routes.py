"""Classes over HTTP: from a school's draft to the bureau's approval, and what each of them may not do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.demo.city import bearer
from voucher_service.identifiers import to_hex

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from voucher_service.demo.loading import City

ADDRESS = "/api/v1/classes"
DAY_1 = "2023-06-08"


def sessions() -> list[dict[str, str]]:
    """Eight days of six hours: 64 lessons of 45 minutes."""
    return [
        {"starts_at": f"2023-06-{day:02}T09:00:00+08:00", "ends_at": f"2023-06-{day:02}T15:00:00+08:00", "kind": kind}
        for day, kind in enumerate(["theory"] * 3 + ["practical"] * 5, start=8)
    ]


def proposal(**bent: Any) -> dict[str, Any]:
    lessons = {
        "teachers": 4,
        "workstations": 20,
        "lesson_minutes": 45,
        "theory_lessons": 24,
        "practical_lessons": 40,
    }
    lawful = {
        "programme_id": 1,
        "occupation_code": "DM01",
        "level": "junior",
        "certificate_type": "skill_level",
        "capacity": 40,
        "enrols_until": "2023-06-30T18:00:00+08:00",
        "starts_on": DAY_1,
        "ends_on": "2023-07-31",
        "lessons": lessons,
        "sessions": sessions(),
    }
    return lawful | bent


class Desk:
    """Somebody's work place: every request has their token and, if it writes, a fresh key."""

    keys = 0

    def __init__(self, app: Flask, city: City, login_name: str) -> None:
        self._http, self._headers = app.test_client(), bearer(app, city.staff[login_name])

    def get(self, path: str) -> TestResponse:
        return self._http.get(ADDRESS + path, headers=self._headers)

    def post(self, path: str, body: object = None) -> TestResponse:
        Desk.keys += 1
        key = {"Idempotency-Key": f"key-{Desk.keys:06}"}
        return self._http.post(ADDRESS + path, json=body, headers=self._headers | key)


@pytest.fixture
def school(app: Flask, served_city: City) -> Desk:
    return Desk(app, served_city, "school1-admin")


@pytest.fixture
def bureau(app: Flask, served_city: City) -> Desk:
    return Desk(app, served_city, "bureau1")


def test_a_class_goes_from_draft_to_approved(app: Flask, served_city: City, school: Desk) -> None:
    drafted = school.post("/", proposal())
    assert (drafted.status_code, drafted.json["state"]) == (201, "draft")
    path = f"/{drafted.json['class_id']}"
    findings = school.get(f"{path}/findings").json["findings"]
    assert {found["rule_id"] for found in findings if found["light"] != "green"} == {"R13"}
    assert school.post(f"{path}/submit").json["state"] == "submitted"
    for login_name in ("industry1", "industry2", "bureau1", "bureau2"):
        opinion = {"step": login_name[:-1], "verdict": "approve"}
        answer = Desk(app, served_city, login_name).post(f"{path}/opinions", opinion)
        assert answer.status_code == 200
    assert (answer.json["state"], answer.json["standard_fen"]) == ("approved", 96_000)
    shown = school.get(path).json
    assert [opinion["turn"] for opinion in shown["opinions"]] == ["first", "second"] * 2
    assert len(shown["sessions"]) == 8
    assert shown["lessons"]["practical_lessons"] == 40


def test_anyone_sees_where_a_voucher_can_be_spent(app: Flask, served_city: City) -> None:
    region_id, class_id = served_city.classes[0]
    listed = app.test_client().get(f"{ADDRESS}/enrolling/{region_id}").json["classes"]
    assert to_hex(class_id) in {found["class_id"] for found in listed}
    assert {found["region_id"] for found in listed} == {region_id}


def test_a_refused_submission_carries_each_broken_rule(school: Desk) -> None:
    drafted = school.post("/", proposal(capacity=100)).json
    answer = school.post(f"/{drafted['class_id']}/submit")
    assert (answer.status_code, answer.json["code"]) == (422, "class_breaks_rules")
    assert [found["rule_id"] for found in answer.json["figures"]["findings"]] == ["R17a", "R17c"]
    assert school.get(f"/{drafted['class_id']}").json["training_class"]["state"] == "draft"


def test_a_school_sees_its_own_classes_and_no_others(school: Desk, bureau: Desk, served_city: City) -> None:
    own = {to_hex(served_city.schools[0].institution_id)}
    assert {found["institution_id"] for found in school.get("/").json["classes"]} == own
    for path in (f"/{to_hex(served_city.classes[1][1])}", f"/{to_hex(served_city.classes[5][1])}/findings"):
        assert (school.get(path).status_code, bureau.get(path).status_code) == (404, 200)
    assert school.post(f"/{to_hex(served_city.classes[1][1])}/submit").json["code"] == "not_found"


def test_the_bureau_pages_through_one_state(bureau: Desk, served_city: City) -> None:
    seen, after = [], ""
    while after is not None:
        page = bureau.get("/?state=approved&limit=5" + (f"&after={after}" if after else "")).json
        seen += [found["class_id"] for found in page["classes"]]
        after = page["next"]
    assert len(seen) == len(set(seen))
    assert {to_hex(class_id) for _, class_id in served_city.classes} <= set(seen)


@pytest.mark.parametrize(
    ("login_name", "path", "body"),
    [
        pytest.param("bureau1", "/", proposal(), id="the bureau plans"),
        pytest.param("school1-clerk", "/", proposal(), id="a clerk plans"),
        pytest.param("school1-admin", "/{}/opinions", {"step": "industry", "verdict": "approve"}, id="a school signs"),
        pytest.param("school1-admin", "/{}/cancel", None, id="a school cancels"),
        pytest.param("finance1", "/{}/submit", None, id="finance submits"),
    ],
)
def test_a_role_that_is_not_listed_is_refused(
    app: Flask, served_city: City, login_name: str, path: str, body: object
) -> None:
    answer = Desk(app, served_city, login_name).post(path.format(to_hex(served_city.classes[0][1])), body)
    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    "bent",
    [
        {"colour": "red"},
        {"capacity": 0},
        {"capacity": "40"},
        {"capacity": 10**30},
        {"capacity": 40.5},
        {"programme_id": 2**31},
        {"level": "master"},
        {"certificate_type": ""},
        {"occupation_code": "D\nM"},
        {"occupation_code": "x" * 33},
        {"enrols_until": "2023-06-30T18:00:00"},
        {"enrols_until": "0001-01-01T00:00:00+14:00"},
        {"enrols_until": "9999-12-31T23:59:59-12:00"},
        {"starts_on": "2023-02-30"},
        {"starts_on": "0001-01-01"},
        {"starts_on": "9999-12-31", "ends_on": "9999-12-31"},
        {"lessons": {}},
        {"lessons": None},
        {"sessions": [{}]},
        {"sessions": sessions() * 51},
    ],
    ids=str,
)
def test_input_that_cannot_be_is_refused_by_its_field(school: Desk, bent: dict[str, Any]) -> None:
    answer = school.post("/", proposal(**bent))
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_input")
    assert set(bent) == set(answer.json["errors"]["json"])


@pytest.mark.parametrize(
    ("bent", "code"),
    [
        ({"ends_on": "2023-06-07"}, "class_dates_impossible"),
        ({"sessions": sessions()[::-1]}, "sessions_impossible"),
        ({"occupation_code": "DX03", "level": ""}, "not_licensed"),
        ({"programme_id": 2}, "not_found"),
    ],
    ids=str,
)
def test_a_proposal_that_cannot_be_is_refused(school: Desk, bent: dict[str, Any], code: str) -> None:
    answer = school.post("/", proposal(**bent))
    assert answer.json["code"] == code
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("path", ["/0", "/" + "g" * 16, "/" + "0" * 16, "/" + "F" * 16])
def test_a_name_of_no_class_is_not_found(bureau: Desk, path: str) -> None:
    assert bureau.get(path).status_code == 404
    assert bureau.post(f"{path}/cancel").status_code == 404


def test_the_same_key_is_answered_once(app: Flask, served_city: City, school: Desk) -> None:
    headers = bearer(app, served_city.staff["school1-admin"]) | {"Idempotency-Key": "the-same-key"}
    first, again = (app.test_client().post(f"{ADDRESS}/", json=proposal(), headers=headers) for _ in range(2))
    assert (again.json, again.headers["Idempotency-Hit"]) == (first.json, "true")
    other = app.test_client().post(f"{ADDRESS}/", json=proposal(capacity=41), headers=headers)
    assert other.json["code"] == "idempotency_key_reused"
    drafts = school.get("/?state=draft&limit=200").json["classes"]
    assert [found["class_id"] for found in drafts].count(first.json["class_id"]) == 1


def test_a_class_is_cancelled_by_the_bureau(school: Desk, bureau: Desk) -> None:
    path = f"/{school.post('/', proposal()).json['class_id']}"
    assert bureau.post(f"{path}/cancel").json["state"] == "cancelled"
    assert bureau.post(f"{path}/cancel").json["code"] == "class_not_in_state"


def test_a_class_is_not_started_before_its_day(school: Desk, served_city: City) -> None:
    path = f"/{to_hex(served_city.classes[0][1])}"
    assert school.post(f"{path}/start").json["code"] == "class_not_yet"
    assert school.post(f"{path}/end").json["code"] == "class_not_in_state"


@pytest.mark.parametrize(
    ("certificate_type", "code", "rules"),
    [("completion", "class_breaks_rules", ["R19"]), ("special_ability", "standard_missing", [])],
)
def test_a_rule_is_named_before_a_missing_standard(
    certificate_type: str, code: str, rules: list[str], school: Desk
) -> None:
    """Neither certificate has a standard for the occupation; only one of them is against a rule."""
    drafted = school.post("/", proposal(certificate_type=certificate_type)).json
    refused = school.post(f"/{drafted['class_id']}/submit").json
    assert refused["code"] == code
    assert [found["rule_id"] for found in refused["figures"].get("findings", [])] == rules
