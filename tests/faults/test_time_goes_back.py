"""The machine's time is set back under the service: nothing is written until it is right, and everything is read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from tests.journey.city import PEOPLE, Town, Worker, close_town, open_town, redeem_body
from tests.test_clock import MachineTime
from voucher_service import server
from voucher_service.clock import TrialClock
from voucher_service.database import db
from voucher_service.identifiers import to_hex
from voucher_service.ledger.invariants import check_invariants
from voucher_service.ledger.sealing import seal_once
from voucher_service.web.steady_time import TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    opened = open_town(database_url, tmp_path / "data")
    opened.clock = opened.app.extensions["clock"] = MachineTime(opened.clock.now())  # type: ignore[assignment]
    yield opened
    close_town(opened)


@pytest.fixture
def machine(town: Town) -> MachineTime:
    clock: MachineTime = town.app.extensions["clock"]
    return clock


def times(town: Town) -> list[int]:
    """When each fact was recorded, in the order of the ledger."""
    with town.app.app_context():
        return list(db.session.scalars(text("SELECT recorded_at FROM voucher_fact ORDER BY commit_no")))


def readiness(town: Town) -> tuple[int, list[str]]:
    ready = town.client().get("/readyz")
    return ready.status_code, ready.get_json()["missing"]


def test_a_redemption_waits_until_time_is_right_again(town: Town, machine: MachineTime) -> None:
    region_id, class_id = town.city.classes[0]
    clerk = town.staff_token("school1-clerk")
    worker = Worker(town, PEOPLE[0], region_id).log_in()
    assert worker.claim().status_code == 201
    body = redeem_body(worker.open_code(), to_hex(class_id))
    before = times(town)

    machine.machine -= HOUR
    refused = town.post("/api/v1/redemptions", clerk, body, "the-scan-of-this-test")
    assert (refused.status_code, refused.get_json()["code"]) == (503, "clock_went_back")
    assert refused.headers["Retry-After"]
    assert times(town) == before
    assert readiness(town) == (503, ["clock"])
    assert town.get(f"/api/v1/vouchers/{worker.voucher}", worker.token).get_json()["state"] == "claimed"

    machine.machine += HOUR + SECOND
    assert readiness(town) == (200, [])
    assert town.post("/api/v1/redemptions", clerk, body, "the-scan-of-this-test").status_code == 201
    assert times(town) == sorted(times(town))


def test_nobody_claims_or_logs_in_meanwhile(town: Town, machine: MachineTime) -> None:
    worker = Worker(town, PEOPLE[0], town.city.classes[0][0]).log_in()
    machine.machine -= HOUR
    assert worker.claim().get_json()["code"] == "clock_went_back"
    asked = {"login_name": "bureau1", "password": "demo-password", "code": "000000"}
    assert town.client().post("/api/v1/staff-sessions", json=asked).get_json()["code"] == "clock_went_back"
    assert times(town) == []


def test_a_step_within_tolerance_is_waited_out_unnoticed(town: Town, machine: MachineTime) -> None:
    first, second = (Worker(town, PEOPLE[n], town.city.classes[0][0]).log_in() for n in range(2))
    assert first.claim().status_code == 201
    machine.machine -= TOLERANCE
    assert second.claim().status_code == 201
    assert times(town) == sorted(times(town))


def test_what_time_does_by_itself_is_not_recorded_earlier_either(town: Town, machine: MachineTime) -> None:
    worker = Worker(town, PEOPLE[0], town.city.classes[0][0]).log_in()
    assert worker.claim().status_code == 201
    with town.app.app_context():
        assert seal_once(machine.now()) == 1
    machine.machine -= HOUR
    with town.app.app_context():
        seal_once(machine.now())
        sealed = list(db.session.scalars(text("SELECT sealed_at FROM head ORDER BY head_no")))
        assert sealed == sorted(sealed)
        assert check_invariants() == []


def test_a_service_that_starts_on_a_machine_that_is_behind_notices(town: Town, machine: MachineTime) -> None:
    worker = Worker(town, PEOPLE[0], town.city.classes[0][0]).log_in()
    worker.claim()
    with town.app.app_context():
        seal_once(machine.now())
    restarted = town.app.extensions["clock"] = MachineTime(machine.now() - HOUR)
    assert readiness(town) == (200, [])
    with town.app.app_context():
        server.remember_time(town.app)
    assert readiness(town) == (503, ["clock"])
    assert restarted.now() == machine.now()


def test_a_ledger_without_a_head_says_nothing_of_the_time(town: Town, machine: MachineTime) -> None:
    with town.app.app_context():
        server.remember_time(town.app)
    assert machine.behind() == timedelta(0)
    assert isinstance(machine.now(), datetime)


def test_a_trial_is_mended_by_moving_its_clock_on(town: Town, machine: MachineTime, tmp_path: Path) -> None:
    clock = town.app.extensions["clock"] = TrialClock(tmp_path / "trial-clock")
    clock.move_to(machine.now() + HOUR)
    told = clock.now()
    clock.move_to(machine.now())
    assert readiness(town) == (503, ["clock"])
    moved = town.client().put("/api/v1/trial/clock", json={"now": (told + SECOND).isoformat()})
    assert moved.status_code == 200
    assert readiness(town) == (200, [])
