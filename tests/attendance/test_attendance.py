"""Attendance and the close of a class: who counts, what is refused, and where the promised money goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.journey.city import START, Town, new_key
from tests.journey.town import Door, a_door, assert_sound, promised, refused, row
from voucher_service.classes.models import TrainingClass
from voucher_service.database import db, unit_of_work
from voucher_service.identifiers import from_hex
from voucher_service.ledger import service as ledger
from voucher_service.redemptions.models import Redemption
from voucher_service.sweeping import sweep_once


def in_first_session(door: Door) -> Door:
    door.town.clock.moment = door.sessions()[0].starts_at + timedelta(minutes=5)
    return door


def seated_class(town: Town, count: int = 1) -> Door:
    """A class of its own with people in it, at its first session."""
    door = a_door(town)
    door.seat(count)
    return in_first_session(door)


def test_someone_recorded_twice_counts_once(town: Town) -> None:
    door = seated_class(town, 2)
    first, second = (trainee.redemption for trainee in door.seated)
    assert door.attend([first]).get_json() == {"recorded": 1}
    assert door.attend([first, second, first]).get_json() == {"recorded": 1}
    assert door.attend([first, second]).get_json() == {"recorded": 0}


def test_a_retry_is_told_what_the_first_was_told(town: Town) -> None:
    door, key = seated_class(town), new_key()
    path, body = f"/api/v1/attendance/{door.hex}/records", {"session_no": 1, "present": [door.seated[0].redemption]}
    token = door.token()
    assert town.post(path, token, body, key).get_json() == {"recorded": 1}
    again = town.post(path, token, body, key)
    assert (again.get_json(), again.headers["Idempotency-Hit"]) == ({"recorded": 1}, "true")


@pytest.mark.parametrize("session_no", [2, 9, 1000])
def test_a_session_that_is_not_there_or_has_not_begun_is_refused(town: Town, session_no: int) -> None:
    door = in_first_session(a_door(town, 0))
    answer = door.attend(["0" * 15 + "1"], session_no)
    assert (refused(answer), answer.get_json()["figures"]) == ((422, "session_unknown"), {"session_no": session_no})


@pytest.mark.parametrize(
    "body",
    [
        {"session_no": 0, "present": ["0" * 16]},
        {"session_no": 2001, "present": ["0" * 16]},
        {"session_no": "1", "present": ["0" * 16]},
        {"session_no": 1, "present": []},
        {"session_no": 1, "present": ["0" * 16] * 201},
        {"session_no": 1, "present": ["x"]},
        {"session_no": 1},
    ],
)
def test_a_list_beyond_its_bounds_is_refused(town: Town, body: dict[str, Any]) -> None:
    door = in_first_session(a_door(town, 0))
    assert refused(door.post(f"/api/v1/attendance/{door.hex}/records", body)) == (422, "invalid_input")


def test_nobody_is_recorded_when_one_is_not_of_this_class(town: Town) -> None:
    door, other = seated_class(town), a_door(town, 1)
    town.clock.moment = START
    (stranger,) = other.seat()
    in_first_session(door)
    mine = door.seated[0].redemption
    answer = door.attend([mine, stranger.redemption, "0" * 15 + "1"])
    assert (refused(answer), answer.get_json()["figures"]) == ((422, "not_of_this_class"), {"unknown": 2})
    assert door.attend([mine]).get_json() == {"recorded": 1}


def test_another_schools_class_is_as_absent_as_none(town: Town) -> None:
    door, other = seated_class(town), a_door(town, 0)
    for class_id in (door.hex, "0" * 15 + "1", "Z" * 16):
        path = f"/api/v1/attendance/{class_id}"
        body = {"session_no": 1, "present": [door.seated[0].redemption]}
        assert refused(other.post(f"{path}/attendance", body)) == (404, "not_found")
        assert refused(other.post(f"{path}/close", {})) == (404, "not_found")


def test_a_class_is_not_closed_before_its_last_session_is_over(town: Town) -> None:
    door = seated_class(town)
    door.attend([door.seated[0].redemption])
    town.clock.moment = door.sessions()[-1].ends_at - timedelta(seconds=1)
    assert refused(door.post(f"/api/v1/attendance/{door.hex}/close", {})) == (409, "class_not_over")
    town.clock.moment = door.sessions()[-1].ends_at
    assert refused(door.post(f"/api/v1/attendance/{door.hex}/close", {})) == (409, "class_not_yet")
    assert row(town, door.seated[0].worker).state == "redeemed"


def test_a_closed_class_is_neither_closed_again_nor_attended(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.complete()
    assert refused(door.post(f"/api/v1/attendance/{door.hex}/close", {})) == (409, "class_not_in_state")
    answer = door.attend([trainee.redemption])
    assert (refused(answer), answer.get_json()["figures"]) == ((409, "class_not_held"), {"state": "ended"})


def test_who_attended_enough_completed_and_who_did_not_forfeits(town: Town) -> None:
    door = a_door(town)
    before, _ = promised(town)
    regular, seven, six = door.seat(3)
    held = door.sessions()
    for session in held:
        town.clock.moment = session.starts_at
        there = [regular, *([seven] if session.session_no <= 7 else []), *([six] if session.session_no <= 6 else [])]
        door.attend([trainee.redemption for trainee in there], session.session_no)
    assert door.close().get_json() == {"completed": 2, "forfeited": 1}
    states = [
        (row(town, trainee.worker).state, row(town, trainee.worker).value_fen) for trainee in (regular, seven, six)
    ]
    assert states == [("completed", None), ("completed", None), ("forfeited", 0)]
    with town.app.app_context():
        held_class = db.session.get_one(TrainingClass, (door.region_id, door.class_id))
        freed_fen = (held_class.capacity - 2) * held_class.standard_fen
        permille = db.session.scalars(
            select(Redemption.attended_permille)
            .where(Redemption.class_id == door.class_id)
            .order_by(Redemption.attended_permille.desc())
        ).all()
        last = ledger.facts_of(six.worker.region_id, from_hex(six.worker.voucher))[-1]
    assert permille == [1000, 875, 750]
    assert (last.kind, last.amount_fen) == ("VoucherForfeited", held_class.standard_fen)
    assert promised(town)[0] == before - freed_fen
    assert_sound(town)


def test_a_voucher_that_ended_during_the_class_is_left_as_it_is(town: Town) -> None:
    door = a_door(town)
    stays, overdue = door.seat(2)
    door.teach([stays.redemption, overdue.redemption])
    with town.app.app_context(), unit_of_work() as session:
        redemption = session.get_one(Redemption, (overdue.worker.region_id, from_hex(overdue.redemption)))
        voucher = row(town, overdue.worker)
        session.execute(
            update(type(voucher)).where(type(voucher).voucher_id == redemption.voucher_id).values(certify_by=START)
        )
    with town.app.app_context():
        assert sweep_once(START + timedelta(seconds=1))["forfeited"] == 1
    assert_sound(town)
    assert door.close().get_json() == {"completed": 1, "forfeited": 0}
    assert [row(town, trainee.worker).state for trainee in (stays, overdue)] == ["completed", "forfeited"]
    assert_sound(town)


def test_a_class_that_nobody_came_to_gives_everything_back(town: Town) -> None:
    door = seated_class(town)
    door.attend([door.seated[0].redemption])
    assert door.close().get_json() == {"completed": 0, "forfeited": 1}
    assert_sound(town)
