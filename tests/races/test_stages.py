"""Two clerks at one list, an undo against a sign-in, many second persons, and many who close one class."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from tests.journey.city import new_key, redeem_body
from tests.journey.town import Door, a_door, assert_sound, claimed, promised, row
from tests.races.crowd import CROWD, race
from voucher_service.classes import service as classes
from voucher_service.database import db
from voucher_service.programmes import service as programmes
from voucher_service.redemptions.models import Redemption
from voucher_service.sign_ins.models import SignIn

if TYPE_CHECKING:
    from tests.journey.city import Town

TRAINEES = 6


def door_at_its_first_session(town: Town, trainees: int) -> Door:
    door = a_door(town)
    town.clock.moment = door.sessions()[0].starts_at
    door.seat(trainees)
    return door


def test_many_clerks_recording_the_same_people_count_each_once(town: Town) -> None:
    door = door_at_its_first_session(town, TRAINEES)
    present = [trainee.redemption for trainee in door.seated]
    path, token = f"/api/v1/attendance/{door.hex}/records", door.token()
    lists = [present, present[::-1], present[:3], present[3:]] * (CROWD // 4)
    ended = race([partial(town.post, path, token, {"session_no": 1, "present": some}) for some in lists])
    assert ended.answers == {(200, None): CROWD}
    assert ended.total("recorded") == TRAINEES
    with town.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(SignIn)) == TRAINEES
    assert_sound(town)


def test_an_undo_and_a_sign_in_at_once_end_as_one_of_the_two(town: Town) -> None:
    door = door_at_its_first_session(town, CROWD // 4)
    token, bureau = door.token(), town.staff_token("bureau-clerk")
    acts = []
    for trainee in door.seated:
        path = f"/api/v1/redemptions/{trainee.worker.region_id}/{trainee.redemption}/undo"
        assert town.post(f"{path}-request", token, {"reason": "holder_withdrew"}).status_code == 201
        attended = {"session_no": 1, "present": [trainee.redemption]}
        acts += [
            partial(town.post, path, bureau, {"confirmed": True}),
            partial(town.post, f"/api/v1/attendance/{door.hex}/records", token, attended),
        ]
    ended = race(acts)
    assert set(ended.answers) <= {
        (200, None),
        (409, "attended_already"),
        (422, "not_of_this_class"),
    }
    assert ended.answers[200, None] == len(door.seated)
    with town.app.app_context():
        undone = select(func.count()).where(Redemption.cancelled_at.is_not(None))
        both = undone.where(Redemption.first_attended_at.is_not(None))
        assert db.session.scalar(both) == 0
        assert db.session.scalar(undone) == ended.answers[422, "not_of_this_class"]
        taken = classes.get(door.region_id, door.class_id).seats_taken
    assert taken == ended.answers[409, "attended_already"]
    assert_sound(town)


def test_one_request_confirmed_by_many_persons_frees_the_quota_once(town: Town) -> None:
    worker = claimed(town)
    path = f"/api/v1/vouchers/decisions/{worker.region_id}"
    body = {"voucher": worker.voucher, "kind": "void", "reason": "claimed_in_error"}
    asked = town.post(path, town.staff_token("bureau1"), body).get_json()
    act = partial(town.post, f"{path}/{asked['decision']}", town.staff_token("bureau2"), {"confirmed": True})
    ended = race([act] * CROWD)
    assert ended.answers == {(200, None): 1, (409, "decision_made"): CROWD - 1}
    with town.app.app_context():
        assert {share.issued for share in programmes.allotments(town.city.programme_id)} == {0}
    assert row(town, worker).state == "voided"
    assert_sound(town)


def test_many_first_persons_ask_once(town: Town) -> None:
    worker = claimed(town)
    body = {"voucher": worker.voucher, "kind": "void", "reason": "claimed_in_error"}
    path = f"/api/v1/vouchers/decisions/{worker.region_id}"
    ended = race([partial(town.post, path, town.staff_token("bureau1"), body)] * CROWD)
    assert ended.answers == {(201, None): 1, (409, "decision_open"): CROWD - 1}


def test_a_voucher_that_is_voided_and_redeemed_at_once_is_one_of_the_two(town: Town) -> None:
    door, worker = a_door(town), claimed(town).open_code()
    path = f"/api/v1/vouchers/decisions/{worker.region_id}"
    body = {"voucher": worker.voucher, "kind": "void", "reason": "claimed_in_error"}
    asked = town.post(path, town.staff_token("bureau1"), body).get_json()
    void = partial(town.post, f"{path}/{asked['decision']}", town.staff_token("bureau2"), {"confirmed": True})
    scan = partial(town.post, "/api/v1/redemptions", door.token(), redeem_body(worker, door.hex))
    ended = race([void, scan] * (CROWD // 4))
    assert ended.answers[200, None] + ended.answers[201, None] == 1
    assert row(town, worker).state == ("voided" if ended.answers[200, None] else "redeemed")
    assert not [status for status, _ in ended.answers if status >= 500]
    assert_sound(town)


def test_a_voucher_that_is_voided_and_returned_at_once_frees_its_quota_once(town: Town) -> None:
    worker = claimed(town)
    path = f"/api/v1/vouchers/decisions/{worker.region_id}"
    body = {"voucher": worker.voucher, "kind": "void", "reason": "claimed_in_error"}
    asked = town.post(path, town.staff_token("bureau1"), body).get_json()
    void = partial(town.post, f"{path}/{asked['decision']}", town.staff_token("bureau2"), {"confirmed": True})
    give_back = partial(town.post, f"/api/v1/vouchers/{worker.voucher}/return", worker.token, {})
    ended = race([void, give_back] * (CROWD // 2))
    assert ended.answers.pop((200, None)) == 1
    assert set(ended.answers) <= {(409, "voucher_not_in_state"), (409, "decision_made")}
    with town.app.app_context():
        assert {share.issued for share in programmes.allotments(town.city.programme_id)} == {0}
    assert_sound(town)


def test_a_class_closed_by_many_requests_gives_its_promise_back_once(town: Town) -> None:
    door = a_door(town)
    door.seat(2)
    door.teach([door.seated[0].redemption])
    with town.app.app_context():
        held = classes.get(door.region_id, door.class_id)
        freed_fen, last_day = (held.capacity - 1) * held.standard_fen, held.ends_on
    while town.clock.now().date() <= last_day:
        town.clock.advance(days=1)
    before, _ = promised(town)
    ended = race([partial(town.post, f"/api/v1/attendance/{door.hex}/close", door.token(), {})] * CROWD)
    assert ended.answers == {(200, None): 1, (409, "class_not_in_state"): CROWD - 1}
    assert promised(town)[0] == before - freed_fen
    assert_sound(town)


def test_one_number_entered_for_many_vouchers_is_one_certificate(town: Town) -> None:
    door = a_door(town)
    trainees = door.examine(door.complete(TRAINEES))
    bodies = [door.certificate(trainee, number="ONE") for trainee in trainees]
    ended = race([partial(town.post, "/api/v1/certificates", door.token(), body) for body in bodies])
    assert ended.answers == {(201, None): 1, (409, "certificate_number_used"): TRAINEES - 1}


def test_one_voucher_given_many_certificates_has_one(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.examine(door.complete())
    bodies = [door.certificate(trainee, number=f"N{number}") for number in range(CROWD)]
    ended = race([partial(town.post, "/api/v1/certificates", door.token(), body, new_key()) for body in bodies])
    assert ended.answers == {(201, None): 1, (409, "voucher_has_certificate"): CROWD - 1}
