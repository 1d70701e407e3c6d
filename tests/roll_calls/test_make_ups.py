"""Filmed make-up sessions before the exam count, by the reference of their recording (R18f)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.journey.town import refused
from tests.sign_ins.room import Room, a_room, sign_in

if TYPE_CHECKING:
    from tests.journey.city import Town


def enter(room: Room, makes_up: int = 1, *, after: timedelta = timedelta(hours=2), length: timedelta | None = None,
          **more: Any) -> Any:  # fmt: skip
    missed = room.door.sessions()[makes_up - 1]
    starts_at = missed.ends_at + after
    ends_at = starts_at + (length or missed.ends_at - missed.starts_at)
    body = {"makes_up": makes_up, "starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat(), **more}
    return room.door.post(f"{room.base}/make-ups", body)


def film(room: Room, session_no: int, recording: str = "示例录像-0001") -> Any:
    return room.door.post(f"{room.base}/make-ups/{session_no}/recording", {"recording": recording})


def test_who_missed_a_session_makes_it_up_once_it_is_filmed(town: Town) -> None:
    room = a_room(town)
    (trainee,) = room.door.seated
    town.clock.moment = room.door.sessions()[0].ends_at
    made = enter(room)
    assert (made.status_code, made.get_json()["session_no"], made.get_json()["kind"]) == (201, 1001, "theory")
    town.clock.advance(hours=2)
    trainee.worker.log_in()
    assert room.open(1001).status_code == 200
    signed = sign_in(trainee.worker, code=room.shown(1001)["code"])
    assert (signed.get_json()["flags"], signed.get_json()["session_no"]) == ([], 1001)
    assert room.standing(trainee, 1) == "none"
    assert film(room, 1001).get_json()["recording"] == "示例录像-0001"
    found = room.attendance(trainee)
    assert (found["attended"], found["held"]) == (1, 8)
    assert (found["sessions"][0]["standing"], found["sessions"][0]["made_up_in"]) == ("confirmed", 1001)
    assert refused(film(room, 1001, "示例录像-0002")) == (409, "recording_known")


def test_a_tick_at_a_make_up_is_a_tick(town: Town) -> None:
    room = a_room(town)
    (trainee,) = room.door.seated
    enter(room, recording="示例录像-0001")
    assert refused(room.door.attend([trainee.redemption], 1001)) == (422, "session_unknown")
    town.clock.moment = room.door.sessions()[0].ends_at + timedelta(hours=2)
    assert room.door.attend([trainee.redemption], 1001).get_json() == {"recorded": 1}
    assert room.standing(trainee, 1) == "unconfirmed"


@pytest.mark.parametrize(
    ("bent", "code"),
    [
        ({"after": timedelta(seconds=-1)}, "make_up_impossible"),
        ({"length": timedelta(hours=6, seconds=-1)}, "make_up_too_short"),
        ({"after": timedelta(hours=18)}, "make_up_impossible"),
        ({"length": timedelta(microseconds=-1)}, "make_up_impossible"),
    ],
)
def test_a_make_up_follows_is_as_long_and_overlaps_with_nothing(town: Town, bent: dict[str, Any], code: str) -> None:
    room = a_room(town)
    answer = enter(room, **bent)
    assert refused(answer) == (422, code)


def test_two_make_ups_have_two_numbers_and_two_times(town: Town) -> None:
    room = a_room(town)
    assert enter(room).get_json()["session_no"] == 1001
    assert refused(enter(room)) == (422, "make_up_impossible")
    assert enter(room, 8).get_json()["session_no"] == 1002
    listed = town.get(room.base, room.door.token()).get_json()["sessions"]
    assert [one["session_no"] for one in listed] == [*range(1, 9), 1001, 1002]


def test_what_is_no_session_of_the_class_is_not_made_up(town: Town) -> None:
    room = a_room(town)
    enter(room)
    missed = room.door.sessions()[0]
    times = {"starts_at": (missed.ends_at + timedelta(days=20)).isoformat()}
    times["ends_at"] = (missed.ends_at + timedelta(days=20, hours=6)).isoformat()
    answer = room.door.post(f"{room.base}/make-ups", {"makes_up": 9, **times})
    assert refused(answer) == (422, "session_unknown")
    assert refused(film(room, 1)) == (422, "session_unknown")
    assert refused(film(room, 1002)) == (422, "session_unknown")


def test_a_class_is_not_closed_before_its_last_make_up_is_over(town: Town) -> None:
    room = a_room(town)
    enter(room, 8, after=timedelta(days=80))
    assert refused(room.door.close()) == (409, "class_not_over")


def test_after_the_close_nothing_is_made_up(town: Town) -> None:
    room = a_room(town)
    enter(room)
    room.door.teach([room.door.seated[0].redemption])
    room.door.close()
    assert refused(enter(room, 8)) == (409, "class_not_held")
    assert refused(film(room, 1001)) == (409, "class_not_held")
