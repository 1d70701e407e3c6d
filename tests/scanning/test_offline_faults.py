"""Uploads that are not what they should be: a revoked device, an altered log, a forged entry, a crash in between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from tests.journey.city import PEOPLE
from tests.races.crowd import assert_green, race
from tests.scanning.door import (
    OFFLINE_SCANS,
    Door,
    card_of,
    on_each_engine,
    outcomes,
    ready_worker,
    redemptions,
    refused,
    school_class,
)
from voucher_service.database import db
from voucher_service.identifiers import from_hex
from voucher_service.scanning import service
from voucher_service.scanning.models import OfflineScan

if TYPE_CHECKING:
    from tests.journey.city import Town


def revoke(door: Door) -> None:
    school = door.town.city.schools[0].institution_id % 2**64
    path = f"/api/v1/institutions/{school:016x}/devices/{door.device}/revoke"
    assert door.town.post(path, door.town.staff_token("school1-admin"), {"reason": "手机遗失"}).status_code == 200


def test_a_revoked_device_is_told_why_and_its_scans_are_kept(town: Town, door: Door) -> None:
    door.admit(ready_worker(town, 0))
    revoke(door)
    answer = door.upload()
    assert outcomes(answer) == [(1, "refused", "device_revoked")]
    assert "停用" in answer.json["scans"][0]["answer"]["detail_zh"]
    assert (redemptions(town), refused(town)) == (0, ["device_revoked"])
    assert (door.sync().status_code, door.sync().json["code"]) == (403, "device_revoked")


@on_each_engine
def test_a_log_that_was_rolled_back_is_refused_where_it_forks(town: Town, door: Door) -> None:
    door.admit(ready_worker(town, 0))
    before = (door.number, door.previous)
    door.admit(ready_worker(town, 1))
    door.upload()
    door.number, door.previous = before
    repeated = door.admit(ready_worker(town, 2))
    forked = door.admit(ready_worker(town, 3))
    assert outcomes(door.upload([repeated, forked])) == [
        (2, "refused", "offline_number_reused"),
        (3, "refused", "offline_log_forked"),
    ]
    assert (redemptions(town), refused(town)) == (2, ["offline_log_forked", "offline_number_reused"])
    answer = door.sync(*before)
    assert (answer.status_code, answer.json["code"]) == (409, "device_log_rolled_back")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"id_number": PEOPLE[9].id_number}, "holder_mismatch", id="another card"),
        pytest.param({"name": "测某某"}, "holder_mismatch", id="another name"),
        pytest.param({"name": "测某某", "waiver_reason": "身份证上是生僻字"}, None, id="a name waived with a reason"),
    ],
)
def test_the_card_is_compared_again(town: Town, door: Door, changes: dict[str, str], reason: str | None) -> None:
    worker = ready_worker(town, 0)
    door.scan(worker.code(), card_of(worker.person, **changes))
    assert outcomes(door.upload()) == [(1, "redeemed" if reason is None else "refused", reason)]


def test_a_card_that_is_changed_after_the_scan_is_refused(town: Town, door: Door) -> None:
    sent = door.admit(ready_worker(town, 0))
    altered = {**sent, "person": {**sent["person"], "waiver_reason": "后补的说明"}}
    assert outcomes(door.upload([altered])) == [(1, "refused", "offline_entry_altered")]


def test_an_entry_whose_signature_is_not_the_devices_is_kept_and_takes_no_number(town: Town, door: Door) -> None:
    sent = door.admit(ready_worker(town, 0))
    forged = {**sent, "signature": "0" * 128}
    assert outcomes(door.upload([forged])) == [(1, "refused", "offline_entry_not_signed")]
    assert refused(town) == ["offline_entry_not_signed"]


@pytest.mark.parametrize("fault", ["signature", "nonce", "another device", "unreadable"])
def test_an_upload_that_is_not_the_devices_changes_nothing(town: Town, door: Door, fault: str) -> None:
    door.admit(ready_worker(town, 0))
    body = door.upload_body(door.sent)
    other = Door(town).enrol()
    if fault == "signature":
        body = {**body, "signature": other.upload_body([])["signature"]}
    elif fault == "nonce":
        body = door.upload_body(door.sent, nonce=other.nonce())
    elif fault == "another device":
        body = other.upload_body(door.sent)
    else:
        body["entries"][0] = {**body["entries"][0], "entry": "00" * 200}
    answer = town.post(OFFLINE_SCANS, door.token, body)
    expected = {
        "signature": (422, "device_signature_invalid"),
        "nonce": (409, "upload_nonce_not_accepted"),
        "another device": (422, "offline_entry_malformed"),
        "unreadable": (422, "offline_entry_malformed"),
    }
    assert (answer.status_code, answer.json["code"]) == expected[fault]
    with town.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(OfflineScan)) == 0


def test_a_nonce_lasts_ten_minutes(town: Town, door: Door) -> None:
    door.admit(ready_worker(town, 0))
    body = door.upload_body(door.sent)
    town.clock.advance(minutes=10, seconds=1)
    assert town.post(OFFLINE_SCANS, door.token, body).json["code"] == "upload_nonce_not_accepted"


def test_another_institution_uploads_nothing(town: Town, door: Door) -> None:
    stranger = town.staff_token("school2-clerk")
    assert town.get(f"{OFFLINE_SCANS}/nonce?device={door.device}", stranger).status_code == 404
    door.admit(ready_worker(town, 0))
    assert town.post(OFFLINE_SCANS, stranger, door.upload_body(door.sent)).status_code == 404
    door.upload()
    assert town.get(OFFLINE_SCANS, stranger).json == {"scans": []}
    seen = town.get(OFFLINE_SCANS, town.staff_token("bureau1")).json["scans"]
    assert [scan["outcome"] for scan in seen] == ["redeemed"]
    assert PEOPLE[0].name not in str(seen)
    assert PEOPLE[0].id_number not in str(seen)


def test_a_suspended_institution_spends_nothing_from_its_queue(town: Town, door: Door) -> None:
    door.admit(ready_worker(town, 0))
    school = town.city.schools[0].institution_id % 2**64
    town.post(f"/api/v1/institutions/{school:016x}/suspend", town.staff_token("bureau1"), {})
    assert outcomes(door.upload()) == [(1, "refused", "institution_suspended")]


def test_a_crash_between_arrival_and_decision_loses_nothing(
    town: Town, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.admit(ready_worker(town, 0))

    def crash(*_: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr("voucher_service.scanning.receiving.decide", crash)
        assert door.upload().status_code == 500
    with town.app.app_context():
        assert db.session.scalars(select(OfflineScan.outcome)).all() == [None]
    door.login_name = "school1-admin"
    assert outcomes(door.upload()) == [(1, "redeemed", None)]
    assert redemptions(town) == 1


@on_each_engine
def test_a_crash_after_the_redemption_is_the_same_redemption_later(
    town: Town, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.admit(ready_worker(town, 0))

    def crash(*_: Any, **__: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr("voucher_service.scanning.deciding._store", crash)
        assert door.upload().status_code == 500
    assert redemptions(town) == 1
    door.login_name = "school1-admin"
    assert outcomes(door.upload()) == [(1, "redeemed", None)]
    assert redemptions(town) == 1


@on_each_engine
def test_one_upload_sent_by_many_at_once_is_one_redemption(town: Town, door: Door) -> None:
    door.admit(ready_worker(town, 0))
    door.scan("2" * 253, None, verdict="code_stale")
    body = door.upload_body(door.sent)
    ended = race([lambda: town.post(OFFLINE_SCANS, door.token, body)] * 16)
    assert ended.answers == {(200, None): 16}
    assert (redemptions(town), refused(town)) == (1, ["refused_at_door"])
    assert_green(town)


@on_each_engine
def test_many_devices_with_one_voucher_racing_are_one_redemption(town: Town) -> None:
    worker = ready_worker(town, 0)
    doors = [Door(town).enrol() for _ in range(8)]
    for door in doors:
        door.admit(worker)
    bodies = [(door, door.upload_body(door.sent)) for door in doors]
    race([lambda door=door, body=body: town.post(OFFLINE_SCANS, door.token, body) for door, body in bodies])
    found = [outcomes(door.upload())[0] for door in doors]
    assert sorted(outcome for _, outcome, _ in found) == ["redeemed"] + ["refused"] * 7
    assert {reason for _, _, reason in found} == {None, "already_redeemed"}
    assert redemptions(town) == 1
    assert_green(town)


def test_a_device_gets_the_keys_to_work_off_line_and_nobody_else_does(town: Town, door: Door) -> None:
    answer = door.sync()
    assert answer.status_code == 200
    assert all(key["bind_key"] for key in answer.json["directory"]["keys"])
    door.key = Door(town).key
    assert door.sync().json["code"] == "device_signature_invalid"


def test_a_look_shows_whose_code_it_is_masked_and_is_written_down(town: Town, door: Door) -> None:
    worker = ready_worker(town, 0)
    shown = {"code": worker.code(), "class_id": school_class(town)}
    seen = town.post("/api/v1/scans/look", door.token, shown).json
    assert seen["voucher"] == worker.voucher
    assert seen["name"].startswith(worker.person.name[0])
    assert worker.person.name not in str(seen)
    fits = town.post("/api/v1/scans/look", door.token, {**shown, "person": card_of(worker.person, name="测某某")})
    assert fits.json["holder"] == "name_mismatch"
    town.clock.advance(minutes=3)
    stale = town.post("/api/v1/scans/look", door.token, shown)
    assert (stale.status_code, stale.json["code"]) == (422, "code_stale")
    tally = town.get(f"/api/v1/scans/of-class/{school_class(town)}", door.token).json
    assert tally["refused"] == {"code_stale": 1}
    assert town.post("/api/v1/scans/look", town.staff_token("school2-clerk"), shown).status_code == 404


def test_the_door_is_counted(town: Town, door: Door) -> None:
    address = f"/api/v1/scans/of-class/{school_class(town)}"
    before = town.get(address, door.token).json
    door.admit(ready_worker(town, 0))
    door.scan("3" * 253, None, verdict="code_stale")
    door.upload()
    after = town.get(address, door.token).json
    assert (after["redeemed"], after["refused"]) == (1, {"refused_at_door": 1})
    assert after["seats_left"] == before["seats_left"] - 1


def test_the_numbers_that_are_missing_are_named(town: Town, door: Door) -> None:
    for _ in range(3):
        door.scan("4" * 253, None, verdict="code_stale")
    door.upload(door.sent[2:])
    with town.app.app_context():
        assert service.missing_from(from_hex(door.device), town.city.staff["school1-clerk"]) == [1, 2]
