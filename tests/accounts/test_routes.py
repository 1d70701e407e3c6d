from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from tests.accounts.conftest import PASSWORD
from voucher_service.accounts import service
from voucher_service.accounts.second_factor import code_at
from voucher_service.database import unit_of_work
from voucher_service.identifiers import to_hex

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
def http(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def credentials(app: Flask) -> dict[str, str]:
    with app.app_context(), unit_of_work():
        client_id, secret = service.create_client(77, 411203, "front desk")
    return {"client_id": to_hex(client_id), "client_secret": secret}


@pytest.mark.parametrize("form", ["json", "data"])
def test_a_client_gets_a_bearer_token(http: FlaskClient, credentials: dict[str, str], form: str) -> None:
    sent: dict[str, Any] = {form: GRANT | credentials | {"scope": "all"}}
    answer = http.post("/api/v1/token", **sent)
    assert answer.status_code == 200
    assert answer.json["access_token"]
    assert answer.json | {"access_token": ""} == {"access_token": "", "token_type": "Bearer", "expires_in": 3600}
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_client_may_show_its_secret_by_http_basic(http: FlaskClient, credentials: dict[str, str]) -> None:
    basic = b64encode(":".join(credentials.values()).encode()).decode()
    answer = http.post("/api/v1/token", data=GRANT, headers={"Authorization": f"Basic {basic}"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "not hex"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": None}, 400, "invalid_request"),
        ({"client_secret": "x" * 200}, 400, "invalid_request"),
    ],
)
def test_the_token_endpoint_refuses_in_the_standards_words(
    http: FlaskClient, credentials: dict[str, str], change: dict[str, str], status: int, error: str
) -> None:
    answer = http.post("/api/v1/token", json=GRANT | credentials | change)
    assert (answer.status_code, answer.json) == (status, {"error": error})


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"text"', b"{"])
def test_a_body_that_is_no_object_is_bad_input(http: FlaskClient, body: bytes) -> None:
    answer = http.post("/api/v1/token", data=body, content_type="application/json")
    assert answer.status_code == 400


def test_staff_log_in_and_out(app: Flask, http: FlaskClient, clerk: service.NewStaff) -> None:
    code = code_at(clerk.totp_secret, app.extensions["clock"].now())
    answer = http.post("/api/v1/staff-sessions", json={"login_name": "clerk", "password": PASSWORD, "code": code})
    assert answer.status_code == 201
    bearer = {"Authorization": f"Bearer {answer.json['token']}"}
    assert http.delete("/api/v1/session", headers=bearer).status_code == 204
    assert http.delete("/api/v1/session", headers=bearer).status_code == 401


def test_a_refused_log_in_is_a_problem(http: FlaskClient) -> None:
    shown = {"login_name": "nobody", "password": PASSWORD, "code": "000000"}
    answer = http.post("/api/v1/staff-sessions", json=shown)
    assert (answer.status_code, answer.json["code"]) == (401, "log_in_refused")


@pytest.mark.parametrize(
    "change", [{"code": "12345"}, {"code": "１２３４５６"}, {"extra": 1}, {"login_name": "x" * 65}]
)
def test_bad_input_is_refused_before_anything_is_counted(http: FlaskClient, change: dict[str, Any]) -> None:
    shown = {"login_name": "clerk", "password": PASSWORD, "code": "000000"} | change
    for _ in range(6):
        answer = http.post("/api/v1/staff-sessions", json=shown)
        assert (answer.status_code, answer.json["code"]) == (422, "invalid_input")
