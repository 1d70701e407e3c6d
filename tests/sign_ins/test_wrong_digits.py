"""Guessing the digits on the screen: so many wrong ones for a session and no more, one by one or all at once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select

from tests.faces.browsing import Visitor
from tests.journey.town import assert_sound, newcomer, refused
from tests.races.crowd import race
from tests.sign_ins.room import Room, a_room, flags_of, nonce_of, sign_in
from voucher_service.database import db
from voucher_service.sign_ins.models import WrongDigits
from voucher_service.sign_ins.rules import tries_left

if TYPE_CHECKING:
    from tests.journey.city import Town

MOST = 10
CROWD = 24


def wrong_digits(room: Room) -> str:
    """Eight digits that are on no screen now."""
    shown = room.shown()["digits"]
    return f"{(int(shown) + 12_345) % 10**8:08d}"


def counted(town: Town, class_id: int) -> list[int]:
    with town.app.app_context():
        return list(db.session.scalars(select(WrongDigits.wrong).where(WrongDigits.class_id == class_id)))


def test_so_many_tries_are_left() -> None:
    assert [tries_left(wrong, wrong_max=MOST) for wrong in (0, 9, 10, 11)] == [10, 1, 0, 0]


def test_ten_wrong_ones_end_typing_for_the_session_and_scanning_goes_on(town: Town) -> None:
    room = a_room(town, 2)
    guesser, neighbour = room.door.seated
    for left in range(MOST - 1, -1, -1):
        answer = sign_in(guesser.worker, digits=wrong_digits(room))
        assert refused(answer) == (422, "no_class_to_sign_into")
        assert answer.get_json()["figures"] == {"left": left}
    right = sign_in(guesser.worker, digits=room.shown()["digits"])
    assert refused(right) == (429, "too_many_wrong_digits")
    assert right.get_json()["figures"] == {"wrong": MOST, "wrong_max": MOST, "session_no": 1}
    assert room.standing(guesser) == "none"
    assert flags_of(sign_in(neighbour.worker, digits=room.shown()["digits"])) == []
    assert flags_of(sign_in(guesser.worker, code=room.shown()["code"])) == []
    assert room.standing(guesser) == "confirmed"
    room.at(2)
    assert room.open().status_code == 200
    assert flags_of(sign_in(guesser.worker, digits=room.shown()["digits"])) == []
    assert sorted(counted(town, room.door.class_id)) == [0, 0, MOST]


def test_a_new_log_in_brings_no_new_tries(town: Town) -> None:
    room = a_room(town)
    (trainee,) = room.door.seated
    for _ in range(MOST // 2):
        assert refused(sign_in(trainee.worker, digits=wrong_digits(room))) == (422, "no_class_to_sign_into")
    trainee.worker.log_in()
    for _ in range(MOST // 2):
        assert refused(sign_in(trainee.worker, digits=wrong_digits(room))) == (422, "no_class_to_sign_into")
    trainee.worker.log_in()
    assert refused(sign_in(trainee.worker, digits=wrong_digits(room))) == (429, "too_many_wrong_digits")


def test_a_retry_of_a_wrong_try_is_told_the_same_and_counted_once(town: Town) -> None:
    room = a_room(town)
    worker = room.door.seated[0].worker
    body = {"nonce": nonce_of(worker), "digits": wrong_digits(room)}
    first, again = (town.post("/api/v1/sign-ins", worker.token, body, "the-same-wrong-try") for _ in range(2))
    assert refused(first) == refused(again) == (422, "no_class_to_sign_into")
    assert again.headers["Idempotency-Hit"] == "true"
    assert counted(town, room.door.class_id) == [1]


def test_the_page_counts_as_well_and_says_what_is_left_to_do(town: Town) -> None:
    room = a_room(town)
    (trainee,) = room.door.seated
    phone = Visitor(town).log_in(trainee.worker.person, trainee.worker.region_id)
    for _ in range(MOST):
        assert phone.send("/sign-in", digits=wrong_digits(room)).status_code == 422
    ended = phone.send("/sign-in", digits=room.shown()["digits"])
    assert ended.status_code == 429
    assert "本次课不能再输数字" in ended.text
    assert room.standing(trainee) == "none"


def test_where_no_screen_is_on_nothing_is_counted(town: Town) -> None:
    stranger = newcomer(town)
    answer = sign_in(stranger, digits="12345678")
    assert refused(answer) == (422, "no_class_to_sign_into")
    assert "figures" not in answer.get_json()


def test_of_many_guesses_at_once_no_more_than_ten_are_looked_at(town: Town) -> None:
    room = a_room(town)
    worker = room.door.seated[0].worker
    nonces = [nonce_of(worker) for _ in range(CROWD)]
    digits = wrong_digits(room)
    ended = race([partial(sign_in, worker, nonce, digits=digits) for nonce in nonces])
    assert ended.answers == {(422, "no_class_to_sign_into"): MOST, (429, "too_many_wrong_digits"): CROWD - MOST}
    assert counted(town, room.door.class_id) == [MOST]
    assert refused(sign_in(worker, digits=room.shown()["digits"])) == (429, "too_many_wrong_digits")
    assert_sound(town)
