"""Rules of signing in: a sign-in that cannot be true holds back whoever would complete only with it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.rulebook.breaking import Broken, breaks, close_short, door_at, free_room, problem
from tests.rulebook.of_plans import OTHER_WELDERS, WELDERS
from tests.sign_ins.room import FaceDevice, Room, flags_brought, flags_of, sign_in
from tests.sign_ins.test_signing_in import located

if TYPE_CHECKING:
    from tests.journey.city import Town


def held_back(room: Room) -> Broken:
    """With the doubtful sign-in everybody would complete: the class is not closed before a person has looked."""
    undecided = problem(close_short(room.door), 409, "sign_ins_undecided")
    assert undecided["clause"] == "二(三)2"
    count = len(room.door.seated)
    unpaid = [trainee.worker for trainee in room.door.seated]
    return Broken(undecided, {"trainees": count, "sign_ins": count}, unpaid=unpaid)


@breaks("S11")
def long_before_the_session(town: Town) -> Broken:
    room = free_room(town)
    room.at(1, -31)
    assert flags_of(sign_in(room.door.seated[0].worker, code=room.shown()["code"])) == ["outside_time"]
    return held_back(room)


@breaks("S12")
def a_code_of_a_minute_ago(town: Town) -> Broken:
    room = free_room(town)
    (trainee,) = room.door.seated
    code = room.shown()["code"]
    town.clock.advance(minutes=2)
    stale = problem(sign_in(trainee.worker, code=code), 422, "roll_code_stale")
    assert close_short(room.door).get_json() == {"completed": 0, "forfeited": 1}
    return Broken(stale, {"seconds": 30}, unpaid=[trainee.worker])


@breaks("S13")
def from_too_far_away(town: Town) -> Broken:
    room = free_room(town)
    located(room, 34_773_000, 111_200_000)
    place = {"latitude_e6": 34_783_000, "longitude_e6": 111_200_000}
    assert flags_of(sign_in(room.door.seated[0].worker, code=room.shown()["code"], place=place)) == ["outside_place"]
    return held_back(room)


@breaks("S14")
def two_regions_within_minutes(town: Town) -> Broken:
    room, there = in_two_regions(town)
    (trainee,) = room.door.seated
    assert flags_of(sign_in(trainee.worker, code=room.shown()["code"])) == []
    ten_to_nine = room.door.sessions()[0].starts_at - timedelta(minutes=10)
    (flags,) = flags_brought(there.bring(there.saw(trainee.redemption, ten_to_nine)))
    assert flags == ["not_of_this_class", "two_cities"]
    assert room.standing(trainee) == "flagged"
    return held_back(room)


def in_two_regions(town: Town) -> tuple[Room, FaceDevice]:
    """A class at its first session, and a device of another region's class that was over just before."""
    here = door_at(town, WELDERS, "DM01", "junior")
    there = door_at(town, OTHER_WELDERS, "DM01", "junior", earlier=timedelta(hours=6))
    here.seat()
    device = FaceDevice(Room(there)).enrol()
    room = Room(here).at(1)
    assert room.open().status_code == 200
    return room, device


@breaks("S15")
def four_faces_in_one_second(town: Town) -> Broken:
    room = free_room(town, 4)
    device, second = FaceDevice(room).enrol(), town.clock.now().replace(microsecond=0)
    records = [
        device.saw(trainee.redemption, second + timedelta(milliseconds=place))
        for place, trainee in enumerate(room.door.seated)
    ]
    device.bring(*records)
    assert set(room.standings(room.door.seated)) == {"flagged"}
    return held_back(room)


@breaks("S16")
def a_face_that_hardly_matches(town: Town) -> Broken:
    return held_back(face(town, score_permille=799))


def face(town: Town, **bent: Any) -> Room:
    """A room in which somebody was seen by the face device, with members of its record bent."""
    room = free_room(town)
    device, (trainee,) = FaceDevice(room).enrol(), room.door.seated
    (flags,) = flags_brought(device.bring(device.saw(trainee.redemption, **bent)))
    assert flags
    return room
