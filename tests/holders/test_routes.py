from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from tests.accounts.application import small_service
from voucher_service.accounts import routes as accounts_routes
from voucher_service.database import db
from voucher_service.holders import citizen_id, routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

ID_NUMBER = "41990219900307001" + citizen_id.check_character("41990219900307001")
ASKED = {
    "name": "阿测·示拉",
    "id_number": ID_NUMBER,
    "phone": "16400000001",
    "region_id": 411202,
    "category": "veteran",
}
CHALLENGES = "/api/v1/holder-sessions/challenges"
SESSIONS = "/api/v1/holder-sessions"
ME = "/api/v1/holders/me"


@pytest.fixture
def http(sqlite_url: str) -> Iterator[FlaskClient]:
    with small_service(sqlite_url, accounts_routes.blueprint, routes.blueprint) as app:
        yield app.test_client()


def log_in(http: FlaskClient) -> dict[str, Any]:
    challenge = http.post(CHALLENGES, json=ASKED).json
    answer = http.post(SESSIONS, json={"challenge_id": challenge["challenge_id"], "code": challenge["trial_code"]})
    assert answer.status_code == 201
    return dict(answer.json)


def test_a_log_in_reads_its_holder_once(http: FlaskClient) -> None:
    log_in(http)
    challenge = http.post(CHALLENGES, json=ASKED).json
    sent: list[str] = []

    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    with http.application.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        answer = http.post(SESSIONS, json={"challenge_id": challenge["challenge_id"], "code": challenge["trial_code"]})
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert answer.status_code == 201
    reading = [statement for statement in sent if "FROM holder " in " ".join([*statement.split(), ""])]
    assert len(reading) == 1, reading


def test_a_holder_logs_in_sees_themselves_masked_and_logs_out(http: FlaskClient) -> None:
    logged_in = log_in(http)
    bearer = {"Authorization": f"Bearer {logged_in['token']}"}
    me = http.get(ME, headers=bearer)
    assert me.status_code == 200
    assert me.json == logged_in["holder"]
    assert len(me.json.pop("holder_id")) == 16
    assert me.json | {"holder_id": ""} == {
        "holder_id": "",
        "name": "阿*·*拉",
        "id_number": "4****************" + ID_NUMBER[-1],
        "phone": "*********01",
        "region_id": 411202,
        "category": "veteran",
    }
    assert http.delete("/api/v1/session", headers=bearer).status_code == 204
    assert http.get(ME, headers=bearer).status_code == 401


def test_the_own_page_is_for_holders(http: FlaskClient) -> None:
    assert http.get(ME).status_code == 401


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"id_number": ID_NUMBER[:-1]}, "id_number_malformed"),
        ({"name": "<b>"}, "name_malformed"),
        ({"phone": "123"}, "phone_malformed"),
        ({"region_id": 999999}, "region_unknown"),
        ({"region_id": 10**30}, "invalid_input"),
        ({"region_id": "411202"}, "invalid_input"),
        ({"category": "nobody"}, "invalid_input"),
        ({"name": "测" * 201}, "invalid_input"),
        ({"name": None}, "invalid_input"),
        ({"holder_id": "0" * 16}, "invalid_input"),
    ],
)
def test_bad_particulars_are_refused_without_repeating_them(
    http: FlaskClient, change: dict[str, Any], code: str
) -> None:
    answer = http.post(CHALLENGES, json=ASKED | change)
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert not any(str(ASKED[member]) in answer.text for member in ("name", "id_number", "phone"))


@pytest.mark.parametrize(
    "change", [{"challenge_id": "xyz"}, {"challenge_id": 7}, {"challenge_id": None}, {"code": "12345"}, {"more": 1}]
)
def test_a_malformed_confirmation_is_bad_input(http: FlaskClient, change: dict[str, Any]) -> None:
    answer = http.post(SESSIONS, json={"challenge_id": "0" * 15 + "1", "code": "000000"} | change)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_input")


def test_a_wrong_code_is_a_problem(http: FlaskClient) -> None:
    answer = http.post(SESSIONS, json={"challenge_id": "0" * 15 + "1", "code": "000000"})
    assert (answer.status_code, answer.json["code"]) == (401, "code_not_accepted")
