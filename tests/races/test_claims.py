"""The last vouchers of a region, and the one voucher that a person may hold."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from tests.journey.city import new_key
from tests.races.crowd import CROWD, assert_green, race, workers
from voucher_service.database import db, unit_of_work
from voucher_service.programmes.models import Allotment
from voucher_service.vouchers.models import Voucher

if TYPE_CHECKING:
    from tests.journey.city import Town

LAST = 10


def vouchers_in(town: Town) -> int:
    with town.app.app_context():
        return db.session.scalars(select(func.count()).select_from(Voucher)).one()


def test_the_last_vouchers_go_to_as_many_as_there_are(town: Town) -> None:
    here = Allotment.region_id == town.city.schools[0].region_id
    with town.app.app_context(), unit_of_work() as session:
        session.execute(update(Allotment).where(here).values(quota=LAST))

    ended = race([worker.claim for worker in workers(town)])

    assert ended.answers == {(201, None): LAST, (409, "quota_exhausted"): CROWD - LAST}
    with town.app.app_context():
        assert db.session.scalars(select(Allotment.issued).where(here)).one() == LAST == vouchers_in(town)
    assert_green(town)


def test_one_person_asking_everywhere_at_once_holds_one_voucher(town: Town) -> None:
    (worker,) = workers(town, 1)
    ended = race([worker.claim] * CROWD)
    assert ended.answers == {(201, None): 1, (409, "voucher_already_held"): CROWD - 1}
    assert vouchers_in(town) == 1
    assert_green(town)


def test_one_request_sent_many_times_is_one_claim_and_one_answer(town: Town) -> None:
    (worker,) = workers(town, 1)
    ended = race([partial(worker.claim, new_key())] * CROWD)
    assert ended.answers == {(201, None): CROWD}
    assert ended.replayed == CROWD - 1
    assert all(given == ended.won[0] for given in ended.won)
    assert vouchers_in(town) == 1
    assert_green(town)


def test_a_voucher_given_back_by_many_requests_frees_its_quota_once(town: Town) -> None:
    (worker,) = workers(town, 1)
    worker.claim()
    ended = race([partial(town.post, f"/api/v1/vouchers/{worker.voucher}/return", worker.token, {})] * CROWD)
    assert ended.answers == {(200, None): 1, (409, "voucher_not_in_state"): CROWD - 1}
    with town.app.app_context():
        assert db.session.scalars(select(func.sum(Allotment.issued))).one() == 0
    assert_green(town)
