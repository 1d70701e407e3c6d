"""Certificates through the API: what is refused, with which figures, and what a verified one is worth."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.journey.city import Town, new_key
from tests.journey.town import Door, Trainee, a_door, assert_sound, certificates_of, promised, refused, row
from voucher_service.accounts import service as accounts
from voucher_service.calendar import local_date
from voucher_service.certificates import service as certificates
from voucher_service.classes import service as classes
from voucher_service.database import unit_of_work
from voucher_service.web.access import BUREAU_CLERK, Caller

PATH = "/api/v1/certificates"
COMPLETED = 12


@pytest.fixture(scope="module")
def finished(lasting_town: Town) -> tuple[Door, list[Trainee]]:
    """A class that is closed and examined, and those who passed; each test takes its own from the end."""
    door = a_door(lasting_town)
    return door, door.examine(door.complete(COMPLETED))


@pytest.fixture
def door(town: Town, finished: tuple[Door, list[Trainee]]) -> Door:
    """The school's door on the day after the class closed."""
    with town.app.app_context():
        town.clock.moment = max(session.ends_at for session in finished[0].sessions()) + timedelta(days=60)
    return finished[0]


@pytest.fixture
def trainee(finished: tuple[Door, list[Trainee]]) -> Trainee:
    return finished[1].pop()


def enter(door: Door, trainee: Trainee, key: str | None = None, **changes: Any) -> Any:
    return door.post(PATH, door.certificate(trainee, **changes), key)


def decide(town: Town, entered: Any, *, genuine: bool = True, who: str = "bureau-clerk", key: str | None = None) -> Any:
    path = f"{PATH}/{entered.get_json()['certificate']}/decision"
    return town.post(path, town.staff_token(who), {"genuine": genuine}, key)


def test_every_refusal_names_what_is_wrong_and_none_enters_anything(town: Town, door: Door, trainee: Trainee) -> None:
    with town.app.app_context():
        ends_on = classes.get(door.region_id, door.class_id).ends_on.isoformat()
    today = local_date(town.clock.now())
    tomorrow = (today + timedelta(days=1)).isoformat()
    wrong: list[tuple[dict[str, Any], tuple[int, str]]] = [
        ({"occupation_code": "X"}, (409, "certificate_mismatch")),
        ({"level": "chief_technician"}, (409, "certificate_mismatch")),
        ({"certificate_type": "completion"}, (409, "certificate_mismatch")),
        ({"examined_on": "1999-12-31"}, (422, "certificate_date_impossible")),
        ({"issued_on": "2100-01-01"}, (422, "certificate_date_impossible")),
        ({"issued_on": tomorrow}, (422, "certificate_in_future")),
        ({"examined_on": tomorrow, "issued_on": tomorrow}, (422, "certificate_in_future")),
        ({"examined_on": today.isoformat()}, (422, "certificate_before_exam")),
        ({"examined_on": "2026-03-01"}, (409, "certificate_older_than_training")),
        ({"examined_on": ends_on}, (409, "exam_day_mismatch")),
        ({"number": "--"}, (422, "certificate_number_empty")),
        ({"examined_on": "2026-02-30"}, (422, "invalid_input")),
        ({"issuer": ""}, (422, "invalid_input")),
        ({"redemption": "0" * 15 + "1"}, (404, "not_found")),
        ({"value_fen": 1}, (422, "invalid_input")),
    ]
    for changes, expected in wrong:
        assert refused(enter(door, trainee, **changes)) == expected, changes
    late = enter(door, trainee, examined_on="2026-03-01").get_json()
    assert late["figures"] == {"examined_on": "2026-03-01", "ends_on": ends_on}
    assert certificates_of(town, trainee.worker) == []


def test_the_citys_day_counts_and_not_greenwichs(town: Town, door: Door, trainee: Trainee) -> None:
    while local_date(town.clock.now()) == town.clock.now().date():
        town.clock.advance(hours=1)
    today = local_date(town.clock.now()).isoformat()
    assert enter(door, trainee, issued_on=today).status_code == 201


def test_a_verified_certificate_gives_the_voucher_its_value(town: Town, door: Door, trainee: Trainee) -> None:
    before = promised(town)
    entered = enter(door, trainee)
    assert (entered.status_code, row(town, trainee.worker).value_fen) == (201, None)
    assert decide(town, entered).get_json()["state"] == "verified"
    voucher = row(town, trainee.worker)
    assert voucher.state == "certified"
    assert voucher.value_fen == voucher.reserved_fen != 0
    assert voucher.examined_on == row(town, trainee.worker).examined_on is not None
    assert promised(town) == before
    assert_sound(town)


