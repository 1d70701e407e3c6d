"""Programmes over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.demo.city import bearer

if TYPE_CHECKING:
    from flask import Flask

    from voucher_service.demo.loading import City

ADDRESS = "/api/v1/programmes"


@pytest.mark.usefixtures("served_city")
def test_anyone_sees_what_a_region_can_claim_from(app: Flask) -> None:
    answer = app.test_client().get(f"{ADDRESS}/open/411202")
    (offer,) = answer.json["programmes"]
    assert offer["programme"]["code"] == "2023"
    assert offer["quota"] == offer["left"] > 0
    assert "budget_fen" not in offer["programme"]


@pytest.mark.usefixtures("served_city")
def test_a_region_that_is_none_has_no_programme(app: Flask) -> None:
    assert app.test_client().get(f"{ADDRESS}/open/999999").json == {"programmes": []}
    assert app.test_client().get(f"{ADDRESS}/open/99999999999999999999").status_code == 404


def test_the_bureau_sees_budget_and_every_share(app: Flask, served_city: City) -> None:
    http, bureau = app.test_client(), bearer(app, served_city.staff["bureau1"])
    listed = http.get(f"{ADDRESS}/", headers=bureau).json["programmes"]
    shown = http.get(f"{ADDRESS}/{listed[0]['programme_id']}", headers=bureau).json
    assert sum(share["quota"] for share in shown["allotments"]) == shown["target_issued"] == 20_000
    assert 0 < shown["committed_fen"] <= shown["budget_fen"]


@pytest.mark.parametrize("path", ["/", "/1"])
def test_a_stranger_is_asked_to_log_in(app: Flask, path: str) -> None:
    assert app.test_client().get(ADDRESS + path).status_code == 401


def test_an_institution_does_not_see_the_budget(app: Flask, served_city: City) -> None:
    answer = app.test_client().get(f"{ADDRESS}/1", headers=bearer(app, served_city.staff["school1-admin"]))
    assert answer.status_code == 403


@pytest.mark.parametrize("programme_id", ["2", "2147483647", "99999999999999999999"])
def test_a_programme_that_is_none_is_not_found(app: Flask, served_city: City, programme_id: str) -> None:
    answer = app.test_client().get(f"{ADDRESS}/{programme_id}", headers=bearer(app, served_city.staff["bureau1"]))
    assert answer.status_code == 404
