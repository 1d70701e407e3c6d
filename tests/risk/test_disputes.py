"""A dispute is taken up in one act, decided by two who agree, and what follows depends on where the voucher is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.journey.city import Town, new_key
from tests.journey.town import Door, Trainee, a_door, assert_sound, cancelled, claimed, promised, refused, row
from tests.risk.lines import decide, dispute, insider, opine, receipts, stop
from voucher_service.classes import service as classes


def seats_of(door: Door) -> int:
    with door.town.app.app_context():
        return classes.get(door.region_id, door.class_id).seats_taken


def test_a_dispute_gives_a_receipt_and_stops_the_voucher(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.examine(door.complete())
    key = new_key()
    placed = dispute(trainee, key=key)
    assert placed.status_code == 201, placed.text
    receipt = placed.get_json()["hold"]
    assert (placed.get_json()["kind"], placed.get_json()["reason"]) == ("redemption", "not_there")
    stopped = door.post("/api/v1/certificates", door.certificate(trainee))
    assert refused(stopped) == (409, "voucher_on_hold")
    assert stopped.get_json()["figures"] == {"receipt": receipt, "kind": "redemption"}
    assert refused(dispute(trainee)) == (409, "disputed_already")
    (shown,) = receipts(town, trainee.worker)
    assert (shown["hold"]["hold"], shown["ended"]) == (receipt, None)
    assert_sound(town)


def test_a_certificate_that_was_entered_before_is_not_verified_while_the_line_stands(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.examine(door.complete())
    entered = door.post("/api/v1/certificates", door.certificate(trainee)).get_json()
    placed = dispute(trainee)
    path = f"/api/v1/certificates/{entered['certificate']}/decision"
    town.tokens.clear()
    assert refused(town.post(path, town.staff_token("bureau-clerk"), {"genuine": True})) == (409, "voucher_on_hold")
    decide(town, placed, "lift")
    assert town.post(path, town.staff_token("bureau-clerk"), {"genuine": True}).status_code == 200
    assert row(town, trainee.worker).state == "certified"
    assert_sound(town)


def test_upheld_in_training_the_voucher_comes_back_with_its_lost_time_and_the_seat_is_free(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.seat()
    before, seats = row(town, trainee.worker), seats_of(door)
    town.clock.advance(days=2)
    placed = dispute(trainee)
    decide(town, placed, "uphold", "扫码时他在外地")
    voucher = row(town, trainee.worker)
    assert (voucher.state, voucher.holds, voucher.reserved_fen) == ("claimed", 0, None)
    assert voucher.expires_at == before.expires_at + timedelta(days=2)
    assert cancelled(town, trainee)
    assert seats_of(door) == seats - 1
    (shown,) = receipts(town, trainee.worker)
    assert (shown["ended"]["outcome"], shown["ended"]["reason"]) == ("uphold", "扫码时他在外地")
    assert_sound(town)


@pytest.mark.parametrize("certified", [False, True])
def test_upheld_later_the_voucher_is_revoked_and_its_money_goes_back_once(town: Town, certified: bool) -> None:  # noqa: FBT001
    door = a_door(town)
    (trainee,) = door.examine(door.complete())
    if certified:
        assert door.certify(trainee).status_code == 200
    before, amount = promised(town)[0], row(town, trainee.worker).reserved_fen
    assert amount
    decide(town, dispute(trainee), "uphold")
    voucher = row(town, trainee.worker)
    assert (voucher.state, voucher.value_fen, voucher.holds) == ("revoked", 0, 0)
    assert promised(town)[0] == before - amount
    assert_sound(town)


def test_declined_the_voucher_moves_again_and_the_holder_reads_why(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.examine(door.complete())
    placed = dispute(trainee)
    decide(town, placed, "lift", "监控里有他")
    (shown,) = receipts(town, trainee.worker)
    assert (shown["ended"]["outcome"], shown["ended"]["reason"]) == ("lift", "监控里有他")
    assert len(shown["opinions"]) == 2
    assert door.certify(trainee).status_code == 200
    assert refused(dispute(trainee)) == (409, "disputed_already")
    assert_sound(town)


def test_two_who_disagree_wait_for_a_third_and_nobody_signs_twice(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.seat()
    placed = dispute(trainee)
    assert opine(town, placed, "bureau1", "uphold").get_json()["ended"] is None
    assert refused(opine(town, placed, "bureau1", "uphold")) == (409, "hold_opinion_twice")
    assert opine(town, placed, "bureau2", "lift").get_json()["ended"] is None
    assert row(town, trainee.worker).holds == 1
    decided = opine(town, placed, "bureau-clerk", "lift")
    assert decided.get_json()["ended"]["outcome"] == "lift"
    assert refused(opine(town, placed, "bureau-clerk", "lift")) == (409, "hold_ended")
    assert row(town, trainee.worker).state == "redeemed"


def test_nobody_of_the_institution_decides(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.seat()
    placed = dispute(trainee)
    assert refused(opine(town, placed, insider(town, door), "lift")) == (403, "not_impartial")
    path = f"/api/v1/holds/{trainee.worker.region_id}/{placed.get_json()['hold']}/opinions"
    assert refused(door.post(path, {"verdict": "lift", "reason": "x"})) == (403, "forbidden")
    assert row(town, trainee.worker).holds == 1


def test_somebody_elses_line_and_one_that_is_over_cannot_be_disputed(town: Town) -> None:
    door = a_door(town)
    first, second = door.seat(2)
    assert refused(dispute(Trainee(second.worker, first.redemption))) == (404, "not_found")
    assert refused(dispute(Trainee(second.worker, "0" * 15 + "1"))) == (404, "not_found")
    decide(town, dispute(first), "uphold")
    assert refused(dispute(first)) == (409, "redemption_over")


def test_a_voucher_that_has_ended_cannot_be_stopped(town: Town) -> None:
    worker = claimed(town)
    assert town.post(f"/api/v1/vouchers/{worker.voucher}/return", worker.token, {}).status_code == 200
    assert refused(stop(worker)) == (409, "voucher_not_in_state")