def test_a_refused_certificate_can_be_followed_by_another(town: Town, door: Door, trainee: Trainee) -> None:
    assert decide(town, enter(door, trainee), genuine=False).get_json()["state"] == "refused"
    assert row(town, trainee.worker).state == "completed"
    again = enter(door, trainee)
    assert again.status_code == 201, again.text
    assert decide(town, again).get_json()["state"] == "verified"
    assert certificates_of(town, trainee.worker) == ["refused", "verified"]


def test_one_voucher_has_one_certificate_that_counts(town: Town, door: Door, trainee: Trainee) -> None:
    assert enter(door, trainee).status_code == 201
    assert refused(enter(door, trainee, number="TEST-OTHER")) == (409, "voucher_has_certificate")
    assert certificates_of(town, trainee.worker) == ["entered"]


def test_one_number_of_one_issuer_is_one_certificate_however_it_is_spelt(
    town: Town, door: Door, trainee: Trainee, finished: tuple[Door, list[Trainee]]
) -> None:
    other = finished[1].pop()
    assert enter(door, trainee, number="same-number 1").status_code == 201
    taken = {"number": "SAME NUMBER-1", "issuer": "示例 评价机构"}
    assert refused(enter(door, other, **taken)) == (409, "certificate_number_used")
    assert enter(door, other, number="SAME NUMBER-1", issuer="另一家机构").status_code == 201
    assert certificates_of(town, other.worker) == ["entered"]


def test_a_retry_of_either_step_is_told_what_the_first_was_told(town: Town, door: Door, trainee: Trainee) -> None:
    token, key, second_key = door.token(), new_key(), new_key()
    entered = town.post(PATH, token, door.certificate(trainee), key)
    again = town.post(PATH, token, door.certificate(trainee), key)
    assert (again.status_code, again.data) == (201, entered.data)
    decided = decide(town, entered, key=second_key)
    assert decide(town, entered, key=second_key).data == decided.data
    answer = decide(town, entered, genuine=False)
    assert (refused(answer), answer.get_json()["figures"]) == ((409, "certificate_decided"), {"state": "verified"})


def test_whoever_entered_a_certificate_does_not_verify_it(town: Town, door: Door, trainee: Trainee) -> None:
    entered = enter(door, trainee)
    same_person = Caller(BUREAU_CLERK, 4711, 411200, door.clerk_id)
    with town.app.app_context(), unit_of_work():
        town.tokens["double"] = accounts.open_session(same_person)
    assert refused(decide(town, entered, who="double")) == (409, "same_person_verifies")
    assert refused(decide(town, entered, who="auditor1")) == (403, "forbidden")
    assert certificates_of(town, trainee.worker) == ["entered"]


def test_another_school_has_no_such_trainee(town: Town, door: Door, trainee: Trainee) -> None:
    other = a_door(town, 5)
    assert refused(other.post(PATH, door.certificate(trainee))) == (404, "not_found")


def test_who_is_still_in_training_has_no_certificate(town: Town) -> None:
    door = a_door(town, 4)
    (trainee,) = door.seat()
    answer = enter(door, trainee)
    assert (refused(answer), answer.get_json()["figures"]) == ((409, "voucher_not_in_state"), {"state": "redeemed"})


def test_what_is_not_there_cannot_be_decided(town: Town) -> None:
    for certificate in ("0" * 15 + "1", "Z" * 16):
        path = f"{PATH}/{certificate}/decision"
        assert refused(town.post(path, town.staff_token("bureau-clerk"), {"genuine": True})) == (404, "not_found")


def test_past_the_deadline_there_is_no_certificate_and_no_value(town: Town, door: Door, trainee: Trainee) -> None:
    deadline = row(town, trainee.worker).certify_by
    assert deadline
    town.clock.moment = deadline
    answer = enter(door, trainee)
    assert (refused(answer), answer.get_json()["figures"]) == (
        (409, "certificate_too_late"),
        {"certify_by": deadline.isoformat()},
    )
    before, _ = promised(town)
    with town.app.app_context(), unit_of_work():
        ended = certificates.forfeit_overdue(town.clock.now())
    assert ended >= 1
    voucher = row(town, trainee.worker)
    assert (voucher.state, voucher.value_fen) == ("forfeited", 0)
    assert promised(town)[0] <= before - (voucher.reserved_fen or 0)
    assert_sound(town)


def test_a_certificate_that_waits_for_the_bureau_keeps_its_voucher_and_nobody_elses(town: Town) -> None:
    door = a_door(town)
    trainees = door.examine(door.complete(3))
    first, *others = sorted(trainees, key=lambda trainee: row(town, trainee.worker).voucher_id)
    assert enter(door, first).status_code == 201
    deadline = row(town, first.worker).certify_by
    assert deadline
    with town.app.app_context():
        while True:
            with unit_of_work():
                if not certificates.forfeit_overdue(deadline, limit=1):
                    break
    assert [row(town, trainee.worker).state for trainee in (first, *others)] == ["completed", *["forfeited"] * 2]
    assert_sound(town)
