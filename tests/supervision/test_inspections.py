"""Inspections through the API: what counts, what is refused, and how their average caps the certificates."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.journey import supervising
from tests.journey.city import Town
from tests.journey.town import Door, Trainee, refused
from tests.races.crowd import race
from tests.supervision.doors import new_door
from voucher_service.database import db


def told(door: Door, who: str = "bureau1") -> dict[str, Any]:
    answer = door.town.get(supervising.address(door.hex), supervising.bureau_token(door.town, who))
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.get_json()
    return document


def at_session(door: Door, session_no: int = 1) -> None:
    door.town.clock.moment = door.sessions()[session_no - 1].starts_at + timedelta(minutes=5)


def enter(door: Door, trainee: Trainee) -> str:
    entered = door.post("/api/v1/certificates", door.certificate(trainee))
    assert entered.status_code == 201, entered.text
    return str(entered.get_json()["certificate"])


def verify(door: Door, certificate: str) -> Any:
    path = f"/api/v1/certificates/{certificate}/decision"
    return door.town.post(path, supervising.bureau_token(door.town), {"genuine": True})


def test_a_visit_is_recorded_by_the_bureau_or_the_industry_department_and_by_nobody_else(town: Town) -> None:
    door = new_door(town)
    at_session(door)
    path, body = f"{supervising.address(door.hex)}/inspections", supervising.visit(town, 20)
    assert refused(door.post(path, body)) == (403, "forbidden")
    for who in ("finance1", "auditor1", "system-admin"):
        assert refused(supervising.inspect(town, door.hex, 20, who)) == (403, "forbidden")
    assert supervising.inspect(town, door.hex, 20, "industry1").status_code == 201
    mid = supervising.inspect(town, door.hex, 19, "bureau1", kind="mid_course")
    assert (mid.status_code, mid.get_json()["standing"]) == (201, "counts")
    shown = told(door)
    assert (shown["opening_head_count"], shown["training_head_count"], shown["checks"]) == (20, 19, 1)


def test_what_cannot_be_is_refused_and_nothing_is_recorded(town: Town) -> None:
    door = new_door(town)
    at_session(door)
    late = (town.clock.now() + timedelta(minutes=1)).isoformat()
    future = supervising.inspect(town, door.hex, 20, inspected_at=late)
    assert refused(future) == (422, "inspection_in_future")
    assert set(future.get_json()["figures"]) == {"inspected_at", "now"}
    assert refused(supervising.inspect(town, door.hex, 20, photo="")) == (422, "invalid_input")
    assert refused(supervising.inspect(town, door.hex, 20, inspected_at="0001-01-01T00:00:00+14:00"))[0] == 422
    assert refused(supervising.inspect(town, "0" * 15 + "1", 20)) == (404, "not_found")
    assert told(door)["inspections"] == []


def test_the_form_s_places_are_filled_once_and_more_visits_are_unannounced(town: Town) -> None:
    door = new_door(town)
    at_session(door)
    assert supervising.inspect(town, door.hex, 20).status_code == 201
    again = supervising.inspect(town, door.hex, 20)
    assert (refused(again), again.get_json()["clause"]) == ((409, "inspection_places_filled"), "附件3")
    assert again.get_json()["figures"] == {"made": 1, "places": 1}
    for heads in (28, 27):
        assert supervising.inspect(town, door.hex, heads, kind="mid_course").status_code == 201
    third = supervising.inspect(town, door.hex, 20, kind="mid_course")
    assert third.get_json()["figures"] == {"made": 2, "places": 2}
    assert supervising.inspect(town, door.hex, 26, kind="unannounced").status_code == 201
    assert told(door)["training_head_count"] == 27


def test_a_visit_outside_days_and_sessions_is_kept_and_does_not_count(town: Town) -> None:
    door = new_door(town)
    at_session(door, 2)
    first_day_late = supervising.inspect(town, door.hex, 20)
    assert first_day_late.get_json()["standing"] == "outside_days"
    evening = (town.clock.now() + timedelta(hours=8)).isoformat()
    town.clock.advance(hours=9)
    after_hours = supervising.inspect(town, door.hex, 20, kind="mid_course", inspected_at=evening)
    assert after_hours.get_json()["standing"] == "outside_sessions"
    shown = told(door)
    assert (len(shown["inspections"]), shown["training_head_count"], shown["checks"]) == (2, None, 0)


def test_a_correction_is_another_row_with_its_reason(town: Town) -> None:
    door = new_door(town)
    at_session(door)
    first = supervising.inspect(town, door.hex, 20).get_json()["inspection"]
    correct = partial(supervising.inspect, town, door.hex, 18, corrects=first)
    assert refused(correct()) == (422, "inspection_reason_missing")
    other = new_door(town)
    assert refused(supervising.inspect(town, other.hex, 18, corrects=first, reason="看错")) == (404, "not_found")
    second = correct(reason="数漏两人")
    assert second.status_code == 201, second.text
    assert refused(correct(reason="再改一次")) == (409, "inspection_corrected")
    shown = told(door)
    assert {row["row"]["present"]: row["is_current"] for row in shown["inspections"]} == {20: False, 18: True}
    assert shown["opening_head_count"] == 18
    for rewriting in ("UPDATE inspection SET present = 80", "DELETE FROM inspection"):
        with town.app.app_context(), pytest.raises(DBAPIError), db.engine.begin() as connection:
            connection.execute(text(rewriting))


def test_of_two_inspectors_at_once_one_fills_the_place(town: Town) -> None:
    door = new_door(town)
    at_session(door)
    path = f"{supervising.address(door.hex)}/inspections"
    tokens = [supervising.bureau_token(town, who) for who in ("bureau1", "bureau2")]
    body = supervising.visit(town, 20)
    outcome = race([partial(town.post, path, token, body) for token in tokens])
    assert outcome.answers == {(201, None): 1, (409, "inspection_places_filled"): 1}
    first = outcome.won[0]["inspection"]
    change = {**body, "corrects": first, "reason": "数漏两人"}
    outcome = race([partial(town.post, path, token, change) for token in tokens])
    assert outcome.answers == {(201, None): 1, (409, "inspection_corrected"): 1}


def test_no_more_certificates_have_a_value_than_were_present_on_average(town: Town) -> None:
    door = new_door(town)
    trainees = door.complete(3)
    mid = door.sessions()[3].starts_at.isoformat()
    counted = supervising.inspect(town, door.hex, 2, kind="mid_course", inspected_at=mid)
    assert counted.get_json()["standing"] == "counts"
    door.examine(trainees)
    entered = [enter(door, trainee) for trainee in trainees]
    token = supervising.bureau_token(town)
    paths = [f"/api/v1/certificates/{certificate}/decision" for certificate in entered]
    outcome = race([partial(town.post, path, token, {"genuine": True}) for path in paths])
    assert outcome.answers == {(200, None): 2, (409, "payable_reached"): 1}
    (beyond,) = [found for found in outcome.documents if found.get("code")]
    assert (beyond["clause"], beyond["figures"]) == (
        "二(三)1",
        {"checks": 1, "payable": 2, "valued": 2, "next": 3},
    )
    row = counted.get_json()["inspection"]
    corrected = supervising.inspect(
        town, door.hex, 3, kind="mid_course", inspected_at=mid, corrects=row, reason="门外还有一人"
    )
    assert corrected.status_code == 201, corrected.text
    answers = [verify(door, certificate).status_code for certificate in entered]
    assert sorted(answers) == [200, 409, 409]


def test_a_head_count_beyond_the_seats_counts_as_the_seats(town: Town) -> None:
    door = new_door(town)
    at_session(door)
    assert supervising.inspect(town, door.hex, 9_999, kind="mid_course").status_code == 201
    assert supervising.inspect(town, door.hex, 20, kind="mid_course").status_code == 201
    assert told(door)["training_head_count"] == (80 + 20) // 2


def test_a_class_without_a_visit_has_no_value_until_a_recording_stands_in(town: Town) -> None:
    door = new_door(town)
    (trainee,) = door.complete(inspected=False)
    door.examine([trainee])
    certificate = enter(door, trainee)
    unseen = verify(door, certificate)
    assert (refused(unseen), unseen.get_json()["clause"]) == ((409, "class_not_inspected"), "二(三)2")
    assert unseen.get_json()["figures"] == {"inspections": 0, "videos": 0, "inspections_min": 1}
    recording = told(door)["recordings"][0]["row"]["recording"]
    path = f"{supervising.address(door.hex)}/recordings/{recording}/judgements"
    seen = {"shows_everyone": True, "effective": True, "present": 1}
    assert town.post(path, supervising.bureau_token(town), seen).status_code == 201
    assert verify(door, certificate).status_code == 200
