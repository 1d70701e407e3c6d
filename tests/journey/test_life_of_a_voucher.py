"""The life of a voucher, told through the HTTP API from claim to counted certificate."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.journey import supervising
from tests.journey.city import PEOPLE, Town, Worker, new_key, redeem_body
from voucher_service.calendar import local_date
from voucher_service.classes import service as classes
from voucher_service.identifiers import to_hex
from voucher_service.ledger.invariants import check_invariants
from voucher_service.ledger.sealing import seal_once


@pytest.fixture
def town(fresh_town: Town) -> Town:
    return fresh_town


def school_of(town: Town) -> tuple[int, str, str]:
    """Return the region, the class and the token of the first school's clerk."""
    school = town.city.schools[0]
    class_id = next(class_id for region_id, class_id in town.city.classes if region_id == school.region_id)
    return school.region_id, to_hex(class_id), town.staff_token("school1-clerk")


def assert_green(town: Town) -> None:
    with town.app.app_context():
        assert check_invariants() == []
        seal_once(town.clock.now())
        assert check_invariants() == []


def test_a_voucher_lives_from_claim_to_counted_certificate(town: Town) -> None:
    region_id, class_id, clerk = school_of(town)
    worker = Worker(town, PEOPLE[0], region_id).log_in()
    assert worker.claim().status_code == 201
    worker.open_code()

    redeemed = town.post("/api/v1/redemptions", clerk, redeem_body(worker, class_id))
    assert redeemed.status_code == 201, redeemed.text
    assert redeemed.get_json(force=True)["seat"] == 1
    assert_green(town)

    attend_all(town, class_id, clerk, [redeemed.get_json(force=True)["redemption"]])
    clerk = fresh_clerk(town)
    closed = town.post(f"/api/v1/attendance/{class_id}/close", clerk, {})
    assert closed.get_json() == {"completed": 1, "forfeited": 0}, closed.text

    supervising.film(town, class_id, clerk, supervising.films(town, region_id, class_id))
    supervising.ask(town, class_id, clerk, [worker])
    exam = hold_exam(town, class_id, [redeemed.get_json(force=True)["redemption"]])
    entered = enter_certificate(town, region_id, class_id, redeemed.get_json(force=True)["redemption"], exam["held_on"])
    decided = town.post(
        f"/api/v1/certificates/{entered['certificate']}/decision", town.staff_token("bureau-clerk"), {"genuine": True}
    )
    assert decided.status_code == 200, decided.text

    worker.log_in()
    voucher = town.get(f"/api/v1/vouchers/{worker.voucher}", worker.token).get_json()
    assert voucher["state"] == "certified"
    assert voucher["value_fen"] == redeemed.get_json(force=True)["reserved_fen"] > 0
    report = town.get(f"/api/v1/reports/funnel/{town.city.programme_id}", town.staff_token("bureau1")).get_json()
    assert report["total"] == {"issued": 1, "redeemed": 1, "completed": 1, "certified": 1, "paid": 0}
    kinds = [fact["kind"] for fact in town.get(f"/api/v1/vouchers/{worker.voucher}/facts", worker.token).json["facts"]]
    assert kinds == ["VoucherClaimed", "VoucherRedeemed", "TrainingCompleted", "VoucherCertified"]
    assert_green(town)


def attend_all(town: Town, class_id: str, clerk: str, redemptions: list[str]) -> None:
    with town.app.app_context():
        school = town.city.schools[0]
        number = next(c for r, c in town.city.classes if to_hex(c) == class_id)
        held = [(s.session_no, s.starts_at, s.ends_at) for s in classes.sessions(classes.get(school.region_id, number))]
    for session_no, starts_at, _ in held:
        town.clock.moment = starts_at + timedelta(minutes=5)
        clerk = fresh_clerk(town)
        recorded = town.post(
            f"/api/v1/attendance/{class_id}/records", clerk, {"session_no": session_no, "present": redemptions}
        )
        assert recorded.status_code == 200, recorded.text
        if session_no == 1:
            assert supervising.inspect(town, class_id, len(redemptions)).status_code == 201
    town.clock.moment = held[-1][2] + timedelta(days=60)
    fresh_clerk(town)


def fresh_clerk(town: Town) -> str:
    """Sessions end with the working day, so a new day needs a new log-in."""
    town.tokens.clear()
    return town.staff_token("school1-clerk")


def hold_exam(town: Town, class_id: str, redemptions: list[str]) -> dict[str, str]:
    """File an exam three days ahead, and on the day after it enter that these passed."""
    held_on = local_date(town.clock.now()) + timedelta(days=3)
    filing = {"classes": [class_id], "held_on": held_on.isoformat(), "place": "示例考场"}
    filed = town.post("/api/v1/exams", fresh_clerk(town), filing)
    assert filed.status_code == 201, filed.text
    town.clock.advance(days=4)
    passed = [{"redemption": redemption, "outcome": "passed"} for redemption in redemptions]
    entered = town.post(f"/api/v1/exams/{filed.get_json()['exam']}/results", fresh_clerk(town), {"results": passed})
    assert entered.status_code == 200, entered.text
    document: dict[str, str] = filed.get_json()
    return document


