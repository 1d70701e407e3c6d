"""Signing in by the code on the screen: from one's own log-in, now, once; and what is recorded without counting."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.journey.city import new_key
from tests.journey.town import newcomer, refused
from tests.sign_ins.room import Room, a_room, flags_of, nonce_of, sign_in
from voucher_service.classes.models import TrainingClass
from voucher_service.database import db, unit_of_work
from voucher_service.identifiers import to_hex
from voucher_service.institutions.models import Venue

if TYPE_CHECKING:
    from tests.journey.city import Town


def test_the_code_on_the_screen_signs_its_holder_in(town: Town) -> None:
    room = a_room(town, 2)
    scans, types = room.door.seated
    shown = room.shown()
    by_code = sign_in(scans.worker, code=shown["code"])
    by_digits = sign_in(types.worker, digits=shown["digits"])
    for answer, trainee in ((by_code, scans), (by_digits, types)):
        assert answer.status_code == 201, answer.text
        found = answer.get_json()
        assert (found["state"], found["flags"], found["late_minutes"]) == ("confirmed", [], 5)
        assert found["redemption"] == trainee.redemption
        assert room.standing(trainee) == "confirmed"


def test_the_first_sign_in_opens_the_class_and_ends_the_right_to_undo(town: Town) -> None:
    room = a_room(town)
    (trainee,) = room.door.seated
    sign_in(trainee.worker, code=room.shown()["code"])
    found = town.get(f"/api/v1/classes/{room.door.hex}", room.door.token()).get_json()
    assert found["training_class"]["state"] == "in_session"
    path = f"/api/v1/redemptions/{trainee.worker.region_id}/{trainee.redemption}/undo-request"
    assert refused(room.door.post(path, {"reason": "holder_withdrew"})) == (409, "attended_already")


def test_a_nonce_is_good_for_one_sign_in(town: Town) -> None:
    room = a_room(town)
    (trainee,) = room.door.seated
    nonce, code = nonce_of(trainee.worker), room.shown()["code"]
    assert sign_in(trainee.worker, nonce, code=code).status_code == 201
    assert refused(sign_in(trainee.worker, nonce, code=code)) == (409, "sign_in_nonce_used")


def test_a_retry_with_its_key_is_told_what_the_first_was_told(town: Town) -> None:
    room = a_room(town)
    worker, key = room.door.seated[0].worker, new_key()
    body = {"nonce": nonce_of(worker), "code": room.shown()["code"]}
    first, again = (town.post("/api/v1/sign-ins", worker.token, body, key) for _ in range(2))
    assert (again.data, again.headers["Idempotency-Hit"]) == (first.data, "true")


def test_a_nonce_of_another_person_or_of_another_log_in_is_refused(town: Town) -> None:
    room = a_room(town, 2)
    one, other = (trainee.worker for trainee in room.door.seated)
    code, mine = room.shown()["code"], nonce_of(one)
    assert refused(sign_in(other, mine, code=code)) == (422, "sign_in_nonce_invalid")
    one.log_in()
    assert refused(sign_in(one, mine, code=code)) == (422, "sign_in_nonce_invalid")
    forged = mine[:-2] + ("00" if mine[-2:] != "00" else "01")
    assert refused(sign_in(one, forged, code=code)) == (422, "sign_in_nonce_invalid")


@pytest.mark.parametrize(("seconds", "answer"), [(120, None), (121, (422, "sign_in_nonce_stale"))])
def test_a_nonce_lasts_two_minutes(town: Town, seconds: int, answer: Any) -> None:
    room = a_room(town)
    worker = room.door.seated[0].worker
    nonce = nonce_of(worker)
    town.clock.advance(seconds=seconds)
    found = sign_in(worker, nonce, code=room.shown()["code"])
    assert found.status_code == 201 if answer is None else refused(found) == answer


def test_a_code_lasts_its_step_and_the_next(town: Town) -> None:
    room = a_room(town, 2)
    one, other = (trainee.worker for trainee in room.door.seated)
    shown = room.shown()
    town.clock.moment = town.clock.moment.fromisoformat(shown["next_at"]) + timedelta(seconds=29)
    assert sign_in(one, code=shown["code"]).status_code == 201
    town.clock.advance(seconds=1)
    stale = sign_in(other, code=shown["code"])
    assert refused(stale) == (422, "roll_code_stale")
    assert stale.get_json()["figures"]["seconds"] == 30
    assert refused(sign_in(other, digits=shown["digits"])) == (422, "no_class_to_sign_into")


def test_a_code_of_the_future_or_of_another_session_is_refused(town: Town) -> None:
    room = a_room(town)
    worker = room.door.seated[0].worker
    town.clock.advance(minutes=5)
    later = room.shown()["code"]
    town.clock.advance(minutes=-5)
    assert refused(sign_in(worker, code=later)) == (422, "roll_code_stale")
    code = bytes.fromhex(room.shown()["code"])
    assert room.open(2).status_code == 200
    other_session = code[:9] + (2).to_bytes(2, "big") + code[11:]
    assert refused(sign_in(worker, code=other_session.hex())) == (422, "roll_code_forged")
    never_opened = code[:9] + (3).to_bytes(2, "big") + code[11:]
    assert refused(sign_in(worker, code=never_opened.hex())) == (409, "roll_call_not_open")
    no_class = code[:1] + b"\x01" * 8 + code[9:]
    assert refused(sign_in(worker, code=no_class.hex())) == (422, "roll_code_forged")
    assert refused(sign_in(worker, code="02" + room.shown()["code"][2:])) == (422, "roll_code_malformed")


def test_neither_both_forms_of_a_code_nor_none_sign_anybody_in(town: Town) -> None:
    room = a_room(town)
    worker, shown = room.door.seated[0].worker, room.shown()
    both = sign_in(worker, code=shown["code"], digits=shown["digits"])
    assert refused(both) == refused(sign_in(worker)) == (422, "code_or_digits")


def test_the_code_of_a_class_that_is_not_ones_own_is_recorded_and_flagged(town: Town) -> None:
    room, stranger = a_room(town), newcomer(town)
    found = sign_in(stranger, code=room.shown()["code"])
    assert flags_of(found) == ["not_of_this_class"]
    assert (found.get_json()["state"], found.get_json()["redemption"]) == ("unconfirmed", None)
    assert refused(sign_in(stranger, digits=room.shown()["digits"])) == (422, "no_class_to_sign_into")


@pytest.mark.parametrize(
    ("minutes", "flags"), [(-31, ["outside_time"]), (-30, []), (0, []), (360, []), (361, ["outside_time"])]
)
def test_a_sign_in_outside_the_sessions_time_is_flagged(town: Town, minutes: int, flags: list[str]) -> None:
    room = a_room(town)
    room.at(1, minutes)
    (trainee,) = room.door.seated
    assert flags_of(sign_in(trainee.worker, code=room.shown()["code"])) == flags
    expected = "flagged" if flags else "late" if minutes > 30 else "confirmed"
    assert room.standing(trainee) == expected


@pytest.mark.parametrize(("minutes", "standing"), [(30, "confirmed"), (31, "late")])
def test_who_is_too_late_was_not_there(town: Town, minutes: int, standing: str) -> None:
    room = a_room(town)
    room.at(1, minutes)
    (trainee,) = room.door.seated
    answer = sign_in(trainee.worker, code=room.shown()["code"]).get_json()
    assert (answer["late_minutes"], answer["state"]) == (minutes, "confirmed")
    assert room.standing(trainee) == standing


def test_a_second_sign_in_at_a_session_says_nothing_new(town: Town) -> None:
    room = a_room(town)
    (trainee,) = room.door.seated
    sign_in(trainee.worker, code=room.shown()["code"])
    again = sign_in(trainee.worker, code=room.shown()["code"])
    assert (flags_of(again), again.get_json()["state"]) == (["repeated"], "rejected")
    assert room.standing(trainee) == "confirmed"


def located(room: Room, latitude_e6: int, longitude_e6: int) -> None:
    """Put a room with a known place on the class's plan."""
    door = room.door
    with door.town.app.app_context(), unit_of_work() as session:
        held = session.get_one(TrainingClass, (door.region_id, door.class_id))
        venue = session.query(Venue).filter_by(region_id=door.region_id, institution_id=door.institution_id).first()
        assert venue is not None
        venue.latitude_e6, venue.longitude_e6, venue.kind = latitude_e6, longitude_e6, "theory"
        held.plan = {**held.plan, "venue_ids": [venue.venue_id]}
        db.session.flush()


