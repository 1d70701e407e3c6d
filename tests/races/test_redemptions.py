"""One voucher at many doors, many vouchers at the last seat, and one scan sent many times."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from tests.journey.city import new_key, redeem_body
from tests.races.crowd import CROWD, assert_green, first_class, first_class_hex, holders_of_codes, race
from voucher_service.classes.models import TrainingClass
from voucher_service.database import db, unit_of_work
from voucher_service.programmes.models import Programme
from voucher_service.redemptions.models import Redemption, RefusedScan

if TYPE_CHECKING:
    from tests.journey.city import Town

SEATS = 3


def standing_redemptions(town: Town) -> int:
    with town.app.app_context():
        live = select(func.count()).select_from(Redemption).where(Redemption.cancelled_at.is_(None))
        return db.session.scalars(live).one()


def seats_taken(town: Town) -> int:
    with town.app.app_context():
        return db.session.get_one(TrainingClass, first_class(town)).seats_taken


def refused_scans(town: Town) -> list[str]:
    with town.app.app_context():
        return list(db.session.scalars(select(RefusedScan.reason)))


def test_one_voucher_scanned_at_many_doors_is_redeemed_once(town: Town) -> None:
    (worker,) = holders_of_codes(town, 1)
    clerk, body = town.staff_token("school1-clerk"), redeem_body(worker, first_class_hex(town))

    ended = race([partial(town.post, "/api/v1/redemptions", clerk, body)] * CROWD)

    assert ended.answers == {(201, None): 1, (409, "already_redeemed"): CROWD - 1}
    assert standing_redemptions(town) == seats_taken(town) == 1
    assert refused_scans(town) == ["already_redeemed"] * (CROWD - 1)
    assert_green(town)


def test_the_last_seats_go_to_as_many_as_there_are(town: Town) -> None:
    crowd, clerk, training_class = holders_of_codes(town), town.staff_token("school1-clerk"), first_class_hex(town)
    region_id, class_id = first_class(town)
    with town.app.app_context(), unit_of_work() as session:
        small = session.get_one(TrainingClass, (region_id, class_id))
        given_up, small.capacity = small.capacity - SEATS, SEATS
        session.get_one(Programme, small.programme_id).committed_fen -= given_up * small.standard_fen

    bodies = [redeem_body(worker, training_class) for worker in crowd]
    ended = race([partial(town.post, "/api/v1/redemptions", clerk, body) for body in bodies])

    assert ended.answers == {(201, None): SEATS, (409, "class_full"): CROWD - SEATS}
    assert sorted(given["seat"] for given in ended.won) == list(range(1, SEATS + 1))
    assert standing_redemptions(town) == SEATS
    assert seats_taken(town) == SEATS
    assert_green(town)


def test_one_scan_sent_many_times_is_one_redemption_and_one_answer(town: Town) -> None:
    (worker,) = holders_of_codes(town, 1)
    clerk, body = town.staff_token("school1-clerk"), redeem_body(worker, first_class_hex(town))

    ended = race([partial(town.post, "/api/v1/redemptions", clerk, body, new_key())] * CROWD)

    assert ended.answers == {(201, None): CROWD}
    assert ended.replayed == CROWD - 1
    assert all(given == ended.won[0] for given in ended.won)
    assert standing_redemptions(town) == seats_taken(town) == 1
    assert_green(town)


def test_a_refused_scan_sent_many_times_has_one_answer(town: Town) -> None:
    (worker,) = holders_of_codes(town, 1)
    clerk, body = town.staff_token("school1-clerk"), redeem_body(worker, "0" * 15 + "1")
    ended = race([partial(town.post, "/api/v1/redemptions", clerk, body, new_key())] * CROWD)
    assert ended.answers == {(409, "class_not_open"): CROWD}
    assert standing_redemptions(town) == 0
    assert refused_scans(town) == ["class_not_open"]
    assert_green(town)


def test_one_redemption_undone_by_many_requests_is_undone_once(town: Town) -> None:
    (worker,) = holders_of_codes(town, 1)
    clerk, body = town.staff_token("school1-clerk"), redeem_body(worker, first_class_hex(town))
    redeemed = town.post("/api/v1/redemptions", clerk, body).get_json(force=True)
    path = f"/api/v1/redemptions/{worker.region_id}/{redeemed['redemption']}/undo"

    assert town.post(f"{path}-request", clerk, {"reason": "scanned_in_error"}).status_code == 201

    ended = race([partial(town.post, path, town.staff_token("bureau-clerk"), {"confirmed": True})] * CROWD)

    assert ended.answers.pop((200, None)) == 1
    assert set(ended.answers) <= {(409, "decision_made"), (409, "redemption_over")}
    assert sum(ended.answers.values()) == CROWD - 1
    assert standing_redemptions(town) == seats_taken(town) == 0
    assert_green(town)
