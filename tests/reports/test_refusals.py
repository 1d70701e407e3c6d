"""Refusals by code and by rule: scans at the class door, and writes of any kind."""

from __future__ import annotations

from sqlalchemy import text

from tests.journey.city import ANSWERS, PEOPLE, Town, Worker, redeem_body
from voucher_service.database import db
from voucher_service.demo.loading import PROGRAMME_ID
from voucher_service.identifiers import to_hex

UNWILLING = {**ANSWERS, "wants_training": False}


def refusals(town: Town) -> dict[str, dict[str, int]]:
    shown: dict[str, dict[str, int]] = town.get("/api/v1/reports/refusals", town.staff_token("bureau1")).get_json()
    return shown


def test_a_quiet_service_has_refused_nothing(town: Town) -> None:
    assert refusals(town) == {"refusals": {}, "answers": {}, "rules": {}}


def test_a_refused_scan_counts_as_a_scan_and_as_an_answer(town: Town) -> None:
    region_id, class_id = town.city.classes[0]
    worker = Worker(town, PEOPLE[0], region_id).log_in()
    worker.claim()
    body = redeem_body(worker.open_code(), to_hex(class_id), id_number=PEOPLE[1].id_number)
    refused = town.post("/api/v1/redemptions", town.staff_token("school1-clerk"), body)
    assert refused.get_json()["code"] == "holder_mismatch"
    assert refusals(town) == {"refusals": {"holder_mismatch": 1}, "answers": {"holder_mismatch": 1}, "rules": {}}


def test_a_refusal_that_names_rules_counts_for_each_of_them(town: Town) -> None:
    worker = Worker(town, PEOPLE[0], town.city.classes[0][0]).log_in()
    for _ in range(2):
        town.post("/api/v1/vouchers", worker.token, {"programme_id": PROGRAMME_ID, "answers": UNWILLING})
    assert refusals(town) == {"refusals": {}, "answers": {"not_eligible": 2}, "rules": {"R01": 2}}


def test_a_replayed_refusal_counts_once(town: Town) -> None:
    worker = Worker(town, PEOPLE[0], town.city.classes[0][0]).log_in()
    for _ in range(2):
        asked = {"programme_id": PROGRAMME_ID, "answers": UNWILLING}
        town.post("/api/v1/vouchers", worker.token, asked, "one-and-the-same-key")
    assert refusals(town)["answers"] == {"not_eligible": 1}


def test_refused_answers_are_read_by_their_own_index(town: Town) -> None:
    if town.app.extensions["settings"].is_sqlite:
        asked = "EXPLAIN QUERY PLAN SELECT body FROM idempotency WHERE status >= 400"
        with town.app.app_context():
            plan = db.session.execute(text(asked)).all()
        assert "ix_idempotency_refused" in str(plan)
