"""A class is called off: vouchers, validity and budget go back, once, whoever scans at the same moment."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.journey.city import Town, redeem_body
from tests.races.crowd import assert_green, first_class, first_class_hex, holders_of_codes, race
from voucher_service.classes import service as classes
from voucher_service.database import unit_of_work
from voucher_service.programmes import service as programmes
from voucher_service.vouchers import service as vouchers

if TYPE_CHECKING:
    from tests.journey.city import Worker

ADDRESS = "/api/v1/class-cancellations"
DAYS_IN_CLASS = timedelta(days=4)
TRAINEES, SCANNING = 3, 8


@pytest.fixture
def town(fresh_town: Town) -> Town:
    return fresh_town


def promised_fen(town: Town) -> int:
    with town.app.app_context():
        return programmes.get(town.city.programme_id).committed_fen


def seats_taken(town: Town) -> int:
    with town.app.app_context():
        return classes.get(*first_class(town)).seats_taken


def redeem(town: Town, worker: Worker) -> None:
    answer = town.post(
        "/api/v1/redemptions", town.staff_token("school1-clerk"), redeem_body(worker, first_class_hex(town))
    )
    assert answer.status_code == 201, answer.text


def voucher_of(town: Town, worker: Worker) -> tuple[str, str]:
    seen = town.get(f"/api/v1/vouchers/{worker.log_in().voucher}", worker.token).get_json()
    return seen["state"], seen["expires_at"]


def cancel(town: Town, login_name: str = "bureau1") -> object:
    body = {"class_id": first_class_hex(town), "reason": "教师生病"}
    return town.post(ADDRESS, town.staff_token(login_name), body)


def test_everybodys_voucher_comes_back_with_the_days_that_were_lost(town: Town) -> None:
    crowd = holders_of_codes(town, TRAINEES)
    valid_until = [voucher_of(town, worker)[1] for worker in crowd]
    for worker in crowd:
        redeem(town, worker)
    with town.app.app_context():
        found = classes.get(*first_class(town))
        seats_fen = found.capacity * found.standard_fen
    before = promised_fen(town)
    town.clock.moment += DAYS_IN_CLASS
    town.tokens.clear()

    answer = cancel(town)

    assert answer.json | {"class_id": ""} == {
        "class_id": "", "state": "cancelled", "seats_taken": 0, "given_back": TRAINEES, "ended_before": 0
    }  # fmt: skip
    for worker, until in zip(crowd, valid_until, strict=True):
        state, now_until = voucher_of(town, worker)
        assert state == "claimed"
        assert now_until > until
    assert promised_fen(town) == before - seats_fen
    assert_green(town)

    again = cancel(town, "bureau2")
    assert (again.status_code, again.json["code"]) == (409, "class_not_in_state")
    assert promised_fen(town) == before - seats_fen


def test_a_voucher_that_has_ended_meanwhile_stays_ended(town: Town) -> None:
    staying, gone = holders_of_codes(town, 2)
    for worker in (staying, gone):
        redeem(town, worker)
    with town.app.app_context(), unit_of_work():
        voucher = vouchers.find(gone.region_id, int(gone.voucher, 16) - (1 << 64 if gone.voucher[0] > "7" else 0))
        vouchers.move(
            voucher, "VoucherForfeited", "forfeited", actor=vouchers.ledger.SYSTEM, now=town.clock.now(),
            amount_fen=voucher.reserved_fen, value_fen=0,
        )  # fmt: skip
    answer = cancel(town)
    assert (answer.json["given_back"], answer.json["ended_before"]) == (1, 1)
    assert (voucher_of(town, staying)[0], voucher_of(town, gone)[0]) == ("claimed", "forfeited")
    assert_green(town)


def test_who_scans_while_the_class_is_called_off_loses_no_voucher(town: Town) -> None:
    crowd, clerk = holders_of_codes(town, SCANNING), town.staff_token("school1-clerk")
    before = promised_fen(town)
    with town.app.app_context():
        found = classes.get(*first_class(town))
        seats_fen = found.capacity * found.standard_fen
    bodies = [redeem_body(worker, first_class_hex(town)) for worker in crowd]
    bureau = [town.staff_token(name) for name in ("bureau1", "bureau2")]
    off = {"class_id": first_class_hex(town), "reason": "场地不能用"}
    scans = [partial(town.post, "/api/v1/redemptions", clerk, body) for body in bodies]
    calls = [partial(town.post, ADDRESS, token, off) for token in bureau]

    ended = race([*scans, *calls])

    assert ended.answers[200, None] == 1
    assert ended.answers[409, "class_not_in_state"] == 1
    assert ended.answers[201, None] + ended.answers[409, "class_not_open"] == SCANNING
    assert {voucher_of(town, worker)[0] for worker in crowd} == {"claimed"}
    assert seats_taken(town) == 0
    assert promised_fen(town) == before - seats_fen
    assert_green(town)


def test_a_school_does_not_call_its_class_off(town: Town) -> None:
    assert cancel(town, "school1-admin").status_code == 403
    assert town.post(ADDRESS, town.staff_token("bureau1"), {"class_id": "0" * 16, "reason": "x"}).status_code == 404
