"""Many vouchers one step further at once: all of them or none, and nobody's fact without the step."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.journey.town import assert_sound, claimed, row
from tests.risk.lines import stop
from tests.statements import counted
from voucher_service.database import db, unit_of_work
from voucher_service.identifiers import from_hex
from voucher_service.ledger import service as ledger
from voucher_service.vouchers import service as vouchers
from voucher_service.vouchers.errors import VoucherNotInState, VoucherOnHold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.journey.city import Town, Worker


def read(people: Sequence[Worker]) -> list[Any]:
    return [vouchers.find(worker.region_id, from_hex(worker.voucher)) for worker in people]


def expire(town: Town, found: Sequence[Any]) -> None:
    steps = [vouchers.Step(voucher) for voucher in found]
    vouchers.move_all(steps, "VoucherExpired", "expired", actor=ledger.SYSTEM, now=town.clock.now())


def kinds(town: Town, worker: Worker) -> list[str]:
    with town.app.app_context():
        return [fact.kind for fact in ledger.facts_of(worker.region_id, from_hex(worker.voucher))]


def test_everybody_moves_and_has_a_fact_of_their_own(town: Town) -> None:
    people = [claimed(town) for _ in range(3)]
    with town.app.app_context(), unit_of_work():
        expire(town, read(people))
    assert [(row(town, worker).state, row(town, worker).seq) for worker in people] == [("expired", 2)] * 3
    assert [kinds(town, worker) for worker in people] == [["VoucherClaimed", "VoucherExpired"]] * 3
    assert_sound(town)


def test_no_voucher_at_all_is_no_step(town: Town) -> None:
    with counted(town) as sent, town.app.app_context(), unit_of_work():
        expire(town, [])
        vouchers.leave_over([], town.clock.now())
    assert [statement for statement in sent if not statement.startswith("BEGIN")] == []


def test_one_that_is_held_stops_them_all(town: Town) -> None:
    people = [claimed(town) for _ in range(3)]
    assert stop(people[1]).status_code == 201
    with town.app.app_context(), pytest.raises(VoucherOnHold), unit_of_work():
        expire(town, read(people))
    assert [(row(town, worker).state, kinds(town, worker)) for worker in people] == [
        ("claimed", ["VoucherClaimed"])
    ] * 3


def test_one_that_somebody_else_was_quicker_with_stops_them_all(town: Town) -> None:
    people = [claimed(town) for _ in range(3)]
    with town.app.app_context():
        found = read(people)
        for voucher in found:
            db.session.expunge(voucher)
        returned = town.post(f"/api/v1/vouchers/{people[2].voucher}/return", people[2].token, {})
        assert returned.status_code == 200, returned.text
        with pytest.raises(VoucherNotInState), unit_of_work():
            expire(town, found)
    assert [row(town, worker).state for worker in people] == ["claimed", "claimed", "returned"]
    assert_sound(town)


def test_an_unlawful_step_is_taken_by_nobody(town: Town) -> None:
    people = [claimed(town) for _ in range(2)]
    step = partial(vouchers.move_all, actor=ledger.SYSTEM, now=town.clock.now())
    with town.app.app_context(), pytest.raises(KeyError), unit_of_work():
        step([vouchers.Step(voucher) for voucher in read(people)], "TrainingCompleted", "completed")
    assert [kinds(town, worker) for worker in people] == [["VoucherClaimed"]] * 2


def test_the_sweep_of_twelve_overdue_vouchers_takes_as_many_statements_as_that_of_three(town: Town) -> None:
    sent = {}
    for count in (3, 12):
        people = [claimed(town) for _ in range(count)]
        overdue = max(row(town, worker).expires_at for worker in people) + timedelta(seconds=1)
        with counted(town) as sent[count], town.app.app_context(), unit_of_work():
            assert vouchers.expire_overdue(overdue) >= count
    assert len(sent[12]) == len(sent[3]), "\n".join(sent[12])