def enter_certificate(town: Town, region_id: int, class_id: str, redemption: str, examined_on: str) -> dict[str, str]:
    with town.app.app_context():
        number = next(c for r, c in town.city.classes if to_hex(c) == class_id)
        training = classes.get(region_id, number)
        body = {
            "region_id": region_id,
            "redemption": redemption,
            "issuer": "示例评价机构",
            "number": "DEMO-0001",
            "occupation_code": training.occupation_code,
            "level": training.level,
            "certificate_type": training.certificate_type,
            "examined_on": examined_on,
            "issued_on": examined_on,
        }
    entered = town.post("/api/v1/certificates", fresh_clerk(town), body)
    assert entered.status_code == 201, entered.text
    document: dict[str, str] = entered.get_json()
    return document


def test_a_code_redeems_once_and_a_retry_gets_the_first_answer(town: Town) -> None:
    region_id, class_id, clerk = school_of(town)
    worker = Worker(town, PEOPLE[1], region_id).log_in()
    worker.claim()
    body, key = redeem_body(worker.open_code(), class_id), new_key()

    first = town.post("/api/v1/redemptions", clerk, body, key)
    again = town.post("/api/v1/redemptions", clerk, body, key)
    other_key = town.post("/api/v1/redemptions", clerk, body)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data
    assert again.headers["Idempotency-Hit"] == "true"
    assert (other_key.status_code, other_key.get_json()["code"]) == (409, "already_redeemed")
    reused = town.post("/api/v1/redemptions", clerk, {**body, "class_id": "0" * 15 + "1"}, key)
    assert reused.get_json()["code"] == "idempotency_key_reused"
    assert_green(town)


def test_a_forwarded_screenshot_is_dead_after_a_minute(town: Town) -> None:
    region_id, class_id, clerk = school_of(town)
    worker = Worker(town, PEOPLE[2], region_id).log_in()
    worker.claim()
    screenshot = redeem_body(worker.open_code(), class_id)
    town.clock.advance(seconds=61)
    refused = town.post("/api/v1/redemptions", clerk, screenshot)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "code_stale")
    refusals = town.get("/api/v1/reports/refusals", town.staff_token("bureau1")).get_json()
    assert refusals["refusals"] == refusals["answers"] == {"code_stale": 1}
    assert_green(town)


def test_somebody_elses_card_is_refused(town: Town) -> None:
    region_id, class_id, clerk = school_of(town)
    worker = Worker(town, PEOPLE[3], region_id).log_in()
    worker.claim()
    body = redeem_body(worker.open_code(), class_id, id_number=PEOPLE[4].id_number)
    refused = town.post("/api/v1/redemptions", clerk, body)
    assert refused.get_json()["code"] == "holder_mismatch"


def test_a_second_phone_ends_the_first(town: Town) -> None:
    region_id, class_id, clerk = school_of(town)
    worker = Worker(town, PEOPLE[5], region_id).log_in()
    worker.claim()
    first_phone = redeem_body(worker.open_code(), class_id)
    worker.open_code()
    refused = town.post("/api/v1/redemptions", clerk, first_phone)
    assert refused.get_json()["code"] == "code_session_ended"
    assert town.post("/api/v1/redemptions", clerk, redeem_body(worker, class_id)).status_code == 201


def test_one_person_holds_one_voucher_at_a_time(town: Town) -> None:
    region_id, *_ = school_of(town)
    worker = Worker(town, PEOPLE[6], region_id).log_in()
    key = new_key()
    assert worker.claim(key).status_code == 201
    assert worker.claim(key).headers["Idempotency-Hit"] == "true"
    assert worker.claim().get_json()["code"] == "voucher_already_held"
    returned = town.post(f"/api/v1/vouchers/{worker.voucher}/return", worker.token, {})
    assert returned.get_json()["state"] == "returned"
    assert worker.claim().status_code == 201
    assert_green(town)


def test_a_redemption_is_undone_within_five_days_and_not_later(town: Town) -> None:
    region_id, class_id, clerk = school_of(town)
    worker = Worker(town, PEOPLE[7], region_id).log_in()
    worker.claim()
    redemption = town.post("/api/v1/redemptions", clerk, redeem_body(worker.open_code(), class_id)).get_json(force=True)
    path = f"/api/v1/redemptions/{region_id}/{redemption['redemption']}/undo"
    asked = town.post(f"{path}-request", clerk, {"reason": "wrong_class"})
    assert asked.status_code == 201, asked.text
    undone = town.post(path, town.staff_token("bureau-clerk"), {"confirmed": True})
    assert undone.status_code == 200, undone.text
    voucher = town.get(f"/api/v1/vouchers/{worker.voucher}", worker.token).get_json()
    assert (voucher["state"], voucher["reserved_fen"]) == ("claimed", None)
    same_code = town.post("/api/v1/redemptions", clerk, redeem_body(worker, class_id))
    assert same_code.get_json()["code"] == "code_already_used"
    town.clock.advance(seconds=30)
    assert town.post("/api/v1/redemptions", clerk, redeem_body(worker, class_id)).status_code == 201
    assert_green(town)