@pytest.mark.parametrize(
    ("latitude_e6", "metres", "flags"),
    [(34_774_000, 111, []), (34_777_496, 499, []), (34_777_520, 502, ["outside_place"])],
)
def test_a_sign_in_from_too_far_away_is_flagged(town: Town, latitude_e6: int, metres: int, flags: list[str]) -> None:
    room = a_room(town)
    located(room, 34_773_000, 111_200_000)
    (trainee,) = room.door.seated
    place = {"latitude_e6": latitude_e6, "longitude_e6": 111_200_000}
    answer = sign_in(trainee.worker, code=room.shown()["code"], place=place)
    assert (flags_of(answer), answer.get_json()["distance_metres"]) == (flags, metres)


def test_a_class_that_is_closed_signs_nobody_in(town: Town) -> None:
    room = a_room(town)
    (trainee,) = room.door.seated
    code = room.shown()["code"]
    room.door.teach([trainee.redemption])
    room.door.close()
    trainee.worker.log_in()
    assert refused(room.open()) == (409, "class_not_held")
    assert refused(sign_in(trainee.worker, code=code)) == (422, "roll_code_stale")


def test_another_schools_screen_is_as_absent_as_none(town: Town) -> None:
    room, other = a_room(town, number=None), a_room(town)
    path = f"/api/v1/roll-calls/{room.door.hex}"
    if (room.door.region_id, room.door.institution_id) != (other.door.region_id, other.door.institution_id):
        assert refused(town.get(f"{path}/sessions/1/code", other.door.token())) == (404, "not_found")
        assert refused(other.door.post(f"{path}/sessions/1", {})) == (404, "not_found")
    assert refused(other.door.post(f"/api/v1/roll-calls/{to_hex(1)}/sessions/1", {})) == (404, "not_found")
    assert refused(room.open(9)) == (422, "session_unknown")
