"""What time does by itself, swept or computed on read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.journey.city import PEOPLE, Town, Worker, redeem_body
from tests.journey.test_life_of_a_voucher import assert_green, school_of, town  # noqa: F401 - a fixture
from voucher_service import sweeping
from voucher_service.errors import NotFound
from voucher_service.holders import service as holders
from voucher_service.sweeping import sweep_once

if TYPE_CHECKING:
    from datetime import datetime

    import pytest


def test_an_overdue_voucher_reads_as_expired_and_the_sweep_writes_it_down(town: Town) -> None:  # noqa: F811
    region_id, *_ = school_of(town)
    worker = Worker(town, PEOPLE[20], region_id).log_in()
    worker.claim()
    town.clock.advance(days=100)
    worker.log_in()
    refused = town.get(f"/api/v1/vouchers/{worker.voucher}/code-header", worker.token)
    assert refused.get_json()["figures"] == {"state": "expired"}
    with town.app.app_context():
        assert sweep_once(town.clock.now()) == {"expired": 1}
        assert sweep_once(town.clock.now()) == {}
    assert town.get(f"/api/v1/vouchers/{worker.voucher}", worker.token).get_json()["state"] == "expired"
    assert_green(town)


def test_an_overdue_voucher_does_not_stand_in_the_way_of_a_new_claim(town: Town) -> None:  # noqa: F811
    region_id, *_ = school_of(town)
    worker = Worker(town, PEOPLE[21], region_id).log_in()
    worker.claim()
    town.clock.advance(days=100)
    worker.log_in()
    assert worker.claim().status_code == 201
    assert_green(town)


def test_without_a_certificate_the_voucher_is_worth_nothing_at_the_deadline(town: Town) -> None:  # noqa: F811
    region_id, class_id, clerk = school_of(town)
    worker = Worker(town, PEOPLE[22], region_id).log_in()
    worker.claim()
    assert town.post("/api/v1/redemptions", clerk, redeem_body(worker.open_code(), class_id)).status_code == 201
    town.clock.advance(days=400)
    with town.app.app_context():
        assert sweep_once(town.clock.now()) == {"forfeited": 1}
    worker.log_in()
    voucher = town.get(f"/api/v1/vouchers/{worker.voucher}", worker.token).get_json()
    assert (voucher["state"], voucher["value_fen"]) == ("forfeited", 0)
    assert_green(town)


def test_what_fails_in_a_sweep_keeps_nothing_else_waiting(
    town: Town,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A refusal and a fault in the first two verbs, and still the third is done to its end and messages go out."""
    done: list[str] = []

    def refuse(_: datetime) -> int:
        raise NotFound

    def fail(_: datetime) -> int:
        raise RuntimeError

    def count(_: datetime) -> int:
        done.append("counted")
        return len(done) < 3

    monkeypatch.setattr(sweeping, "VERBS", {"refuses": refuse, "fails": fail, "counts": count})
    monkeypatch.setattr(holders, "send_waiting", lambda _: done.append("sent"))
    sweeping.Sweeper(town.app).sweep()
    assert done == ["counted"] * 3 + ["sent"]
