"""What stops an institution stops its scans from the next one on, and ends by two persons: through the API."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.exc import IntegrityError

from tests.journey.city import START, redeem_body
from tests.journey.town import a_door, assert_sound, claimed, lasting_town, refused, row, town
from tests.races.crowd import race
from tests.rulebook.breaking import Planner, door_at
from voucher_service.calendar import local_date
from voucher_service.database import db, unit_of_work
from voucher_service.identifiers import new_id, to_hex
from voucher_service.institutions.models import InstitutionSuspension
from voucher_service.programmes import service as programmes
from voucher_service.programmes.models import RulePack
from voucher_service.sweeping import sweep_once

if TYPE_CHECKING:
    from tests.journey.city import Town
    from tests.journey.town import Door

__all__ = ["lasting_town", "town"]

FOUND = {"found_on": "2025-11-03", "document": "示例〔2025〕31号"}
NO_REQUEST = "0" * 32
LIFT = {"reason": "已整改，现场核查合格"}


def at(door: Door, path: str) -> str:
    return f"/api/v1/institutions/{to_hex(door.institution_id)}{path}"


def act(door: Door, who: str, path: str, body: Any = None) -> Any:
    return door.town.post(at(door, path), door.town.staff_token(who), body)


def confirm_lift(door: Door, who: str, request: str | None = None) -> Any:
    """Confirm the request that stands, or another one."""
    if request is None:
        standing = door.town.get(at(door, "/standing"), door.town.staff_token(who)).get_json()
        request = next((one["lift_request"] for one in standing["suspensions"] if not one["lifted_at"]), None)
    return act(door, who, "/suspension/lift/confirm", {"request": request or NO_REQUEST})


def scan(door: Door) -> Any:
    worker = claimed(door.town).open_code()
    return door.post("/api/v1/redemptions", redeem_body(worker, door.hex))


def test_a_finding_after_the_approval_stops_the_next_scan(town: Town) -> None:
    door = a_door(town, 4)
    assert scan(door).status_code == 201
    assert act(door, "bureau1", "/findings", FOUND).status_code == 201
    stopped = scan(door)
    assert refused(stopped) == (403, "institution_barred")
    told = stopped.get_json()
    assert (told["clause"], told["figures"]) == ("二(二)", {"finding_year": 2025, "since_year": 2022})
    draft = {"reason": "示例", "document": "示例", "listed_from": "2026-03-02", "listed_until": None}
    asked = act(door, "bureau1", "/blacklistings", draft).get_json()["blacklisting_id"]
    assert act(door, "bureau2", f"/blacklistings/{asked}/confirm").status_code == 200
    leaving = act(door, "bureau1", f"/blacklistings/{asked}/exit", {"reason": "已整改"}).get_json()["exit_request"]
    assert act(door, "bureau2", f"/blacklistings/{asked}/exit/confirm", {"request": leaving}).status_code == 200
    assert refused(scan(door)) == (403, "institution_barred")
    assert_sound(town)


def test_a_finding_of_before_the_named_year_stops_nothing(town: Town) -> None:
    door = a_door(town, 5)
    assert act(door, "bureau1", "/findings", {**FOUND, "found_on": "2021-12-31"}).status_code == 201
    assert scan(door).status_code == 201
    assert act(door, "bureau1", "/findings", {**FOUND, "found_on": "2022-01-01"}).status_code == 201
    assert refused(scan(door)) == (403, "institution_barred")


def test_one_person_suspends_at_once_and_two_lift_it(town: Town) -> None:
    door = a_door(town, 6)
    assert refused(act(door, "bureau1", "/suspension/lift", LIFT)) == (409, "not_suspended")
    assert act(door, "bureau1", "/suspend").status_code == 200
    assert refused(act(door, "bureau2", "/suspend")) == (409, "already_suspended")
    assert refused(scan(door)) == (403, "institution_suspended")
    alone = confirm_lift(door, "bureau1")
    assert (refused(alone), alone.get_json()["clause"]) == ((409, "lift_not_asked"), "二(三)4")
    for who in ("bureau-clerk", "industry1", "finance1", "school1-admin"):
        assert refused(act(door, who, "/suspension/lift", LIFT)) == (403, "forbidden")
    assert act(door, "bureau1", "/suspension/lift", LIFT).get_json()["lift_reason"] == LIFT["reason"]
    assert refused(confirm_lift(door, "bureau1")) == (409, "second_person_is_first")
    assert refused(scan(door)) == (403, "institution_suspended")
    assert confirm_lift(door, "bureau2").get_json()["lifted_at"]
    assert scan(door).status_code == 201
    assert refused(confirm_lift(door, "bureau2")) == (409, "not_suspended")
    standing = town.get(at(door, "/standing"), town.staff_token("bureau1")).get_json()
    assert [row["lift_reason"] for row in standing["suspensions"]] == [LIFT["reason"]]
    assert act(door, "bureau1", "/suspend").status_code == 200


def test_only_the_lift_that_was_read_is_confirmed(town: Town) -> None:
    door = a_door(town, 3)
    assert act(door, "bureau1", "/suspend").status_code == 200
    read = act(door, "bureau1", "/suspension/lift", LIFT).get_json()["lift_request"]
    other = act(door, "bureau1", "/suspension/lift", {"reason": "上级要求"}).get_json()["lift_request"]
    assert other != read
    changed = confirm_lift(door, "bureau2", read)
    assert (refused(changed), changed.get_json()["clause"]) == ((409, "request_changed"), "二(三)4")
    assert refused(confirm_lift(door, "bureau2", NO_REQUEST)) == (409, "request_changed")
    assert refused(act(door, "bureau2", "/suspension/lift/confirm", {})) == (422, "invalid_input")
    assert refused(scan(door)) == (403, "institution_suspended")
    assert confirm_lift(door, "bureau2", other).get_json()["lift_reason"] == "上级要求"
    town.clock.advance(minutes=1)
    assert act(door, "bureau1", "/suspend").status_code == 200
    assert act(door, "bureau1", "/suspension/lift", {"reason": "上级要求"}).status_code == 200
    assert refused(confirm_lift(door, "bureau2", other)) == (409, "request_changed"), "of the suspension before"
    assert confirm_lift(door, "bureau2").status_code == 200


def test_of_a_confirmation_and_another_reason_at_once_what_was_read_is_lifted_or_nothing(town: Town) -> None:
    door = a_door(town, 3)
    for _ in range(4):
        town.clock.advance(minutes=1)
        assert act(door, "bureau1", "/suspend").status_code == 200
        read = act(door, "bureau1", "/suspension/lift", LIFT).get_json()["lift_request"]
        first, second = town.staff_token("bureau1"), town.staff_token("bureau2")
        confirmed = partial(town.post, at(door, "/suspension/lift/confirm"), second, {"request": read})
        anew = partial(town.post, at(door, "/suspension/lift"), first, {"reason": "上级要求"})
        answers = race([confirmed, anew]).answers
        if answers == {(200, None): 1, (409, "not_suspended"): 1}:
            standing = town.get(at(door, "/standing"), first).get_json()["suspensions"]
            assert [one["lift_reason"] for one in standing if one["lift_request"] == read] == [LIFT["reason"]]
            continue
        assert answers == {(200, None): 1, (409, "request_changed"): 1}
        assert refused(scan(door)) == (403, "institution_suspended")
        assert confirm_lift(door, "bureau2").status_code == 200


def test_a_lift_leaves_the_black_list_and_findings_standing(town: Town) -> None:
    door = a_door(town, 7)
    assert act(door, "bureau1", "/suspend").status_code == 200
    assert act(door, "bureau1", "/findings", FOUND).status_code == 201
    assert act(door, "bureau1", "/suspension/lift", LIFT).status_code == 200
    assert confirm_lift(door, "bureau2").status_code == 200
    assert refused(scan(door)) == (403, "institution_barred")


def test_of_a_lift_and_two_suspensions_at_once_the_institution_stands_as_its_rows_say(town: Town) -> None:
    door = a_door(town, 8)
    first, second = town.staff_token("bureau1"), town.staff_token("bureau2")
    outcome = race([partial(town.post, at(door, "/suspend"), token, None) for token in (first, second)])
    assert outcome.answers == {(200, None): 1, (409, "already_suspended"): 1}
    request = {"request": act(door, "bureau1", "/suspension/lift", LIFT).get_json()["lift_request"]}
    lift = partial(town.post, at(door, "/suspension/lift/confirm"), second, request)
    finding = partial(town.post, at(door, "/findings"), first, FOUND)
    assert race([lift, lift, finding]).answers == {(200, None): 1, (409, "not_suspended"): 1, (201, None): 1}
    assert refused(scan(door)) == (403, "institution_barred")


def test_the_database_itself_wants_two_persons_for_a_lift(town: Town) -> None:
    door, now = a_door(town, 9), town.clock.now()
    alone = InstitutionSuspension(
        region_id=door.region_id, institution_id=door.institution_id, suspension_id=new_id(), made_by=5, made_at=now,
        lift_asked_by=5, lift_asked_at=now, lifted_by=5, lifted_at=now,
    )  # fmt: skip
    with town.app.app_context(), pytest.raises(IntegrityError), unit_of_work():
        db.session.add(alone)


def end(door: Door) -> Any:
    """End the class as its school's administrator does, without closing it."""
    return school_of(door).post(f"/api/v1/classes/{door.hex}/end")


