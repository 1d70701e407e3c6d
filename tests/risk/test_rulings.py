"""A class is suspended by one person and lifted or disqualified by two; its vouchers and its money follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.journey.city import redeem_body
from tests.journey.town import Door, a_door, assert_sound, claimed, promised, refused, row
from tests.races.crowd import race
from tests.risk.lines import as_staff, decide, dispute
from voucher_service.classes import service as classes
from voucher_service.sweeping import sweep_once

if TYPE_CHECKING:
    from tests.journey.city import Town

PATH = "/api/v1/class-rulings"


def rule(door: Door, kind: str, who: str = "bureau1", **changes: str) -> Any:
    body = {"class_id": door.hex, "kind": kind, "reason": "inspection", **changes}
    return as_staff(door.town, who, PATH, body)


def settle(door: Door, asked: Any, who: str = "bureau2", *, confirmed: bool = True) -> Any:
    return as_staff(door.town, who, f"{PATH}/{asked.get_json()['ruling']}/decision", {"confirmed": confirmed})


def both(door: Door, kind: str, **changes: str) -> Any:
    """One person asks, another confirms."""
    asked = rule(door, kind, **changes)
    assert asked.status_code == 201, asked.text
    settled = settle(door, asked)
    assert settled.status_code == 200, settled.text
    return settled


def state(door: Door) -> str:
    with door.town.app.app_context():
        return classes.get(door.region_id, door.class_id).state


def started(town: Town, trainees: int = 2) -> Door:
    """A class in its first session."""
    door = a_door(town)
    door.seat(trainees)
    town.clock.moment = door.sessions()[0].starts_at
    assert door.attend([trainee.redemption for trainee in door.seated]).status_code == 200
    return door


def test_a_suspended_class_stands_still_with_everybody_in_it_and_a_lift_leads_back(town: Town) -> None:
    door = started(town)
    assert rule(door, "suspend").get_json()["state"] == "made"
    assert state(door) == "suspended"
    assert [row(town, trainee.worker).holds for trainee in door.seated] == [1, 1]
    attended = door.attend([door.seated[0].redemption], 1)
    assert refused(attended) == (409, "class_not_held")
    late = claimed(town).open_code()
    assert refused(door.post("/api/v1/redemptions", redeem_body(late, door.hex))) == (409, "class_not_open")
    assert_sound(town)
    asked = rule(door, "lift")
    assert refused(rule(door, "lift", "bureau2")) == (409, "ruling_open")
    assert refused(settle(door, asked, "bureau1")) == (409, "ruling_by_one_person")
    assert refused(settle(door, asked, "bureau-clerk")) == (403, "forbidden")
    assert settle(door, asked).get_json()["state"] == "confirmed"
    assert refused(settle(door, asked)) == (409, "ruling_made")
    assert state(door) == "in_session"
    assert [row(town, trainee.worker).holds for trainee in door.seated] == [0, 0]
    assert_sound(town)


def test_a_suspension_after_the_close_stops_certificates(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.examine(door.complete())
    assert state(door) == "examined"
    assert rule(door, "suspend").status_code == 201
    assert refused(door.post("/api/v1/certificates", door.certificate(trainee))) == (409, "voucher_on_hold")
    both(door, "lift")
    assert state(door) == "examined"
    assert door.certify(trainee).status_code == 200
    assert_sound(town)


def test_a_declined_request_changes_nothing_and_can_be_made_again(town: Town) -> None:
    door = started(town, 1)
    asked = rule(door, "disqualify")
    assert settle(door, asked, confirmed=False).get_json()["state"] == "declined"
    assert state(door) == "in_session"
    assert rule(door, "disqualify").status_code == 201


@pytest.mark.parametrize(
    ("reason", "fate"), [("recordings", "claimed"), ("inspection", "claimed"), ("trainees_not_there", "forfeited")]
)
def test_a_class_disqualified_in_training_gives_back_or_forfeits_by_its_reason(
    town: Town, reason: str, fate: str
) -> None:
    door = started(town)
    expires_at = row(town, door.seated[0].worker).expires_at
    before = promised(town)[0]
    with town.app.app_context():
        held = classes.get(door.region_id, door.class_id)
        promise = held.capacity * held.standard_fen
    both(door, "disqualify", reason=reason)
    assert state(door) == "disqualified"
    for trainee in door.seated:
        voucher = row(town, trainee.worker)
        assert voucher.state == fate
        assert (voucher.expires_at > expires_at) is (fate == "claimed")
    assert promised(town)[0] == before - promise
    assert refused(rule(door, "disqualify", reason=reason)) == (409, "class_not_in_state")
    assert_sound(town)


def test_a_class_disqualified_after_its_close_forfeits_what_completed_and_revokes_what_is_certified(
    town: Town,
) -> None:
    door = a_door(town)
    first, second = door.examine(door.complete(2))
    assert door.certify(first).status_code == 200
    before = promised(town)[0]
    amounts = [row(town, trainee.worker).reserved_fen or 0 for trainee in (first, second)]
    both(door, "disqualify")
    assert [row(town, trainee.worker).state for trainee in (first, second)] == ["revoked", "forfeited"]
    assert promised(town)[0] == before - sum(amounts)
    assert_sound(town)


def test_a_suspended_class_is_disqualified_and_its_trainees_can_use_their_vouchers_again(town: Town) -> None:
    door = started(town, 1)
    assert rule(door, "suspend").status_code == 201
    both(door, "disqualify")
    voucher = row(town, door.seated[0].worker)
    assert (voucher.state, voucher.holds) == ("claimed", 0)
    assert_sound(town)


def test_a_held_voucher_of_a_disqualified_class_follows_when_its_line_is_decided(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.examine(door.complete())
    placed = dispute(trainee)
    both(door, "disqualify")
    assert row(town, trainee.worker).state == "completed"
    decide(town, placed, "lift")
    assert row(town, trainee.worker).state == "forfeited"
    assert_sound(town)


def test_a_ruling_needs_a_known_reason_and_a_class_that_it_fits(town: Town) -> None:
    door = a_door(town)
    assert refused(rule(door, "suspend", reason="because")) == (422, "ruling_reason_unknown")
    assert refused(rule(door, "suspend", reason="other")) == (422, "ruling_note_missing")
    assert refused(rule(door, "suspend")) == (409, "class_not_in_state")
    assert refused(rule(door, "lift")) == (409, "class_not_in_state")
    assert refused(rule(door, "suspend", class_id="0" * 15 + "1")) == (404, "not_found")
    assert refused(door.post(PATH, {"class_id": door.hex, "kind": "suspend", "reason": "inspection"})) == (
        403,
        "forbidden",
    )


def test_of_many_second_persons_one_disqualifies_and_the_promise_goes_back_once(town: Town) -> None:
    door = started(town)
    asked = rule(door, "disqualify").get_json()["ruling"]
    before = promised(town)[0]
    with town.app.app_context():
        held = classes.get(door.region_id, door.class_id)
        promise = held.capacity * held.standard_fen
    token = town.staff_token("bureau2")
    acts = [lambda: town.post(f"{PATH}/{asked}/decision", token, {"confirmed": True})] * 16
    ended = race(acts)
    assert ended.answers == {(200, None): 1, (409, "ruling_made"): 15}
    assert promised(town)[0] == before - promise
    assert_sound(town)


def test_a_class_closes_by_itself_once_everybody_is_certified_or_has_ended(town: Town) -> None:
    door = a_door(town)
    first, second = door.examine(door.complete(2))
    assert door.certify(first).status_code == 200
    with town.app.app_context():
        sweep_once(town.clock.now())
    assert state(door) == "examined"
    decide(town, dispute(second), "uphold")
    with town.app.app_context():
        assert sweep_once(town.clock.now())["closed"] >= 1
    assert state(door) == "closed"
    assert refused(rule(door, "suspend")) == (409, "class_not_in_state")
    assert_sound(town)
