"""One nonce sent many times, one person at two classes at once, sixty at one moment, and two who void at once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select

from tests.journey.town import assert_sound
from tests.races.crowd import race
from tests.sign_ins.room import FaceDevice, a_room, nonce_of, sign_in
from voucher_service.database import db
from voucher_service.sign_ins.models import SignIn

if TYPE_CHECKING:
    from tests.journey.city import Town

CROWD = 16


def written(town: Town) -> list[tuple[str, str]]:
    with town.app.app_context():
        return sorted((one.state, one.flags) for one in db.session.scalars(select(SignIn)))


def test_one_nonce_sent_many_times_at_once_signs_in_once(town: Town) -> None:
    room = a_room(town)
    worker, code = room.door.seated[0].worker, room.shown()["code"]
    ended = race([partial(sign_in, worker, nonce_of(worker), code=code)] * CROWD)
    assert ended.answers == {(201, None): 1, (409, "sign_in_nonce_used"): CROWD - 1}
    assert written(town) == [("confirmed", "")]
    assert_sound(town)


def test_one_person_who_signs_in_many_times_at_once_counts_once(town: Town) -> None:
    room = a_room(town)
    (trainee,) = room.door.seated
    code = room.shown()["code"]
    nonces = [nonce_of(trainee.worker) for _ in range(CROWD)]
    ended = race([partial(sign_in, trainee.worker, nonce, code=code) for nonce in nonces])
    assert ended.answers == {(201, None): CROWD}
    assert written(town) == [("confirmed", "")] + [("rejected", "repeated")] * (CROWD - 1)
    assert room.attendance(trainee)["attended"] == 1
    assert_sound(town)


def test_one_person_at_two_classes_at_once_is_seen_at_both(town: Town) -> None:
    here = a_room(town, CROWD // 2)
    moment = town.clock.now()
    town.clock.moment = moment.replace(day=2)
    there = a_room(town)
    device = FaceDevice(there).enrol()
    town.clock.moment = moment
    here.at(1)
    code = here.shown()["code"]
    acts = []
    for trainee in here.door.seated:
        acts.append(partial(sign_in, trainee.worker, nonce_of(trainee.worker), code=code))
        acts.append(partial(device.bring, device.saw(trainee.redemption)))
    ended = race(acts)
    assert ended.answers == {(201, None): CROWD // 2, (200, None): CROWD // 2}
    assert {state for state, _ in written(town)} == {"unconfirmed"}
    assert all("two_places" in flags for _, flags in written(town))
    assert set(here.standings(here.door.seated)) == {"flagged"}
    assert_sound(town)


def test_sixty_who_sign_in_at_once_are_all_flagged(town: Town) -> None:
    room = a_room(town, 60)
    code = room.shown()["code"]
    ready = [(trainee.worker, nonce_of(trainee.worker)) for trainee in room.door.seated]
    ended = race([partial(sign_in, worker, nonce, code=code) for worker, nonce in ready])
    assert ended.answers == {(201, None): 60}
    assert written(town) == [("unconfirmed", "burst")] * 60
    assert_sound(town)


def test_two_voids_at_once_that_decide_together_do_not_slip_past_the_second_person(town: Town) -> None:
    room = a_room(town)
    signed = []
    for session_no in range(1, 9):
        room.at(session_no)
        room.open()
        signed.append(sign_in(room.door.seated[0].worker, code=room.shown()["code"]).get_json()["sign_in"])
    town.tokens.clear()
    token = town.staff_token("bureau1")
    paths = [f"/api/v1/attendance/sign-ins/{one}/void" for one in signed]
    ended = race([partial(town.post, path, token, {"reason": "录像中没有本人"}) for path in paths])
    assert ended.answers == {(200, None): 8}
    assert sorted(found["state"] for found in ended.documents) == ["asked"] * 7 + ["made"]
    assert room.attendance(room.door.seated[0])["attended"] == 7
