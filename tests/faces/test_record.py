"""The training record: a step has the ledger's receipt once it is sealed, and anybody can check it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.faces.browsing import Visitor
from tests.journey.city import PEOPLE, Worker, redeem_body
from voucher_service.identifiers import to_hex
from voucher_service.ledger.sealing import seal_once

if TYPE_CHECKING:
    from tests.journey.city import Town


def in_training(town: Town) -> Visitor:
    """Somebody who has spent a voucher, at their own browser."""
    region_id = town.city.schools[0].region_id
    worker = Worker(town, PEOPLE[3], region_id).log_in()
    assert worker.claim().status_code == 201
    class_id = next(to_hex(found) for region, found in town.city.classes if region == region_id)
    body = redeem_body(worker.open_code(), class_id)
    assert town.post("/api/v1/redemptions", town.staff_token("school1-clerk"), body).status_code == 201
    visitor = Visitor(town)
    visitor.http.set_cookie("voucher_session", worker.token)
    return visitor


def test_a_step_is_signed_once_the_ledger_has_sealed_it(town: Town) -> None:
    worker = in_training(town)
    assert "账本还没有签名" in worker.open("/training/record").text
    with town.app.app_context():
        seal_once(town.clock.now())
    page = worker.open("/training/record").text
    assert "✓ 账本已签名" in page
    record = json.loads(worker.open("/training/record.json").data)
    (training,) = record["trainings"]
    (step,) = training["steps"]
    assert step["kind"] == "VoucherRedeemed"
    assert step["receipt"]["format"] == "tvl1-receipt"
    assert training["certificate"] is None


def test_the_record_masks_the_id_number_and_is_nobody_elses(town: Town) -> None:
    worker = in_training(town)
    assert PEOPLE[3].name in worker.open("/training/record").text
    assert PEOPLE[3].id_number not in worker.open("/training/record.json").text
    other = Visitor(town).log_in(PEOPLE[4], town.city.schools[0].region_id)
    assert json.loads(other.open("/training/record.json").data)["trainings"] == []
