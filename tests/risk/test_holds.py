"""What a hold makes wait: the close of a class, the sweeps and the scan; and races against it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.journey.city import Town, redeem_body
from tests.journey.town import Door, Trainee, a_door, assert_sound, claimed, promised, refused, row
from tests.races.crowd import race
from tests.risk.lines import decide, dispute, opine, stop
from voucher_service.certificates import service as certificates
from voucher_service.classes import service as classes
from voucher_service.database import db, unit_of_work
from voucher_service.identifiers import to_hex
from voucher_service.vouchers import service as vouchers


def seats_of(door: Door) -> int:
    with door.town.app.app_context():
        return classes.get(door.region_id, door.class_id).seats_taken


def close_all_but(door: Door, *held: Trainee) -> None:
    """Teach everybody and close the class, while the vouchers of these stand still."""
    door.teach([trainee.redemption for trainee in door.seated])
    for trainee in held:
        assert dispute(trainee).status_code == 201
    assert door.close().status_code == 200


def test_the_close_leaves_a_held_voucher_out_and_a_lift_catches_it_up(town: Town) -> None:
    door = a_door(town)
    stays, held = door.seat(2)
    close_all_but(door, held)
    assert [row(town, trainee.worker).state for trainee in (stays, held)] == ["completed", "redeemed"]
    assert_sound(town)
    with town.app.app_context():
        (hold, _), *_ = vouchers.holds_of(held.worker.region_id, row(town, held.worker).voucher_id)
        document = {"region_id": hold.region_id, "hold": to_hex(hold.hold_id)}
    for who in ("bureau1", "bureau2"):
        path = f"/api/v1/holds/{document['region_id']}/{document['hold']}/opinions"
        town.tokens.clear()
        assert town.post(path, town.staff_token(who), {"verdict": "lift", "reason": "监控里有他"}).status_code == 200
    assert row(town, held.worker).state == "completed"
    assert_sound(town)


def test_a_held_voucher_that_is_upheld_after_the_close_gives_its_promise_back_once(town: Town) -> None:
    door = a_door(town)
    _, held = door.seat(2)
    door.teach([trainee.redemption for trainee in door.seated])
    placed = dispute(held)
    assert door.close().status_code == 200
    before, amount = promised(town)[0], row(town, held.worker).reserved_fen
    decide(town, placed, "uphold")
    assert row(town, held.worker).state == "claimed"
    assert amount
    assert promised(town)[0] == before - amount
    assert_sound(town)


def test_the_sweeps_pass_a_held_voucher_by_and_its_time_is_added(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.complete()
    deadline = row(town, trainee.worker).certify_by
    assert deadline
    placed = dispute(trainee)
    town.clock.moment = deadline + timedelta(days=1)
    with town.app.app_context(), unit_of_work():
        certificates.forfeit_overdue(town.clock.now())
    assert row(town, trainee.worker).state == "completed"
    decide(town, placed, "lift")
    moved = row(town, trainee.worker).certify_by
    assert moved
    assert moved > town.clock.now()
    town.clock.moment = moved
    with town.app.app_context(), unit_of_work():
        certificates.forfeit_overdue(town.clock.now())
    assert row(town, trainee.worker).state == "forfeited"
    assert_sound(town)


def test_the_bureau_stops_an_unused_voucher_and_two_lift_that(town: Town) -> None:
    door, worker = a_door(town), claimed(town)
    assert refused(stop(worker, reason="because")) == (422, "reason_unknown")
    assert refused(stop(worker, reason="other")) == (422, "note_missing")
    placed = stop(worker)
    assert placed.status_code == 201, placed.text
    scanned = door.post("/api/v1/redemptions", redeem_body(worker.log_in().open_code(), door.hex))
    assert refused(scanned) == (409, "voucher_on_hold")
    assert seats_of(door) == 0
    given_back = town.post(f"/api/v1/vouchers/{worker.voucher}/return", worker.token, {})
    assert refused(given_back) == (409, "voucher_on_hold")
    assert refused(opine(town, placed, "bureau1", "uphold")) == (422, "verdict_unfit")
    expires_at = row(town, worker).expires_at
    town.clock.moment = expires_at + timedelta(days=1)
    with town.app.app_context(), unit_of_work():
        vouchers.expire_overdue(town.clock.now())
    assert row(town, worker).state == "claimed"
    decide(town, placed, "lift")
    assert row(town, worker).expires_at > town.clock.now()
    worker.log_in().open_code()
    scanned = door.post("/api/v1/redemptions", redeem_body(worker, door.hex))
    assert scanned.status_code in {201, 409}, scanned.text
    assert_sound(town)


def test_what_was_said_of_a_hold_is_never_rewritten(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.seat()
    decide(town, dispute(trainee), "lift")
    for table in ("hold", "hold_opinion", "hold_end"):
        for rewriting in (f"UPDATE {table} SET region_id = 411200", f"DELETE FROM {table}"):
            with town.app.app_context(), pytest.raises(DBAPIError), db.engine.begin() as connection:
                connection.execute(text(rewriting))


def test_two_deciders_at_once_end_a_hold_once(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.seat()
    placed = dispute(trainee)
    acts = [lambda who=who: opine(town, placed, who, "uphold") for who in ("bureau1", "bureau2", "bureau-clerk")]
    for who in ("bureau1", "bureau2", "bureau-clerk"):
        town.staff_token(who)
    ended = race(acts)
    assert ended.answers[200, None] == 2
    assert ended.answers[409, "hold_ended"] == 1
    assert row(town, trainee.worker).state == "claimed"
    assert_sound(town)


def test_a_dispute_and_the_close_at_once_leave_the_voucher_held_or_completed(town: Town) -> None:
    door = a_door(town)
    trainees = door.seat(4)
    door.teach([trainee.redemption for trainee in trainees])
    with town.app.app_context():
        last_day = classes.get(door.region_id, door.class_id).ends_on
    while town.clock.now().date() <= last_day:
        town.clock.advance(days=1)
    for trainee in trainees:
        trainee.worker.log_in()
    token = door.token()
    bodies = [(trainee.worker.token, {"redemption": trainee.redemption}) for trainee in trainees]
    acts = [lambda one=one: town.post("/api/v1/disputes", *one) for one in bodies]
    ended = race([*acts, lambda: town.post(f"/api/v1/attendance/{door.hex}/close", token, {})])
    assert ended.answers[200, None] == 1
    assert ended.answers[201, None] == len(trainees)
    for trainee in trainees:
        voucher = row(town, trainee.worker)
        assert voucher.holds == 1
        assert (voucher.state, voucher.left_over_at is not None) in {("redeemed", True), ("completed", False)}
    assert_sound(town)
