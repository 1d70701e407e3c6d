"""Voiding and revoking: one of the bureau asks, another decides, and the voucher with its codes is over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.journey.city import Town, Worker, new_key, redeem_body
from tests.journey.town import a_door, assert_sound, claimed, refused, row
from voucher_service.accounts import service as accounts
from voucher_service.database import unit_of_work
from voucher_service.identifiers import from_hex, to_hex
from voucher_service.ledger import service as ledger
from voucher_service.programmes import service as programmes

PATH = "/api/v1/vouchers/decisions"


def ask(
    town: Town, worker: Worker, kind: str = "void", who: str = "bureau1", key: str | None = None, **said: str
) -> Any:
    body = {"voucher": worker.voucher, "kind": kind, "reason": "not_eligible", **said}
    return town.post(f"{PATH}/{worker.region_id}", town.staff_token(who), body, key)


def decide(town: Town, asked: Any, who: str = "bureau2", key: str | None = None, *, confirmed: bool = True) -> Any:
    decision = asked.get_json()
    path = f"{PATH}/{decision['region_id']}/{decision['decision']}"
    return town.post(path, town.staff_token(who), {"confirmed": confirmed}, key)


def issued(town: Town, worker: Worker) -> int:
    with town.app.app_context():
        shares = programmes.allotments(town.city.programme_id)
        return next(share.issued for share in shares if share.region_id == worker.region_id)


def revoked_codes(town: Town) -> frozenset[int]:
    town.app.extensions["key_ring"]._looked_at = float("-inf")
    codes: frozenset[int] = town.app.extensions["key_ring"].directory.revoked_vouchers
    return codes


def test_two_persons_void_a_voucher_and_its_quota_is_free(town: Town) -> None:
    worker = claimed(town)
    before = issued(town, worker)
    asked = ask(town, worker)
    assert (asked.status_code, asked.get_json()["state"], row(town, worker).state) == (201, "asked", "claimed")
    decided = decide(town, asked)
    assert (decided.status_code, decided.get_json()["state"]) == (200, "confirmed")
    assert (row(town, worker).state, issued(town, worker)) == ("voided", before - 1)
    with town.app.app_context():
        last = ledger.facts_of(worker.region_id, from_hex(worker.voucher))[-1]
    assert (last.kind, to_hex(last.reference_id or 0)) == ("VoucherVoided", asked.get_json()["decision"])
    assert_sound(town)


def test_a_voided_vouchers_code_is_over_for_every_verifier(town: Town) -> None:
    worker, door = claimed(town).open_code(), a_door(town, 0)
    decide(town, ask(town, worker))
    assert from_hex(worker.voucher) in revoked_codes(town)
    scan = door.post("/api/v1/redemptions", redeem_body(worker, door.hex))
    assert refused(scan) == (422, "code_voucher_revoked")


def test_somebody_whose_voucher_was_voided_in_error_may_claim_again(town: Town) -> None:
    worker = claimed(town)
    decide(town, ask(town, worker, reason="claimed_in_error"))
    assert worker.claim().status_code == 201


def test_a_declined_request_changes_nothing_and_another_may_follow(town: Town) -> None:
    worker = claimed(town)
    declined = decide(town, ask(town, worker), confirmed=False)
    assert (declined.get_json()["state"], row(town, worker).state) == ("declined", "claimed")
    assert from_hex(worker.voucher) not in revoked_codes(town)
    assert decide(town, ask(town, worker)).status_code == 200


def test_whoever_asked_may_not_decide(town: Town) -> None:
    worker = claimed(town)
    asked = ask(town, worker, who="bureau2")
    assert refused(decide(town, asked, who="bureau2")) == (409, "decision_by_one_person")
    assert refused(decide(town, asked, who="bureau2", confirmed=False)) == (409, "decision_by_one_person")
    assert row(town, worker).state == "claimed"


def test_a_second_account_of_whoever_asked_is_still_the_same_person(town: Town) -> None:
    worker = claimed(town)
    asked = ask(town, worker)
    first = town.city.staff["bureau1"]
    with town.app.app_context(), unit_of_work():
        town.tokens["double"] = accounts.open_session(replace(first, subject_id=first.subject_id ^ 1))
    assert refused(decide(town, asked, who="double")) == (409, "decision_by_one_person")


def test_a_clerk_may_ask_and_not_decide(town: Town) -> None:
    asked = ask(town, claimed(town), who="bureau-clerk")
    assert asked.status_code == 201
    assert refused(decide(town, asked, who="bureau-clerk")) == (403, "forbidden")


@pytest.mark.parametrize("who", ["school1-admin", "finance1", "auditor1", "industry1", "system-admin"])
def test_nobody_else_may_ask(town: Town, who: str) -> None:
    assert refused(ask(town, claimed(town), who=who)) == (403, "forbidden")


def test_another_countys_bureau_sees_nothing(town: Town) -> None:
    worker = claimed(town)
    asked = ask(town, worker)
    elsewhere = replace(town.city.staff["bureau2"], region_id=worker.region_id + 1, subject_id=77)
    with town.app.app_context(), unit_of_work():
        town.tokens["elsewhere"] = accounts.open_session(elsewhere)
    assert refused(ask(town, worker, who="elsewhere")) == (404, "not_found")
    assert refused(decide(town, asked, who="elsewhere")) == (404, "not_found")
    assert town.get(PATH, town.staff_token("elsewhere")).get_json() == {"decisions": []}
    listed = town.get(PATH, town.staff_token("bureau2")).get_json()["decisions"]
    assert asked.get_json()["decision"] in {waiting["decision"] for waiting in listed}


def test_a_retry_of_either_step_is_told_what_the_first_was_told(town: Town) -> None:
    worker, first_key, second_key = claimed(town), new_key(), new_key()
    asked = ask(town, worker, key=first_key)
    assert ask(town, worker, key=first_key).data == asked.data
    decided = decide(town, asked, key=second_key)
    assert decide(town, asked, key=second_key).data == decided.data
    assert refused(decide(town, asked)) == (409, "decision_made")


def test_the_same_request_waits_once(town: Town) -> None:
    worker = claimed(town)
    assert ask(town, worker).status_code == 201
    assert refused(ask(town, worker, who="bureau2")) == (409, "decision_open")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"reason": "because"}, "reason_unknown"),
        ({"reason": "wrong_class"}, "reason_unknown"),
        ({"reason": "other"}, "note_missing"),
        ({"kind": "undo"}, "invalid_input"),
        ({"kind": "delete"}, "invalid_input"),
        ({"voucher": "x"}, "invalid_input"),
    ],
)
def test_a_request_without_a_sound_reason_is_refused(town: Town, said: dict[str, str], code: str) -> None:
    assert refused(ask(town, claimed(town), **said)) == (422, code)


def test_what_is_not_there_cannot_be_ended(town: Town) -> None:
    worker = claimed(town)
    assert refused(ask(town, worker, voucher="0" * 15 + "1")) == (404, "not_found")
    for decision in ("0" * 15 + "1", "Z" * 16):
        path = f"{PATH}/{worker.region_id}/{decision}"
        assert refused(town.post(path, town.staff_token("bureau2"), {"confirmed": True})) == (404, "not_found")


def test_an_undo_is_not_decided_here(town: Town) -> None:
    door = a_door(town, 0)
    (trainee,) = door.seat()
    path = f"/api/v1/redemptions/{trainee.worker.region_id}/{trainee.redemption}/undo-request"
    asked = door.post(path, {"reason": "wrong_class"})
    path = f"{PATH}/{trainee.worker.region_id}/{asked.get_json()['decision']}"
    assert refused(town.post(path, town.staff_token("bureau2"), {"confirmed": True})) == (404, "not_found")


def test_an_unused_voucher_is_voided_and_not_revoked(town: Town) -> None:
    worker = claimed(town)
    answer = ask(town, worker, "revoke")
    assert (refused(answer), answer.get_json()["figures"]) == ((409, "voucher_not_in_state"), {"state": "claimed"})


def test_a_used_voucher_is_revoked_and_not_voided(town: Town) -> None:
    (trainee,) = a_door(town, 0).seat()
    assert refused(ask(town, trainee.worker, "void")) == (409, "voucher_not_in_state")
    assert decide(town, ask(town, trainee.worker, "revoke")).status_code == 200
    assert (row(town, trainee.worker).state, row(town, trainee.worker).value_fen) == ("revoked", 0)
    assert from_hex(trainee.worker.voucher) in revoked_codes(town)
    assert_sound(town)


def test_an_overdue_voucher_is_not_voided_any_more(town: Town) -> None:
    worker = claimed(town)
    asked = ask(town, worker)
    town.clock.advance(days=100)
    town.tokens.clear()
    answer = decide(town, asked)
    assert (refused(answer), answer.get_json()["figures"]) == ((409, "voucher_not_in_state"), {"state": "expired"})
    assert decide(town, asked, confirmed=False).status_code == 200


def test_a_request_that_the_voucher_has_outrun_is_refused(town: Town) -> None:
    worker = claimed(town)
    asked = ask(town, worker)
    town.post(f"/api/v1/vouchers/{worker.voucher}/return", worker.token, {})
    assert refused(decide(town, asked)) == (409, "voucher_not_in_state")
    assert from_hex(worker.voucher) not in revoked_codes(town)


def test_revoking_after_the_class_gives_the_promise_back_once(town: Town) -> None:
    door = a_door(town)
    first, second = door.examine(door.complete(2))
    assert door.certify(second).status_code == 200
    assert_sound(town)
    town.tokens.clear()
    for trainee, state in ((first, "completed"), (second, "certified")):
        assert row(town, trainee.worker).state == state
        assert decide(town, ask(town, trainee.worker, "revoke")).status_code == 200
        assert row(town, trainee.worker).state == "revoked"
        assert_sound(town)
