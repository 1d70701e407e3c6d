"""A disputed sign-in: it stops the voucher, and upheld it no longer counts for whoever completed only with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.journey.town import Door, Trainee, a_door, assert_sound, refused, row
from tests.risk.lines import decide, dispute
from voucher_service.attendance import service as attendance
from voucher_service.classes import service as classes
from voucher_service.identifiers import from_hex
from voucher_service.redemptions import service as redemptions

if TYPE_CHECKING:
    from tests.journey.city import Town


def attended(door: Door, trainee: Trainee) -> Any:
    with door.town.app.app_context():
        redemption = redemptions.find(trainee.worker.region_id, from_hex(trainee.redemption))
        training_class = classes.get(door.region_id, door.class_id)
        return attendance.of_trainee(training_class, redemption, door.town.clock.now())


def test_only_a_sign_in_that_stands_can_be_disputed_and_each_once(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.seat()
    town.clock.moment = door.sessions()[0].starts_at
    missing = dispute(trainee, session_no=1)
    assert (refused(missing), missing.get_json()["figures"]) == ((409, "nothing_to_dispute"), {"session_no": 1})
    assert door.attend([trainee.redemption]).status_code == 200
    assert refused(dispute(trainee, session_no=0)) == (422, "invalid_input")
    placed = dispute(trainee, session_no=1)
    assert placed.status_code == 201, placed.text
    assert (placed.get_json()["kind"], placed.get_json()["session_no"]) == ("sign_in", 1)
    assert refused(dispute(trainee, session_no=1)) == (409, "disputed_already")
    assert dispute(trainee).status_code == 201
    assert row(town, trainee.worker).holds == 2
    assert_sound(town)


def test_upheld_in_training_the_sign_in_counts_no_more_and_a_tick_cannot_bring_it_back(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.seat()
    town.clock.moment = door.sessions()[0].starts_at
    assert door.attend([trainee.redemption]).status_code == 200
    assert 1 in attended(door, trainee).counted
    decide(town, dispute(trainee, session_no=1), "uphold")
    assert 1 not in attended(door, trainee).counted
    door.attend([trainee.redemption])
    assert 1 not in attended(door, trainee).counted
    assert (row(town, trainee.worker).state, row(town, trainee.worker).holds) == ("redeemed", 0)
    assert refused(dispute(trainee, session_no=1)) == (409, "nothing_to_dispute")
    assert_sound(town)


def test_declined_the_sign_in_counts_as_before(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.seat()
    town.clock.moment = door.sessions()[0].starts_at
    assert door.attend([trainee.redemption]).status_code == 200
    decide(town, dispute(trainee, session_no=1), "lift")
    assert 1 in attended(door, trainee).counted
    assert refused(dispute(trainee, session_no=1)) == (409, "disputed_already")


def test_upheld_later_whoever_completed_only_with_it_is_revoked_and_others_stay(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.complete()
    spare = attended(door, trainee).tally.attended - attended(door, trainee).needed
    for session_no in range(1, spare + 2):
        assert row(town, trainee.worker).state == "completed"
        decide(town, dispute(trainee, session_no=session_no), "uphold")
    assert row(town, trainee.worker).state == "revoked"
    assert_sound(town)


def test_disputed_over_the_close_and_upheld_the_trainee_is_judged_without_it(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.seat()
    door.teach([trainee.redemption])
    spare = attended(door, trainee).tally.attended - attended(door, trainee).needed
    placed = [dispute(trainee, session_no=session_no) for session_no in range(1, spare + 2)]
    assert door.close().status_code == 200
    assert row(town, trainee.worker).state == "redeemed"
    for each in placed:
        decide(town, each, "uphold")
    assert row(town, trainee.worker).state == "forfeited"
    assert_sound(town)
