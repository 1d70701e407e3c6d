"""Institutions over HTTP: each sees itself, offices see their region, the city sees all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.demo.city import bearer
from voucher_service.identifiers import to_hex

if TYPE_CHECKING:
    from flask import Flask

    from voucher_service.demo.loading import City

ADDRESS = "/api/v1/institutions"


def test_the_city_pages_through_all_and_a_school_sees_itself(app: Flask, served_city: City) -> None:
    http, bureau = app.test_client(), bearer(app, served_city.staff["bureau1"])
    seen: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        page = http.get(f"{ADDRESS}/?limit=5" + (f"&after={after}" if after else ""), headers=bureau).json
        assert page is not None
        seen, after = seen + page["institutions"], page["next"]
    assert {row["institution_id"] for row in seen} == {to_hex(school.institution_id) for school in served_city.schools}
    assert len(seen) == 12
    own = http.get(f"{ADDRESS}/", headers=bearer(app, served_city.staff["school1-admin"])).json
    assert [row["name"] for row in own["institutions"]] == [served_city.schools[0].name]


@pytest.mark.parametrize("number", [1, 4])
def test_another_school_is_not_found(app: Flask, served_city: City, number: int) -> None:
    answer = app.test_client().get(
        f"{ADDRESS}/{to_hex(served_city.schools[number].institution_id)}",
        headers=bearer(app, served_city.staff["school1-admin"]),
    )
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


@pytest.mark.parametrize("name", ["0", "zzzzzzzzzzzzzzzz", "ffffffffffffffff", "0" * 17])
def test_a_name_of_nothing_is_not_found(app: Flask, served_city: City, name: str) -> None:
    answer = app.test_client().get(f"{ADDRESS}/{name}", headers=bearer(app, served_city.staff["bureau1"]))
    assert answer.status_code == 404


def test_licences_are_listed(app: Flask, served_city: City) -> None:
    school = served_city.schools[0]
    answer = app.test_client().get(
        f"{ADDRESS}/{to_hex(school.institution_id)}/licences", headers=bearer(app, served_city.staff["school1-clerk"])
    )
    assert len(answer.json["licences"]) == len(school.offers)


def test_suspending_is_the_bureaus_and_is_answered_once(app: Flask, served_city: City) -> None:
    http, path = app.test_client(), f"{ADDRESS}/{to_hex(served_city.schools[5].institution_id)}/suspend"
    key = {"Idempotency-Key": "suspend-one"}
    assert http.post(path, headers=bearer(app, served_city.staff["industry1"]) | key).status_code == 403
    bureau = bearer(app, served_city.staff["bureau1"])
    assert http.post(path, headers=bureau).json["code"] == "idempotency_key_missing"
    first, again = (http.post(path, headers=bureau | key) for _ in range(2))
    assert first.status_code == 200
    assert first.json["suspended_at"]
    assert (again.json, again.headers["Idempotency-Hit"]) == (first.json, "true")
    assert http.post(path, headers=bureau | {"Idempotency-Key": "suspend-two"}).json["code"] == "already_suspended"


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "after=xyz", "colour=red"])
def test_a_page_that_cannot_be_is_refused(app: Flask, served_city: City, query: str) -> None:
    answer = app.test_client().get(f"{ADDRESS}/?{query}", headers=bearer(app, served_city.staff["bureau1"]))
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_input")
