"""Rule packs: sound numbers for a day to come, proposed by one reviewer and adopted by another."""

from __future__ import annotations

import json
from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.exc import IntegrityError

from tests.accounts.application import START
from tests.demo.city import bearer
from voucher_service import rulebook
from voucher_service.database import db, unit_of_work
from voucher_service.demo.tables import rule_pack
from voucher_service.identifiers import new_id
from voucher_service.programmes import service
from voucher_service.programmes.models import RulePackProposal

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from voucher_service.demo.loading import City

ADDRESS = "/api/v1/rule-packs"


def document(in_force_from: str, **values: int) -> dict[str, Any]:
    """The demonstration's pack for another day, some of its numbers changed."""
    text = (files("voucher_service.demo") / "data" / "rule-pack-2023.json").read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    for number in read["numbers"]:
        number["value"] = values.get(number["key"], number["value"])
    return {**read, "in_force_from": in_force_from}


class Desk:
    written = 0

    def __init__(self, app: Flask, city: City, login_name: str) -> None:
        self._http, self._headers = app.test_client(), bearer(app, city.staff[login_name])

    def get(self, path: str) -> Any:
        return self._http.get(path, headers=self._headers).json

    def post(self, path: str, body: object) -> TestResponse:
        Desk.written += 1
        key = {"Idempotency-Key": f"pack-{Desk.written:06}"}
        return self._http.post(path, json=body, headers=self._headers | key)


@pytest.fixture
def first(app: Flask, served_city: City) -> Desk:
    return Desk(app, served_city, "bureau1")


@pytest.fixture
def second(app: Flask, served_city: City) -> Desk:
    return Desk(app, served_city, "bureau2")


def test_a_pack_is_proposed_by_one_and_adopted_by_another(app: Flask, first: Desk, second: Desk) -> None:
    proposed = first.post(f"{ADDRESS}/proposals", document("2023-09-01", trainees_max=60))
    assert (proposed.status_code, proposed.json["verdict"]) == (201, None)
    path = f"{ADDRESS}/proposals/{proposed.json['proposal_id']}/decision"
    assert first.post(path, {"verdict": "adopt"}).json["code"] == "pack_proposer_decides"
    with app.app_context():
        assert service.rule_numbers(service.rule_pack_in_force(date(2023, 9, 1)))["trainees_max"] == 80
    assert second.post(path, {"verdict": "adopt"}).json["verdict"] == "adopt"
    assert second.post(path, {"verdict": "drop"}).json["code"] == "pack_decided"
    with app.app_context():
        assert service.rule_numbers(service.rule_pack_in_force(date(2023, 9, 1)))["trainees_max"] == 60
        assert service.rule_numbers(service.rule_pack_in_force(date(2023, 8, 31)))["trainees_max"] == 80
    latest = app.test_client().get(f"{ADDRESS}/").json["rule_packs"][0]
    most = next(number for number in latest["numbers"] if number["key"] == "trainees_max")
    assert (latest["in_force_from"], most["value"], most["clause"], most["rule"]) == (
        "2023-09-01",
        60,
        "二(三)1",
        "R17c",
    )


def test_two_packs_of_one_day_are_not_adopted(first: Desk, second: Desk) -> None:
    both = [first.post(f"{ADDRESS}/proposals", document("2023-11-01")).json["proposal_id"] for _ in range(2)]
    answers = [second.post(f"{ADDRESS}/proposals/{one}/decision", {"verdict": "adopt"}) for one in both]
    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[1].json["code"] == "pack_day_taken"
    dropped = second.post(f"{ADDRESS}/proposals/{both[1]}/decision", {"verdict": "drop"})
    assert dropped.json["verdict"] == "drop"


@pytest.mark.parametrize("day", ["2023-06-01", "2022-01-01"])
def test_a_pack_never_takes_effect_in_the_past(first: Desk, day: str) -> None:
    assert first.post(f"{ADDRESS}/proposals", document(day)).json["code"] == "pack_in_the_past"


def test_a_pack_without_a_number_or_with_one_too_many_is_refused(first: Desk) -> None:
    wrong = document("2023-12-01", practical_share_min_permille=1001)
    wrong["numbers"][0]["key"] = "issued_goal"
    answer = first.post(f"{ADDRESS}/proposals", wrong)
    assert (answer.status_code, answer.json["code"]) == (422, "pack_numbers_wrong")
    assert answer.json["figures"] == {
        "missing": ["issued_target"],
        "unknown": ["issued_goal"],
        "beyond": ["practical_share_min_permille"],
    }
    twice = document("2023-12-01")
    twice["numbers"].append(twice["numbers"][0])
    assert first.post(f"{ADDRESS}/proposals", twice).json["code"] == "invalid_input"


@pytest.mark.parametrize("login_name", ["school1-admin", "finance1", "system-admin"])
def test_only_reviewers_of_the_bureau_propose(app: Flask, served_city: City, login_name: str) -> None:
    desk = Desk(app, served_city, login_name)
    assert desk.post(f"{ADDRESS}/proposals", document("2023-12-01")).status_code == 403


def test_the_database_itself_wants_another_person(city: City) -> None:  # noqa: ARG001
    alone = RulePackProposal(
        proposal_id=new_id(), effective_from=date(2030, 1, 1), numbers={}, texts={}, proposed_by=5, proposed_at=START,
        decided_by=5, decided_at=START, verdict="adopt",
    )  # fmt: skip
    with pytest.raises(IntegrityError), unit_of_work():
        db.session.add(alone)


def test_the_rule_book_knows_every_number_of_the_plans_pack_and_its_rule() -> None:
    pack = rule_pack()
    assert set(pack.values) == set(rulebook.numbers())
    for number in pack.numbers:
        if number.rule is not None:
            demand = rulebook.demands()[number.rule]
            assert number.key in demand.numbers
            assert demand.clause == number.clause
