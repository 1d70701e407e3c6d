"""The contract with a face device, held against an honest one and a hostile one: nothing that it sends is believed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.institutions.test_devices import DeviceKey
from tests.journey.city import new_key
from tests.journey.town import refused
from tests.sign_ins.room import FORM, FaceDevice, a_room, flags_brought, sign_in
from voucher_service.sign_ins.adapters import FaceRecord, NotARecord
from voucher_service.sign_ins.places import Point

if TYPE_CHECKING:
    from tests.journey.city import Town


def test_what_an_enrolled_device_saw_signs_people_in(town: Town) -> None:
    room = a_room(town, 2)
    device = FaceDevice(room).enrol()
    first, second = room.door.seated
    seen_at = town.clock.now()
    brought = device.bring(device.saw(first.redemption), device.saw(second.redemption, seen_at - timedelta(seconds=9)))
    assert flags_brought(brought) == [[], []]
    assert set(room.standings(room.door.seated)) == {"confirmed"}


def test_a_record_that_is_brought_twice_is_one(town: Town) -> None:
    room = a_room(town)
    device = FaceDevice(room).enrol()
    record = device.saw(room.door.seated[0].redemption)
    first = device.bring(record, record)
    again = device.bring(record, device.signed(bytes.fromhex(record["record"])))
    taken = [*first.get_json()["records"], *again.get_json()["records"]]
    assert [one["already"] for one in taken] == [False, True, True, True]
    assert len({one["sign_in"]["sign_in"] for one in taken}) == 1


def test_a_number_that_the_device_used_for_something_else_is_flagged(town: Town) -> None:
    room = a_room(town, 2)
    device = FaceDevice(room).enrol()
    first, second = (trainee.redemption for trainee in room.door.seated)
    device.bring(device.saw(first))
    device.number = 0
    assert flags_brought(device.bring(device.saw(second))) == [["number_reused"]]


@pytest.mark.parametrize(
    ("bent", "flags"),
    [
        ({"live": False}, ["not_live"]),
        ({"score_permille": 800}, []),
        ({"score_permille": 799}, ["weak_match"]),
        ({"session_no": 77}, ["no_such_session"]),
        ({"session_no": 2}, ["outside_time"]),
        ({"redemption_id": 12345}, ["not_of_this_class"]),
        ({"live": False, "score_permille": 0}, ["not_live", "weak_match"]),
    ],
)
def test_what_proves_nothing_is_recorded_flagged_and_not_counted(
    town: Town, bent: dict[str, Any], flags: list[str]
) -> None:
    room = a_room(town)
    device, (trainee,) = FaceDevice(room).enrol(), room.door.seated
    brought = device.bring(device.saw(trainee.redemption, **bent))
    assert flags_brought(brought) == [flags]
    assert room.attendance(trainee)["attended"] == (0 if flags else 1)


@pytest.mark.parametrize(
    ("ahead", "flags"),
    [
        (timedelta(minutes=2), []),
        (timedelta(minutes=2, seconds=1), ["clock_ahead"]),
        (timedelta(hours=-5), ["outside_time"]),
        (timedelta(days=3650), ["outside_time", "clock_ahead"]),
    ],
)
def test_a_devices_clock_is_not_believed(town: Town, ahead: timedelta, flags: list[str]) -> None:
    room = a_room(town)
    device = FaceDevice(room).enrol()
    record = device.saw(room.door.seated[0].redemption, town.clock.now() + ahead)
    assert flags_brought(device.bring(record)) == [flags]


@pytest.mark.parametrize(("hours", "flags"), [(24, []), (25, ["arrived_late"])])
def test_a_record_that_comes_days_later_is_flagged(town: Town, hours: int, flags: list[str]) -> None:
    room = a_room(town)
    device = FaceDevice(room).enrol()
    record = device.saw(room.door.seated[0].redemption)
    town.clock.advance(hours=hours)
    assert flags_brought(device.bring(record)) == [flags]


def test_a_trainee_of_another_class_is_flagged_in_both_when_they_cannot_be_in_both(town: Town) -> None:
    here = a_room(town)
    town.clock.moment = here.door.sessions()[0].starts_at - timedelta(days=6)
    there = a_room(town)
    device, (trainee,) = FaceDevice(there).enrol(), here.door.seated
    trainee.worker.log_in()
    signed = sign_in(trainee.worker, code=here.shown()["code"])
    assert signed.get_json()["flags"] == []
    (flags,) = flags_brought(device.bring(device.saw(trainee.redemption)))
    assert flags[0] == "not_of_this_class"
    assert "two_places" in flags
    assert here.standing(trainee) == "flagged"


def test_sixty_in_twenty_seconds_are_flagged_all_of_them(town: Town) -> None:
    room = a_room(town, 61)
    device, start = FaceDevice(room).enrol(), town.clock.now() - timedelta(seconds=60)
    records = [
        device.saw(trainee.redemption, start + timedelta(microseconds=20_000_000 // 59 * place))
        for place, trainee in enumerate(room.door.seated[:60])
    ]
    assert {tuple(flags) for flags in flags_brought(device.bring(*records[:59]))} == {()}
    assert flags_brought(device.bring(records[59])) == [["burst"]]
    assert room.standings(room.door.seated[:60]) == ["flagged"] * 60
    slower = device.saw(room.door.seated[60].redemption, start + timedelta(seconds=45))
    assert flags_brought(device.bring(slower)) == [[]]


def test_more_than_three_in_one_second_before_one_device_are_flagged_all_of_them(town: Town) -> None:
    room = a_room(town, 5)
    device, second = FaceDevice(room).enrol(), town.clock.now().replace(microsecond=0)
    seen = [trainee.redemption for trainee in room.door.seated]
    records = [device.saw(one, second + timedelta(milliseconds=place)) for place, one in enumerate(seen[:4])]
    assert flags_brought(device.bring(*records[:3])) == [[], [], []]
    assert flags_brought(device.bring(records[3])) == [["same_second"]]
    assert room.standings(room.door.seated) == ["flagged"] * 4 + ["none"]
    assert flags_brought(device.bring(device.saw(seen[4], second + timedelta(seconds=1)))) == [[]]


def test_nothing_is_taken_in_when_one_record_is_forged(town: Town) -> None:
    room = a_room(town, 2)
    device, (first, second) = FaceDevice(room).enrol(), room.door.seated
    good, stranger = device.saw(first.redemption), DeviceKey()
    record = bytes.fromhex(device.saw(second.redemption)["record"])
    forgeries: list[dict[str, str]] = [
        {"record": record.hex(), "signature": stranger.sign(FORM.DOMAIN + record).hex()},
        {"record": record.hex(), "signature": device.key.sign(record).hex()},
        {"record": record.hex(), "signature": "00" * 64},
        {"record": (record[:22] + b"\x02" + record[23:]).hex(), "signature": device.signed(record)["signature"]},
        device.saw(second.redemption, device_id=1),
        device.saw(second.redemption, class_id=1),
    ]
    for forged in forgeries:
        answer = device.bring(good, forged)
        assert (refused(answer), answer.get_json()["figures"]) == ((422, "face_record_forged"), {"position": 2})
    assert room.standing(first) == "none"


@pytest.mark.parametrize(
    ("offset", "value"),
    [(0, b"\x02"), (39, b"\x02"), (40, b"\xff\xff"), (31, b"\x7f" * 8), (31, b"\x80" + b"\0" * 7), (9, b"\0" * 4),
     (9, b"\xff" * 4), (42, b"\x7f\xff\xff\xff"), (46, b"\x7f\xff\xff\xff")],
)  # fmt: skip
def test_a_record_of_no_shape_is_refused(town: Town, offset: int, value: bytes) -> None:
    room = a_room(town)
    device = FaceDevice(room).enrol()
    record = bytes.fromhex(device.saw(room.door.seated[0].redemption)["record"])
    bent = record[:offset] + value + record[offset + len(value) :]
    answer = device.bring(device.signed(bent))
    assert (refused(answer), answer.get_json()["figures"]) == ((422, "face_record_malformed"), {"position": 1})


def test_a_stopped_device_and_another_schools_device_are_refused(town: Town) -> None:
    room = a_room(town)
    device = FaceDevice(room).enrol()
    record = device.saw(room.door.seated[0].redemption)
    other = FaceDevice(a_room(town, number=None))
    other.device = device.device
    if other.room.door.institution_id != room.door.institution_id:
        assert refused(other.bring(record)) == (404, "not_found")
    device.stop()
    assert refused(device.bring(record)) == (403, "device_revoked")


def test_a_system_of_the_institution_brings_records_under_its_key(town: Town) -> None:
    room = a_room(town)
    device = FaceDevice(room).enrol()
    body = {"device": device.device, "records": [device.saw(room.door.seated[0].redemption)]}
    path, key = f"/api/v1/sign-ins/classes/{room.door.hex}/face-records", new_key()
    first, again = (room.door.post(path, body, key) for _ in range(2))
    assert (again.data, again.headers["Idempotency-Hit"]) == (first.data, "true")


def test_the_form_writes_what_it_reads_and_reads_nothing_else(town: Town) -> None:
    told = FaceRecord(-5, 7, -9, 3, 11, town.clock.now(), True, 1000, Point(-90_000_000, 180_000_000))  # noqa: FBT003
    written = FORM.written(told)
    assert len(written) == FORM.LENGTH
    assert FORM.parsed(written) == told
    for bad in (written[:-1], written + b"\0", b"", b"\x02" + written[1:]):
        with pytest.raises(NotARecord):
            FORM.parsed(bad)


def test_a_closed_class_takes_no_records(town: Town) -> None:
    room = a_room(town)
    device = FaceDevice(room).enrol()
    record = device.saw(room.door.seated[0].redemption)
    room.door.teach([room.door.seated[0].redemption])
    room.door.close()
    assert refused(device.bring(record)) == (409, "class_not_held")