def school_of(door: Door) -> Planner:
    return Planner(door.town, door.region_id, door.institution_id)


def test_a_class_of_a_stopped_institution_neither_begins_nor_ends_until_it_may_go_on(town: Town) -> None:
    door, waiting = (door_at(town, 0, "DM01", "junior") for _ in range(2))
    (trainee,) = door.seat()
    (early,) = waiting.seat()
    door.teach([trainee.redemption])
    assert act(door, "bureau1", "/suspend").status_code == 200
    begun = waiting.attend([early.redemption])
    assert (refused(begun), begun.get_json()["clause"]) == ((403, "institution_suspended"), "二(三)3")
    assert refused(door.close()) == (403, "institution_suspended")
    assert refused(end(door)) == (403, "institution_suspended")
    assert row(town, trainee.worker).state == "redeemed"
    town.tokens.clear()
    assert act(door, "bureau1", "/suspension/lift", LIFT).status_code == 200
    assert confirm_lift(door, "bureau2").status_code == 200
    assert door.close().get_json() == {"completed": 1, "forfeited": 0}
    assert_sound(town)


def test_a_class_that_a_finding_stopped_is_called_off_and_its_people_have_their_vouchers_back(town: Town) -> None:
    door = door_at(town, 11, "DM05", "junior")
    (trainee,) = door.seat()
    door.teach([trainee.redemption])
    town.tokens.clear()
    assert act(door, "bureau1", "/findings", FOUND).status_code == 201
    assert refused(door.close()) == (403, "institution_barred")
    town.tokens.clear()
    off = town.post(
        "/api/v1/class-cancellations", town.staff_token("bureau1"), {"class_id": door.hex, "reason": "审计"}
    )
    assert off.status_code == 200, off.text
    assert row(town, trainee.worker).state == "claimed"
    assert_sound(town)


