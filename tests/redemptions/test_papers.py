"""A paper voucher: printed, shown with the card, redeemed with a one-time code; never alone and never twice."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from tests.journey.city import PEOPLE, START, Town, Worker, new_key
from tests.journey.town import Door, a_door, assert_sound, claimed, people, refused, row
from tests.races.crowd import race
from voucher_service.database import db
from voucher_service.holders.models import SmsCode
from voucher_service.redemptions.models import RefusedScan
from voucher_service.signing import voucher_code
from voucher_service.signing.voucher_code import CodeType

PATH = "/api/v1/redemptions"


def printed(worker: Worker) -> dict[str, Any]:
    """A sheet of the worker's voucher."""
    answer = worker.town.post(f"/api/v1/vouchers/{worker.voucher}/papers", worker.token, {})
    assert answer.status_code == 201, answer.text
    sheet: dict[str, Any] = answer.get_json()
    return sheet


def card(worker: Worker, **changes: str) -> dict[str, str]:
    return {"id_number": worker.person.id_number, "name": worker.person.name, **changes}


def ask_code(door: Door, worker: Worker, code: str, channel: str = "sms", **changes: str) -> Any:
    body = {"code": code, "person": card(worker, **changes), "channel": channel}
    return door.post(f"{PATH}/one-time-codes", body)


def sent_code(door: Door, worker: Worker, code: str) -> str:
    answer = ask_code(door, worker, code)
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["trial_code"])


def body(door: Door, worker: Worker, code: str, one_time_code: str | None, **changes: str) -> dict[str, Any]:
    return {"code": code, "class_id": door.hex, "person": card(worker, **changes), "one_time_code": one_time_code}


@pytest.mark.parametrize("what", ["digits", "paper_no"])
def test_a_sheet_is_redeemed_with_the_card_and_a_one_time_code(town: Town, what: str) -> None:
    door, worker = a_door(town, 0), claimed(town)
    code = printed(worker)[what]
    answer = door.post(PATH, body(door, worker, code, sent_code(door, worker, code)))
    assert answer.status_code == 201, answer.text
    assert row(town, worker).state == "redeemed"
    assert_sound(town)


def test_a_sheet_is_a_static_code_without_a_person_in_it(town: Town) -> None:
    worker = claimed(town)
    sheet = printed(worker)
    code = voucher_code.parse(sheet["digits"])
    assert isinstance(code, voucher_code.StaticCode)
    assert code.header.code_type is CodeType.STATIC
    assert (len(sheet["digits"]), len(sheet["paper_no"])) == (212, 16)
    last_day = START + timedelta(days=code.header.lifetime)
    assert timedelta(0) <= last_day - row(town, worker).expires_at < timedelta(days=1)


def test_a_sheet_alone_redeems_nothing_and_the_scan_is_kept(town: Town) -> None:
    door, worker = a_door(town, 0), claimed(town)
    sheet = printed(worker)
    for code in (sheet["digits"], sheet["paper_no"]):
        answer = door.post(PATH, body(door, worker, code, None))
        assert refused(answer) == (422, "code_static_needs_person_check")
    with town.app.app_context():
        kept = db.session.scalars(select(RefusedScan.raw_code).where(RefusedScan.raw_code == sheet["paper_no"])).all()
    assert kept == [sheet["paper_no"]]
    assert row(town, worker).state == "claimed"


def test_another_persons_card_gets_no_code_and_no_seat(town: Town) -> None:
    door, worker = a_door(town, 0), claimed(town)
    other = PEOPLE[next(people)]
    code = printed(worker)["digits"]
    wrong = {"id_number": other.id_number, "name": other.name}
    assert refused(ask_code(door, worker, code, **wrong)) == (422, "holder_mismatch")
    right = sent_code(door, worker, code)
    assert refused(door.post(PATH, body(door, worker, code, right, **wrong))) == (422, "holder_mismatch")


def test_a_reprint_ends_the_sheet_before(town: Town) -> None:
    door, worker = a_door(town, 0), claimed(town)
    old = printed(worker)
    again = town.post(f"/api/v1/vouchers/{worker.voucher}/papers", worker.token, {})
    assert refused(again) == (409, "paper_just_printed")
    town.clock.advance(minutes=1)
    new = printed(worker)
    code = sent_code(door, worker, new["digits"])
    for shown in (old["digits"], old["paper_no"]):
        assert refused(ask_code(door, worker, shown)) == (409, "paper_replaced")
        assert refused(door.post(PATH, body(door, worker, shown, code))) == (409, "paper_replaced")
    assert door.post(PATH, body(door, worker, new["digits"], code)).status_code == 201


def test_an_altered_sheet_is_refused_before_any_code_is_sent(town: Town) -> None:
    door, worker = a_door(town, 0), claimed(town)
    digits = printed(worker)["digits"]
    altered = digits[:-1] + str((int(digits[-1]) + 1) % 10)
    assert refused(ask_code(door, worker, altered)) == (422, "code_bad_signature")
    assert refused(ask_code(door, worker, "0" * 16)) == (404, "paper_unknown")


