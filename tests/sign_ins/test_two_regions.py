"""One person in two regions of the city within minutes: through the API, at the edge, and what a person decides."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.journey import supervising
from tests.rulebook.breaking import door_at
from tests.rulebook.of_plans import OTHER_WELDERS, WELDERS
from tests.sign_ins.room import FaceDevice, Room, flags_brought, flags_of, sign_in

if TYPE_CHECKING:
    from tests.journey.city import Town


def two_rooms(town: Town, elsewhere: int) -> tuple[Room, FaceDevice]:
    """A class at its first session, and the face device of a class of another school that ended when it began."""
    here = door_at(town, WELDERS, "DM01", "junior")
    there = door_at(town, elsewhere, "DM01", "junior", earlier=timedelta(hours=6))
    here.seat()
    device = FaceDevice(Room(there)).enrol()
    room = Room(here).at(1)
    assert room.open().status_code == 200
    return room, device


@pytest.mark.parametrize(
    ("elsewhere", "minutes", "flags"),
    [
        pytest.param(OTHER_WELDERS, 29, ["not_of_this_class", "two_cities"], id="29 minutes from another region"),
        pytest.param(OTHER_WELDERS, 30, ["not_of_this_class"], id="30 minutes from another region"),
        pytest.param(WELDERS, 29, ["not_of_this_class"], id="29 minutes in the same region"),
    ],
)
def test_nobody_signs_in_in_two_regions_within_half_an_hour(
    town: Town, elsewhere: int, minutes: int, flags: list[str]
) -> None:
    room, device = two_rooms(town, elsewhere)
    (trainee,) = room.door.seated
    assert flags_of(sign_in(trainee.worker, code=room.shown()["code"])) == []
    seen_at = town.clock.now() - timedelta(minutes=minutes)
    assert flags_brought(device.bring(device.saw(trainee.redemption, seen_at))) == [flags]
    doubted = "two_cities" in flags
    assert room.standing(trainee) == ("flagged" if doubted else "confirmed")
    assert room.attendance(trainee)["attended"] == (0 if doubted else 1)


def test_whoever_signs_in_second_is_in_doubt_as_well_until_the_bureau_has_looked(town: Town) -> None:
    room, device = two_rooms(town, OTHER_WELDERS)
    (trainee,) = room.door.seated
    (flags,) = flags_brought(device.bring(device.saw(trainee.redemption, town.clock.now() - timedelta(minutes=20))))
    assert flags == ["not_of_this_class"]
    signed = sign_in(trainee.worker, code=room.shown()["code"])
    assert flags_of(signed) == ["two_cities"]
    assert room.standing(trainee) == "flagged"
    path = f"/api/v1/attendance/sign-ins/{signed.get_json()['sign_in']}/decision"
    decided = town.post(path, supervising.bureau_token(town), {"genuine": True, "reason": "照片核实为本人"})
    assert decided.status_code == 200, decided.text
    assert room.standing(trainee) == "confirmed"