def test_an_institution_cannot_end_its_way_out_of_a_suspended_or_filed_class(town: Town) -> None:
    door, filed = (door_at(town, 0, "DM01", "junior") for _ in range(2))
    filed.complete()
    assert filed.file_exam().status_code == 201
    out = end(filed)
    assert (refused(out), out.get_json()["figures"]) == ((409, "class_not_in_state"), {"state": "exam_filed"})
    town.clock.moment = START
    (trainee,) = door.seat()
    door.teach([trainee.redemption])
    town.tokens.clear()
    body = {"class_id": door.hex, "kind": "suspend", "reason": "inspection", "note": ""}
    assert town.post("/api/v1/class-rulings", town.staff_token("bureau1"), body).status_code == 201
    assert refused(door.close()) == (409, "class_not_in_state")
    assert refused(end(door)) == (409, "class_not_in_state")
    assert row(town, trainee.worker).state == "redeemed"


def in_force_tomorrow(town: Town, since_year: int) -> None:
    """Another pack, which differs in the year from which findings bar; the sweep that follows its first day."""
    tomorrow = local_date(town.clock.now()) + timedelta(days=1)
    with town.app.app_context(), unit_of_work() as session:
        pack = programmes.pack_in_force(tomorrow)
        numbers = dict(pack.numbers) | {"audit_findings_since_year": since_year}
        session.add(RulePack(rule_pack_id=900 + since_year, effective_from=tomorrow, numbers=numbers, texts=pack.texts))
    town.clock.advance(days=1)
    town.tokens.clear()


def settled(town: Town) -> int:
    with town.app.app_context():
        return sweep_once(town.clock.now()).get("settled", 0)


def test_another_packs_year_stops_whom_it_bars_and_lets_go_whom_it_does_not(fresh_town: Town) -> None:
    town = fresh_town
    door, good = a_door(town, 4), a_door(town, 5)
    assert act(door, "bureau1", "/findings", {**FOUND, "found_on": "2021-12-31"}).status_code == 201
    assert (settled(town), scan(door).status_code) == (0, 201)
    in_force_tomorrow(town, 2021)
    assert (settled(town), settled(town)) == (1, 0)
    assert refused(scan(door)) == (403, "institution_barred")
    assert scan(good).status_code == 201
    in_force_tomorrow(town, 2022)
    assert (settled(town), settled(town)) == (1, 0)
    assert scan(door).status_code == 201
    assert_sound(town)
