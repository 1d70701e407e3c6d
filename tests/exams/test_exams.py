"""Exams through the API: filed in time, withdrawn in time, their results, and what a certificate may rest on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.journey.city import Town
from tests.journey.town import Door, Trainee, a_door, refused
from tests.races.crowd import race
from voucher_service.calendar import local_date
from voucher_service.classes import service as classes
from voucher_service.database import db
from voucher_service.programmes import service as programmes

PATH = "/api/v1/exams"


def act(door: Door, filed: Any, verb: str, body: Any) -> Any:
    return door.post(f"{PATH}/{filed.get_json()['exam']}/{verb}", body)


def enter(door: Door, filed: Any, trainee: Trainee, outcome: str, reason: str = "") -> Any:
    row = {"redemption": trainee.redemption, "outcome": outcome, "reason": reason}
    return act(door, filed, "results", {"results": [row]})


def state(door: Door) -> str:
    with door.town.app.app_context():
        return classes.get(door.region_id, door.class_id).state


def certificate(door: Door, trainee: Trainee, day: str) -> Any:
    return door.post("/api/v1/certificates", door.certificate(trainee, examined_on=day, issued_on=day))


def test_two_days_ahead_is_too_late_and_three_are_enough(town: Town) -> None:
    door = a_door(town)
    assert refused(door.file_exam()) == (409, "class_not_in_state")
    door.complete()
    late, today = door.file_exam(2), local_date(town.clock.now())
    assert refused(late) == (409, "exam_filed_too_late")
    assert late.get_json()["figures"] == {
        "days_min": 3,
        "today": today.isoformat(),
        "earliest": (today + timedelta(days=3)).isoformat(),
        "held_on": (today + timedelta(days=2)).isoformat(),
    }
    assert state(door) == "ended"
    assert door.file_exam(3).status_code == 201
    assert state(door) == "exam_filed"
    assert refused(door.file_exam(3)) == (409, "class_not_in_state")


def test_a_filing_is_withdrawn_before_its_day_and_filed_again(town: Town) -> None:
    door = a_door(town)
    door.complete()
    filed = door.file_exam()
    assert refused(act(a_door(town), filed, "withdrawal", {})) == (404, "not_found")
    assert act(door, filed, "withdrawal", {}).status_code == 200
    assert refused(act(door, filed, "withdrawal", {})) == (409, "exam_withdrawn")
    assert state(door) == "ended"
    again = door.file_exam()
    assert again.status_code == 201
    town.clock.advance(days=3)
    assert refused(act(door, again, "withdrawal", {})) == (409, "exam_already_held")


def test_only_a_pass_on_the_filed_day_leads_to_a_certificate(town: Town) -> None:
    door = a_door(town)
    first, second = door.complete(2)
    filed = door.file_exam()
    day = filed.get_json()["held_on"]
    town.clock.advance(days=3)
    assert refused(enter(door, filed, first, "passed")) == (409, "exam_not_yet_held")
    town.clock.advance(days=1)
    assert refused(certificate(door, first, day)) == (409, "exam_not_passed")
    stranger = Trainee(first.worker, "0" * 15 + "1")
    assert refused(enter(door, filed, stranger, "passed")) == (422, "not_a_candidate")
    twice = [{"redemption": first.redemption, "outcome": "passed"}] * 2
    assert refused(act(door, filed, "results", {"results": twice})) == (422, "result_twice")
    assert enter(door, filed, first, "failed").status_code == 200
    assert state(door) == "exam_filed"
    failed = certificate(door, first, day)
    assert (refused(failed), failed.get_json()["figures"]) == ((409, "exam_not_passed"), {"outcome": "failed"})
    assert enter(door, filed, second, "passed").status_code == 200
    assert state(door) == "examined"
    other_day = local_date(town.clock.now()).isoformat()
    assert refused(certificate(door, second, other_day)) == (409, "exam_day_mismatch")
    assert certificate(door, second, day).status_code == 201
    assert refused(enter(door, filed, first, "passed")) == (422, "result_reason_missing")
    corrected = enter(door, filed, first, "passed", "登记时看错行")
    rows = {row["redemption"]: row["revision"] for row in corrected.get_json()["results"]}
    assert rows == {first.redemption: 2, second.redemption: 1}
    assert certificate(door, first, day).status_code == 201
    for rewriting in ("UPDATE exam_result SET outcome = 'passed'", "DELETE FROM exam_result"):
        with town.app.app_context(), pytest.raises(DBAPIError), db.engine.begin() as connection:
            connection.execute(text(rewriting))


def test_without_a_filed_exam_no_certificate_is_entered_and_none_is_verified(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.complete()
    day = local_date(town.clock.now()).isoformat()
    missing = certificate(door, trainee, day)
    assert refused(missing) == (409, "exam_not_filed")
    assert missing.get_json()["clause"] == "附件3"
    assert missing.get_json()["figures"] == {"filed": 0, "exams_min": 1}
    filed = door.file_exam()
    assert act(door, filed, "withdrawal", {}).status_code == 200
    assert refused(certificate(door, trainee, day)) == (409, "exam_not_filed")
    door.examine([trainee])
    assert door.certify(trainee).status_code == 200


def test_a_pack_of_before_the_number_demands_no_filing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    door = a_door(town)
    (trainee,) = door.complete()
    with town.app.app_context():
        pack_id = classes.get(door.region_id, door.class_id).rule_pack_id
        older = {key: value for key, value in programmes.rule_numbers(pack_id).items() if key != "exams_filed_min"}
    monkeypatch.setattr(programmes, "rule_numbers", lambda _: older)
    assert door.certify(trainee).status_code == 200


def test_of_two_filings_at_once_one_stands(town: Town) -> None:
    door = a_door(town)
    door.complete()
    outcome = race([door.file_exam] * 2)
    assert outcome.answers == {(201, None): 1, (409, "class_not_in_state"): 1}
