"""The demonstration's movable clock over HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from voucher_service.app import create_app
from voucher_service.settings import Profile, Secrets, Settings

PATH = "/api/v1/trial/clock"


def service(folder: Path, profile: Profile = "demo") -> Flask:
    return create_app(Settings(profile, f"sqlite:///{folder / 'voucher.sqlite3'}", folder, Secrets.drawn()))


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return service(tmp_path).test_client()


def shown(client: FlaskClient) -> datetime:
    return datetime.fromisoformat(client.get(PATH).get_json()["now"])


def test_time_passes_for_everybody_who_shares_the_folder(client: FlaskClient, tmp_path: Path) -> None:
    later = shown(client) + timedelta(days=30)
    assert client.put(PATH, json={"now": later.isoformat()}).status_code == 200
    assert timedelta(0) <= shown(service(tmp_path).test_client()) - later < timedelta(minutes=1)


def test_the_clock_does_not_run_backwards(client: FlaskClient) -> None:
    earlier = shown(client) - timedelta(minutes=1)
    refused = client.put(PATH, json={"now": earlier.isoformat()})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "clock_runs_backwards")


def test_only_its_own_machine_moves_it(client: FlaskClient) -> None:
    later = shown(client) + timedelta(days=1)
    asked = {"json": {"now": later.isoformat()}, "environ_base": {"REMOTE_ADDR": "192.0.2.1"}}
    assert client.put(PATH, **asked).status_code == 403
    assert shown(client) < later


@pytest.mark.parametrize("body", [{}, {"now": "soon"}, {"now": "9999-12-31T23:59:59Z"}, {"now": 1}, [], "now"])
def test_what_is_no_moment_is_refused(client: FlaskClient, body: object) -> None:
    refused = client.put(PATH, json=body)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "invalid_input")


def test_a_production_service_has_no_such_clock(tmp_path: Path) -> None:
    assert service(tmp_path, "production").test_client().get(PATH).status_code == 404
