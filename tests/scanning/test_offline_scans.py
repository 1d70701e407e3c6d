"""Scans that were made off line, through the real endpoint and database: one redemption, and an answer for each."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.journey.city import Worker, new_key, redeem_body
from tests.races.crowd import assert_green
from tests.scanning.door import (
    OFFLINE_SCANS,
    Door,
    card_of,
    on_each_engine,
    outcomes,
    ready_worker,
    redemptions,
    refused,
    school_class,
)
from tests.vouchers.test_phone_changes import change, new_phone

if TYPE_CHECKING:
    from tests.journey.city import Town


@on_each_engine
def test_a_scan_made_off_line_is_redeemed_hours_later(town: Town, door: Door) -> None:
    worker = ready_worker(town, 0)
    door.admit(worker)
    town.clock.advance(hours=5)
    answer = door.upload()
    assert outcomes(answer) == [(1, "redeemed", None)]
    assert answer.json["scans"][0]["answer"]["voucher"] == worker.voucher
    assert answer.json["missing"] == []
    assert redemptions(town) == 1
    assert_green(town)


@on_each_engine
def test_a_scan_made_off_line_is_held_to_what_its_holder_declared(town: Town, door: Door) -> None:
    door.admit(ready_worker(town, 0, schooling="other_school"))
    door.admit(ready_worker(town, 2, former_post="machining"))
    door.admit(ready_worker(town, 3, former_post="care"))
    answer = door.upload()
    assert outcomes(answer) == [
        (1, "refused", "pupil_not_admitted"),
        (2, "refused", "occupation_not_similar"),
        (3, "redeemed", None),
    ]
    assert redemptions(town) == 1
    assert refused(town) == ["occupation_not_similar", "pupil_not_admitted"]
    assert_green(town)


@on_each_engine
def test_an_upload_sent_again_has_its_first_answer(town: Town, door: Door) -> None:
    door.admit(ready_worker(town, 0))
    door.scan("1" * 253, None, verdict="code_bad_signature")
    body, key = door.upload_body(door.sent), new_key()
    first, same = (town.post(OFFLINE_SCANS, door.token, body, key) for _ in range(2))
    other_key = town.post(OFFLINE_SCANS, door.token, body, new_key())
    other_nonce = door.upload()
    assert same.headers["Idempotency-Hit"] == "true"
    assert first.json == same.json
    assert first.json["scans"] == other_key.json["scans"] == other_nonce.json["scans"]
    assert (redemptions(town), refused(town)) == (1, ["refused_at_door"])


@on_each_engine
def test_two_devices_with_the_same_voucher_are_one_redemption_and_one_explained_refusal(town: Town, door: Door) -> None:
    other, worker = Door(town).enrol(), ready_worker(town, 0)
    door.admit(worker)
    town.clock.advance(seconds=31)
    other.admit(worker)
    town.clock.advance(hours=1)
    assert outcomes(other.upload()) == [(1, "redeemed", None)]
    late = door.upload()
    assert outcomes(late) == [(1, "refused", "already_redeemed")]
    assert "核销" in late.json["scans"][0]["answer"]["detail_zh"]
    assert (redemptions(town), refused(town)) == (1, ["already_redeemed"])
    assert_green(town)


def test_what_went_through_on_line_before_the_answer_was_lost_is_confirmed_and_not_refused(
    town: Town, door: Door
) -> None:
    worker = ready_worker(town, 0)
    nonce = bytes(range(16))
    on_line = redeem_body(worker, school_class(town))
    answered = town.post("/api/v1/redemptions", door.token, on_line, nonce.hex())
    door.admit(worker, nonce=nonce)
    uploaded = door.upload()
    assert outcomes(uploaded) == [(1, "redeemed", None)]
    assert uploaded.json["scans"][0]["answer"]["redemption"] == answered.get_json(force=True)["redemption"]
    assert (redemptions(town), refused(town)) == (1, [])


def test_another_scans_answer_does_not_confirm_this_one(town: Town, door: Door) -> None:
    worker, other = ready_worker(town, 0), ready_worker(town, 1)
    nonce = bytes(range(16))
    town.post("/api/v1/redemptions", door.token, redeem_body(worker, school_class(town)), nonce.hex())
    door.admit(other, nonce=nonce)
    door.scan(other.code(), card_of(other.person))
    assert outcomes(door.upload()) == [(1, "refused", "idempotency_key_reused"), (2, "redeemed", None)]
    assert redemptions(town) == 2


def test_a_holder_who_looks_at_the_voucher_again_does_not_undo_the_scan(town: Town, door: Door) -> None:
    worker = ready_worker(town, 0)
    door.admit(worker)
    town.clock.advance(hours=1)
    worker.open_code()
    assert outcomes(door.upload()) == [(1, "redeemed", None)]


def test_a_code_of_a_session_that_was_over_then_is_refused(town: Town, door: Door) -> None:
    worker = ready_worker(town, 0)
    old = worker.live
    assert old
    town.clock.advance(minutes=5)
    worker.open_code()
    town.clock.advance(minutes=5)
    door.scan(old.code_at(town.clock.now()), card_of(worker.person))
    assert outcomes(door.upload()) == [(1, "refused", "code_session_ended")]
    assert redemptions(town) == 0


@on_each_engine
def test_a_code_from_the_old_phone_after_a_counter_changed_it_is_refused(town: Town, door: Door) -> None:
    """Off line nobody at the door hears of the change, and the old phone draws codes for two hours."""
    worker, phone = ready_worker(town, 0), new_phone()
    town.clock.advance(minutes=5)
    assert change(town, worker.person, phone).status_code == 201
    town.clock.advance(minutes=5)
    door.admit(worker)
    again = Worker(town, worker.person._replace(phone=phone), worker.region_id, voucher=worker.voucher)
    again.log_in().open_code()
    assert outcomes(door.upload()) == [(1, "refused", "code_session_ended")]
    assert (redemptions(town), refused(town)) == (0, ["code_session_ended"])
    town.clock.advance(minutes=1)
    door.admit(again)
    assert outcomes(door.upload()) == [(1, "refused", "code_session_ended"), (2, "redeemed", None)]


@on_each_engine
def test_a_scan_of_before_the_change_of_phone_counts_whether_the_new_phone_opened_a_code_or_not(
    town: Town, door: Door
) -> None:
    first, second = ready_worker(town, 0), ready_worker(town, 1)
    for worker in (first, second):
        door.admit(worker)
    town.clock.advance(minutes=5)
    for worker in (first, second):
        phone = new_phone()
        assert change(town, worker.person, phone).status_code == 201
    Worker(town, second.person._replace(phone=phone), second.region_id, voucher=second.voucher).log_in().open_code()
    assert outcomes(door.upload()) == [(1, "redeemed", None), (2, "redeemed", None)]


def test_the_order_of_arrival_does_not_matter(town: Town, door: Door) -> None:
    for number in range(4):
        door.admit(ready_worker(town, number))
    first = door.upload([door.sent[3], door.sent[1]])
    assert outcomes(first) == [(2, "redeemed", None), (4, "redeemed", None)]
    assert first.json["missing"] == [1, 3]
    second = door.upload([door.sent[2], door.sent[0]])
    assert outcomes(second) == [(1, "redeemed", None), (3, "redeemed", None)]
    assert second.json["missing"] == []
    assert redemptions(town) == 4


def test_a_code_of_three_days_ago_is_refused(town: Town, door: Door) -> None:
    door.admit(ready_worker(town, 0))
    town.clock.advance(hours=72, seconds=31)
    town.tokens.clear()
    answer = door.upload()
    assert outcomes(answer) == [(1, "refused", "offline_too_late")]
    assert "72" in answer.json["scans"][0]["answer"]["detail_zh"]
    assert (redemptions(town), refused(town)) == (0, ["offline_too_late"])


@pytest.mark.parametrize("hours", [-24, -1, 1, 24])
def test_the_devices_clock_decides_nothing(town: Town, door: Door, hours: int) -> None:
    door.admit(ready_worker(town, 0), clock_off=timedelta(hours=hours))
    assert outcomes(door.upload()) == [(1, "redeemed", None)]


def test_a_screenshot_scanned_with_the_clock_set_back_is_refused(town: Town, door: Door) -> None:
    worker = ready_worker(town, 0)
    screenshot = worker.code()
    town.clock.advance(hours=3)
    assert door.sync().status_code == 200
    door.scan(screenshot, card_of(worker.person), clock_off=timedelta(hours=-3))
    assert outcomes(door.upload()) == [(1, "refused", "offline_stale")]
    assert redemptions(town) == 0


def test_a_code_of_a_time_to_come_is_refused(town: Town, door: Door) -> None:
    worker = ready_worker(town, 0)
    assert worker.live
    door.scan(worker.live.code_at(town.clock.now() + timedelta(minutes=30)), card_of(worker.person))
    assert outcomes(door.upload()) == [(1, "refused", "offline_from_future")]
