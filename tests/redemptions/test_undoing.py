"""Undoing: the institution asks, the bureau confirms, and never after the first attended session."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.journey.city import START, Town, new_key
from tests.journey.town import Door, Trainee, a_door, assert_sound, cancelled, refused, row
from voucher_service.classes import service as classes
from voucher_service.database import unit_of_work
from voucher_service.identifiers import from_hex
from voucher_service.ledger.service import SYSTEM
from voucher_service.redemptions import service as redemptions
from voucher_service.redemptions.errors import RedemptionOver


def path_of(trainee: Trainee) -> str:
    return f"/api/v1/redemptions/{trainee.worker.region_id}/{trainee.redemption}/undo"


def ask(door: Door, trainee: Trainee, key: str | None = None, **said: str) -> Any:
    return door.post(f"{path_of(trainee)}-request", {"reason": "wrong_class", **said}, key)


def confirm(town: Town, trainee: Trainee, who: str = "bureau-clerk", *, confirmed: bool = True) -> Any:
    return town.post(path_of(trainee), town.staff_token(who), {"confirmed": confirmed})


def seats_taken(door: Door) -> int:
    with door.town.app.app_context():
        return classes.get(door.region_id, door.class_id).seats_taken


def test_what_the_school_asks_and_the_bureau_confirms_is_undone(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.seat()
    town.clock.advance(days=5)
    town.tokens.clear()
    asked = ask(door, trainee)
    assert (asked.status_code, asked.get_json()["state"]) == (201, "asked")
    assert (row(town, trainee.worker).state, seats_taken(door)) == ("redeemed", 1)
    assert confirm(town, trainee).status_code == 200
    voucher = row(town, trainee.worker)
    assert (voucher.state, voucher.reserved_fen, seats_taken(door)) == ("claimed", None, 0)
    assert cancelled(town, trainee)
    assert voucher.expires_at - voucher.issued_at > timedelta(days=96)
    assert_sound(town)


def test_a_declined_undo_leaves_the_redemption_standing_and_may_be_asked_again(town: Town) -> None:
    door = a_door(town, 0)
    (trainee,) = door.seat()
    ask(door, trainee)
    assert confirm(town, trainee, confirmed=False).status_code == 200
    assert (row(town, trainee.worker).state, cancelled(town, trainee)) == ("redeemed", False)
    assert refused(confirm(town, trainee)) == (409, "undo_not_asked")
    assert ask(door, trainee, reason="other", note="学员改变主意").status_code == 201


def test_neither_side_undoes_alone(town: Town) -> None:
    door = a_door(town, 0)
    (trainee,) = door.seat()
    assert refused(confirm(town, trainee)) == (409, "undo_not_asked")
    ask(door, trainee)
    assert refused(door.post(path_of(trainee), {"confirmed": True})) == (403, "forbidden")
    own = town.post(f"{path_of(trainee)}-request", town.staff_token("bureau1"), {"reason": "wrong_class"})
    assert refused(own) == (403, "forbidden")


def test_an_undo_is_asked_once_and_made_once(town: Town) -> None:
    door, key = a_door(town, 0), new_key()
    (trainee,) = door.seat()
    token, body = door.token(), {"reason": "wrong_class"}
    first = town.post(f"{path_of(trainee)}-request", token, body, key)
    assert town.post(f"{path_of(trainee)}-request", token, body, key).data == first.data
    assert refused(ask(door, trainee)) == (409, "decision_open")
    assert confirm(town, trainee).status_code == 200
    assert refused(confirm(town, trainee)) == (409, "redemption_over")
    assert refused(ask(door, trainee)) == (409, "redemption_over")


@pytest.mark.parametrize(
    ("said", "code"),
    [({"reason": "because"}, "reason_unknown"), ({"reason": "other"}, "note_missing"), ({"x": "y"}, "invalid_input")],
)
def test_an_undo_needs_a_reason(town: Town, said: dict[str, str], code: str) -> None:
    door = a_door(town, 0)
    (trainee,) = door.seat()
    assert refused(ask(door, trainee, **said)) == (422, code)


def test_another_school_sees_no_redemption_to_undo(town: Town) -> None:
    door, other = a_door(town, 0), a_door(town, 1)
    (trainee,) = door.seat()
    assert refused(ask(other, trainee)) == (404, "not_found")
    absent = Trainee(trainee.worker, "0" * 15 + "1")
    assert refused(ask(door, absent)) == (404, "not_found")
    assert refused(ask(door, Trainee(trainee.worker, "Z" * 16))) == (404, "not_found")


def test_after_five_days_it_is_too_late_to_ask_and_to_confirm(town: Town) -> None:
    door = a_door(town, 0)
    asked_in_time, never_asked = door.seat(2)
    ask(door, asked_in_time)
    town.clock.moment = START + timedelta(days=5, seconds=1)
    town.tokens.clear()
    answer = ask(door, never_asked)
    assert (refused(answer), answer.get_json()["figures"]) == ((409, "undo_too_late"), {"days_max": 5})
    assert refused(confirm(town, asked_in_time)) == (409, "undo_too_late")
    assert row(town, asked_in_time.worker).state == "redeemed"


def test_the_first_attended_session_ends_the_right_to_ask_and_to_confirm(town: Town) -> None:
    door = a_door(town)
    town.clock.moment = door.sessions()[0].starts_at - timedelta(days=1)
    asked_before, never_asked, absent = door.seat(3)
    ask(door, asked_before)
    town.clock.moment = door.sessions()[0].starts_at
    town.tokens.clear()
    door.attend([asked_before.redemption, never_asked.redemption])
    answer = ask(door, never_asked)
    assert refused(answer) == (409, "attended_already")
    assert answer.get_json()["figures"] == {"first_attended_at": town.clock.now().isoformat()}
    assert refused(confirm(town, asked_before)) == (409, "attended_already")
    assert ask(door, absent).status_code == 201
    assert confirm(town, absent).status_code == 200
    assert refused(door.attend([absent.redemption])) == (422, "not_of_this_class")
    assert_sound(town)


def test_a_cancelled_class_gives_back_even_who_attended_and_only_once(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.seat()
    town.clock.moment = door.sessions()[0].starts_at
    door.attend([trainee.redemption])
    key = (trainee.worker.region_id, from_hex(trainee.redemption))
    with town.app.app_context(), unit_of_work():
        redemptions.give_back(
            redemptions.find(*key), "RedemptionGivenBack", "class cancelled", SYSTEM, town.clock.now()
        )
    with town.app.app_context(), pytest.raises(RedemptionOver), unit_of_work():
        redemptions.give_back(
            redemptions.find(*key), "RedemptionGivenBack", "class cancelled", SYSTEM, town.clock.now()
        )
    assert (row(town, trainee.worker).state, seats_taken(door)) == ("claimed", 0)
    assert_sound(town)