def test_a_live_code_is_sent_no_one_time_code(town: Town) -> None:
    door, worker = a_door(town, 0), claimed(town).open_code()
    assert refused(ask_code(door, worker, worker.code())) == (422, "code_static_needs_person_check")


def test_a_wrong_code_counts_five_times_and_then_the_right_one_is_too_late(town: Town) -> None:
    door, worker = a_door(town, 0), claimed(town)
    code = printed(worker)["digits"]
    right = sent_code(door, worker, code)
    wrong = str((int(right) + 1) % 1_000_000).zfill(6)
    for _ in range(5):
        assert refused(door.post(PATH, body(door, worker, code, wrong))) == (409, "one_time_code_not_accepted")
    assert refused(door.post(PATH, body(door, worker, code, right))) == (409, "one_time_code_not_accepted")


def test_a_code_lasts_ten_minutes_and_a_new_one_ends_it(town: Town) -> None:
    door, worker = a_door(town, 0), claimed(town)
    code = printed(worker)["digits"]
    first, second = sent_code(door, worker, code), sent_code(door, worker, code)
    if first != second:
        assert refused(door.post(PATH, body(door, worker, code, first))) == (409, "one_time_code_not_accepted")
    town.clock.advance(minutes=10)
    assert refused(door.post(PATH, body(door, worker, code, second))) == (409, "one_time_code_not_accepted")


def test_a_phone_is_sent_five_codes_in_a_day_log_ins_included(town: Town) -> None:
    door, worker = a_door(town, 0), claimed(town)
    code = printed(worker)["digits"]
    answers = [ask_code(door, worker, code, channel) for channel in ("sms", "voice", "sms", "voice", "sms")]
    assert [answer.status_code for answer in answers] == [201] * 4 + [429]
    assert refused(answers[-1]) == (429, "too_many_codes")


def test_codes_rest_as_keyed_hashes_and_log_nobody_in(town: Town) -> None:
    door, worker = a_door(town, 0), claimed(town)
    code = sent_code(door, worker, printed(worker)["digits"])
    with town.app.app_context():
        kept = db.session.scalars(select(SmsCode).where(SmsCode.purpose == "paper", SmsCode.used_at.is_(None))).all()
        ids = [f"{found.code_id & 0xFFFF_FFFF_FFFF_FFFF:016x}" for found in kept]
        assert all(code.encode() not in found.code_hash for found in kept)
    for challenge in ids:
        answer = town.client().post("/api/v1/holder-sessions", json={"challenge_id": challenge, "code": code})
        assert refused(answer) == (401, "code_not_accepted")


def test_a_scan_refused_for_another_reason_leaves_the_code_good(town: Town) -> None:
    door, worker = a_door(town, 0), claimed(town)
    code = printed(worker)["digits"]
    once = sent_code(door, worker, code)
    elsewhere = {**body(door, worker, code, once), "class_id": "0" * 15 + "1"}
    assert refused(door.post(PATH, elsewhere)) == (409, "class_not_open")
    assert door.post(PATH, body(door, worker, code, once)).status_code == 201


def test_a_repeat_with_the_same_key_has_the_first_answer(town: Town) -> None:
    door, worker, key = a_door(town, 0), claimed(town), new_key()
    code = printed(worker)["digits"]
    wanted = body(door, worker, code, sent_code(door, worker, code))
    first, again = door.post(PATH, wanted, key), door.post(PATH, wanted, key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.data == again.data
    assert again.headers["Idempotency-Hit"] == "true"
    assert refused(door.post(PATH, wanted)) == (409, "one_time_code_not_accepted")


def test_a_spent_voucher_prints_no_sheet(town: Town) -> None:
    trainee = a_door(town, 0).seat()[0].worker
    answer = town.post(f"/api/v1/vouchers/{trainee.voucher}/papers", trainee.token, {})
    assert refused(answer) == (409, "voucher_not_in_state")


def test_nobody_prints_anothers_voucher(town: Town) -> None:
    worker, other = claimed(town), claimed(town)
    assert town.post(f"/api/v1/vouchers/{worker.voucher}/papers", other.token, {}).status_code == 404


def test_one_code_at_many_doors_at_once_is_one_redemption(town: Town) -> None:
    door, worker = a_door(town, 0), claimed(town)
    code = printed(worker)["digits"]
    wanted, token = body(door, worker, code, sent_code(door, worker, code)), door.token()
    ended = race([partial(town.post, PATH, token, wanted)] * 16)
    assert len(ended.won) == 1
    assert {code for status, code in ended.answers if status != 201} <= {
        "one_time_code_not_accepted",
        "already_redeemed",
    }
    assert_sound(town)


def test_of_sheets_printed_at_once_one_stands(town: Town) -> None:
    worker = claimed(town)
    path = f"/api/v1/vouchers/{worker.voucher}/papers"
    ended = race([partial(town.post, path, worker.token, {})] * 16)
    assert ended.answers == {(201, None): 1, (409, "paper_just_printed"): 15}
