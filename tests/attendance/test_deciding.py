"""What persons decide about sign-ins: flagged ones, voided ones, and what a close waits for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.journey import supervising
from tests.journey.town import assert_sound, newcomer, refused, row
from tests.sign_ins.room import FaceDevice, Room, a_room, sign_in

if TYPE_CHECKING:
    from tests.journey.city import Town

WHY = {"reason": "与教师和录像核对"}


def office(town: Town, name: str = "bureau1") -> str:
    """A session of today for somebody of the bureau."""
    town.tokens.clear()
    return town.staff_token(name)


def decide(town: Town, sign_in_id: str, *, genuine: bool, name: str = "bureau1") -> Any:
    path = f"/api/v1/attendance/sign-ins/{sign_in_id}/decision"
    return town.post(path, office(town, name), {"genuine": genuine, **WHY})


def void(town: Town, sign_in_id: str, name: str = "bureau1") -> Any:
    return town.post(f"/api/v1/attendance/sign-ins/{sign_in_id}/void", office(town, name), WHY)


def settle(town: Town, decision: str, name: str, *, confirmed: bool = True) -> Any:
    return town.post(f"/api/v1/attendance/voids/{decision}", office(town, name), {"confirmed": confirmed})


def flagged_ids(town: Town) -> list[str]:
    answer = town.get("/api/v1/attendance/flagged?limit=200", office(town))
    return [one["sign_in"] for one in answer.get_json()["sign_ins"]]


def early(room: Room) -> str:
    """Sign the only trainee in an hour before the session, which is flagged; return the sign-in."""
    room.at(room.session_no, -60)
    answer = sign_in(room.door.seated[0].worker, code=room.shown()["code"])
    assert answer.get_json()["flags"] == ["outside_time"]
    return str(answer.get_json()["sign_in"])


def attend_all(room: Room, upto: int = 8) -> list[str]:
    """Sign the first trainee in at each session by the code; return the sign-ins."""
    made = []
    for session_no in range(1, upto + 1):
        room.at(session_no)
        assert room.open().status_code == 200
        answer = sign_in(room.door.seated[0].worker, code=room.shown()["code"])
        assert answer.status_code == 201, answer.text
        made.append(answer.get_json()["sign_in"])
    return made


def test_the_bureau_confirms_a_flagged_sign_in_and_it_counts(town: Town) -> None:
    room = a_room(town)
    found = early(room)
    assert found in flagged_ids(town)
    made = decide(town, found, genuine=True)
    assert (made.get_json()["verdict"], made.get_json()["state"]) == ("confirm", "made")
    assert found not in flagged_ids(town)
    assert room.standing(room.door.seated[0]) == "confirmed"
    assert refused(decide(town, found, genuine=False)) == (409, "sign_in_not_flagged")


def test_the_bureau_rejects_a_flagged_sign_in_and_a_tick_does_not_stand_in_for_it(town: Town) -> None:
    room = a_room(town)
    (trainee,) = room.door.seated
    found = early(room)
    room.at(1)
    assert room.door.attend([trainee.redemption]).get_json() == {"recorded": 1}
    assert room.standing(trainee) == "flagged"
    assert decide(town, found, genuine=False).status_code == 200
    assert room.standing(trainee) == "rejected"
    assert room.attendance(trainee)["attended"] == 0


def test_somebody_who_is_not_in_the_class_is_not_confirmed_into_it(town: Town) -> None:
    room, stranger = a_room(town), newcomer(town)
    found = sign_in(stranger, code=room.shown()["code"]).get_json()["sign_in"]
    assert refused(decide(town, found, genuine=True)) == (422, "not_of_this_class")
    assert decide(town, found, genuine=False).status_code == 200


def test_a_session_that_does_not_exist_is_not_confirmed(town: Town) -> None:
    room = a_room(town)
    device = FaceDevice(room).enrol()
    brought = device.bring(device.saw(room.door.seated[0].redemption, session_no=99)).get_json()
    found = brought["records"][0]["sign_in"]["sign_in"]
    assert refused(decide(town, found, genuine=True)) == (422, "session_unknown")


def test_the_bureau_of_another_region_does_not_see_a_sign_in(town: Town) -> None:
    room = a_room(town)
    found = early(room)
    assert refused(town.get("/api/v1/attendance/flagged", room.door.token())) == (403, "forbidden")
    for path in (f"sign-ins/{found}/decision", f"sign-ins/{found}/void"):
        answer = room.door.post(f"/api/v1/attendance/{path}", {**WHY, "genuine": True})
        assert refused(answer) == (403, "forbidden")
    assert refused(decide(town, "0" * 15 + "1", genuine=True)) == (404, "not_found")
    assert refused(void(town, "zz")) == (404, "not_found")


def test_one_person_voids_what_changes_no_outcome(town: Town) -> None:
    room = a_room(town)
    signed = attend_all(room)
    made = void(town, signed[7])
    assert (made.get_json()["state"], made.get_json()["two_persons"]) == ("made", False)
    assert room.attendance(room.door.seated[0])["attended"] == 7
    assert refused(void(town, signed[7])) == (409, "sign_in_not_standing")


def test_two_persons_void_what_changes_who_completes(town: Town) -> None:
    room = a_room(town)
    (trainee,) = room.door.seated
    signed = attend_all(room)
    void(town, signed[7])
    asked = void(town, signed[6]).get_json()
    assert (asked["state"], asked["two_persons"]) == ("asked", True)
    assert room.attendance(trainee)["attended"] == 7
    assert refused(void(town, signed[6], "bureau2")) == (409, "void_open")
    assert refused(settle(town, asked["decision"], "bureau1")) == (409, "decision_by_one_person")
    waiting = town.get("/api/v1/attendance/voids?limit=200", office(town, "bureau2")).get_json()["decisions"]
    assert asked["decision"] in [one["decision"] for one in waiting]
    assert settle(town, asked["decision"], "bureau2").get_json()["state"] == "made"
    assert refused(settle(town, asked["decision"], "bureau2")) == (409, "decision_made")
    assert room.attendance(trainee)["attended"] == 6
    assert room.standing(trainee, 7) == "rejected"
    assert room.door.close().get_json() == {"completed": 0, "forfeited": 1}
    assert_sound(town)


def test_a_void_that_is_declined_changes_nothing(town: Town) -> None:
    room = a_room(town)
    (trainee,) = room.door.seated
    signed = attend_all(room, 2)
    first = void(town, signed[0]).get_json()
    assert first["state"] == "made", "with six sessions ahead and one attended, seven are still possible"
    asked = void(town, signed[1]).get_json()
    assert asked["state"] == "asked"
    assert settle(town, asked["decision"], "bureau2", confirmed=False).get_json()["state"] == "declined"
    assert room.standing(trainee, 2) == "confirmed"
    assert void(town, signed[1], "bureau2").get_json()["state"] == "asked"


def test_after_the_close_a_void_makes_the_trainee_forfeit_and_frees_the_money(town: Town) -> None:
    room = a_room(town)
    (trainee,) = room.door.seated
    signed = attend_all(room, 7)
    assert room.door.close().get_json() == {"completed": 1, "forfeited": 0}
    asked = void(town, signed[0]).get_json()
    assert asked["state"] == "asked"
    assert row(town, trainee.worker).state == "completed"
    assert settle(town, asked["decision"], "bureau2").status_code == 200
    assert (row(town, trainee.worker).state, row(town, trainee.worker).value_fen) == ("forfeited", 0)
    assert_sound(town)


def test_once_the_certificate_is_verified_attendance_is_settled(town: Town) -> None:
    room = a_room(town)
    (trainee,) = room.door.seated
    assert supervising.inspect(town, room.door.hex, 1).status_code == 201
    signed = attend_all(room, 7)
    room.door.close()
    room.door.film()
    supervising.ask(town, room.door.hex, room.door.token(), [trainee.worker])
    room.door.examine([trainee])
    assert room.door.certify(trainee).status_code == 200
    asked = void(town, signed[0]).get_json()
    assert refused(settle(town, asked["decision"], "bureau2")) == (409, "attendance_settled")
    assert settle(town, asked["decision"], "bureau2", confirmed=False).status_code == 200
    assert row(town, trainee.worker).state == "certified"


def test_a_class_is_not_closed_over_a_doubt_that_decides_who_completes(town: Town) -> None:
    room = a_room(town)
    attend_all(room, 6)
    room.at(7)
    room.open()
    found = early(room)
    answer = room.door.close()
    assert (refused(answer), answer.get_json()["figures"]) == (
        (409, "sign_ins_undecided"),
        {"trainees": 1, "sign_ins": 1},
    )
    assert decide(town, found, genuine=True).status_code == 200
    assert room.door.close().get_json() == {"completed": 1, "forfeited": 0}
    assert_sound(town)


def test_after_the_close_nothing_is_confirmed_any_more(town: Town) -> None:
    room = a_room(town)
    attend_all(room, 7)
    room.at(8)
    room.open()
    found = early(room)
    assert room.door.close().get_json() == {"completed": 1, "forfeited": 0}
    assert refused(decide(town, found, genuine=True)) == (409, "class_not_held")
    assert decide(town, found, genuine=False).status_code == 200


def test_everybody_reads_the_same_of_what_is_missing(town: Town) -> None:
    room = a_room(town)
    (trainee,) = room.door.seated
    attend_all(room, 2)
    by_school = room.attendance(trainee)
    path = f"/api/v1/attendance/vouchers/{trainee.worker.voucher}"
    by_holder = town.get(path, trainee.worker.token).get_json()
    by_bureau = town.get(f"/api/v1/attendance/{room.door.hex}", office(town)).get_json()["trainees"][0]
    assert by_school == by_holder == by_bureau
    assert (by_school["held"], by_school["attended"], by_school["needed"], by_school["ahead"]) == (8, 2, 7, 6)
    assert [(one["code"], one["sessions"]) for one in by_school["missing"]] == [("sessions_short", 5)]
    assert "5" in by_school["missing"][0]["zh"]
    town.clock.moment = room.door.sessions()[3].ends_at + timedelta(minutes=1)
    missing = {one["code"]: one["sessions"] for one in room.attendance(trainee)["missing"]}
    assert missing == {"sessions_short": 5, "make_up_needed": 1}


def test_nobody_reads_another_holders_attendance(town: Town) -> None:
    room, stranger = a_room(town), newcomer(town)
    for voucher in (room.door.seated[0].worker.voucher, "0" * 15 + "1", "zz"):
        assert refused(town.get(f"/api/v1/attendance/vouchers/{voucher}", stranger.token)) == (404, "not_found")
    unspent = newcomer(town)
    unspent.claim()
    assert refused(town.get(f"/api/v1/attendance/vouchers/{unspent.voucher}", unspent.token)) == (404, "not_found")


@pytest.mark.parametrize(("late", "standing"), [(30, "unconfirmed"), (31, "late")])
def test_a_clerk_may_say_how_late_somebody_was(town: Town, late: int, standing: str) -> None:
    room = a_room(town)
    (trainee,) = room.door.seated
    body = {"session_no": 1, "present": [trainee.redemption], "late_minutes": late}
    assert room.door.post(f"/api/v1/attendance/{room.door.hex}/records", body).status_code == 200
    assert room.standing(trainee) == standing


def test_the_holders_own_sign_in_confirms_what_a_clerk_ticked(town: Town) -> None:
    room = a_room(town)
    (trainee,) = room.door.seated
    room.door.attend([trainee.redemption])
    assert room.standing(trainee) == "unconfirmed"
    assert sign_in(trainee.worker, code=room.shown()["code"]).get_json()["flags"] == []
    assert room.standing(trainee) == "confirmed"
    assert room.door.attend([trainee.redemption]).get_json() == {"recorded": 0}


def test_a_pack_that_wants_every_session_confirmed_counts_no_tick(town: Town) -> None:
    room = a_room(town)
    (trainee,) = room.door.seated
    pack = town.app.extensions.setdefault("programmes.rule_packs", {})
    kept = dict(pack)
    try:
        room.attendance(trainee)
        pack.update({number: {**numbers, "unconfirmed_permille_max": 125} for number, numbers in pack.items()})
        for session_no in (1, 2):
            room.at(session_no)
            room.door.attend([trainee.redemption], session_no)
        found = room.attendance(trainee)
        assert (found["unconfirmed"], found["attended"]) == (2, 1)
        assert ("unconfirmed", 1) in [(one["code"], one["sessions"]) for one in found["missing"]]
    finally:
        pack.clear()
        pack.update(kept)
