"""Every reason for which a scan at the door is refused, and that it is stored with its raw code."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import func, select, update

from tests.journey.city import PEOPLE, START, Town, new_key, redeem_body
from tests.journey.town import Door, a_door, assert_sound, claimed, refused, row
from voucher_service.classes.models import TrainingClass
from voucher_service.database import db, unit_of_work
from voucher_service.identifiers import from_hex
from voucher_service.institutions.models import Institution
from voucher_service.redemptions.models import RefusedScan
from voucher_service.signing import holder_tag
from voucher_service.signing.live_session import LiveSession
from voucher_service.vouchers.models import Voucher

PATH = "/api/v1/redemptions"


def bend(town: Town, table: Any, where: Any, **values: Any) -> None:
    with town.app.app_context(), unit_of_work() as session:
        session.execute(update(table).where(where).values(**values))


def scan(door: Door, **changes: Any) -> Any:
    """Let somebody new show their code."""
    worker = claimed(door.town).open_code()
    return door.post(PATH, {**redeem_body(worker, door.hex), **changes})


def bent_class(door: Door, **values: Any) -> None:
    bend(door.town, TrainingClass, TrainingClass.class_id == door.class_id, **values)


def test_a_refused_scan_is_kept_with_its_code_its_reason_and_who_scanned(town: Town) -> None:
    door = a_door(town, 0)
    answer = scan(door, class_id="0" * 15 + "1")
    assert refused(answer) == (409, "class_not_open")
    with town.app.app_context():
        kept = db.session.scalars(select(RefusedScan).order_by(RefusedScan.refused_at.desc())).first()
    assert kept is not None
    assert (kept.reason, kept.client_id, kept.class_id) == ("class_not_open", door.clerk_id, 1)
    assert len(kept.raw_code) == 253


def refused_scans(town: Town) -> int:
    with town.app.app_context():
        return db.session.scalars(select(func.count()).select_from(RefusedScan)).one()


@pytest.mark.parametrize("broken", ["web.idempotency.keep", "redemptions.service.store_refused"])
def test_a_fault_between_a_refusal_and_its_answer_leaves_neither(
    town: Town, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    door, before = a_door(town, 0), refused_scans(town)
    body, key = {**redeem_body(claimed(town).open_code(), door.hex), "class_id": "0" * 15 + "1"}, new_key()
    with monkeypatch.context() as fault:
        fault.setattr(f"voucher_service.{broken}", Mock(side_effect=RuntimeError))
        assert door.post(PATH, body, key).status_code == 500
    assert refused_scans(town) == before
    answers = [door.post(PATH, body, key) for _ in range(2)]
    assert [refused(answer) for answer in answers] == [(409, "class_not_open")] * 2
    assert [answer.headers.get("Idempotency-Hit") for answer in answers] == [None, "true"]
    assert refused_scans(town) == before + 1


def test_a_voucher_is_redeemed_once_and_the_second_clerk_reads_when(town: Town) -> None:
    door, worker = a_door(town, 0), claimed(town).open_code()
    assert door.post(PATH, redeem_body(worker, door.hex)).status_code == 201
    town.clock.advance(seconds=30)
    answer = door.post(PATH, redeem_body(worker, door.hex))
    assert refused(answer) == (409, "already_redeemed")
    assert answer.get_json()["figures"] == {"redeemed_at": START.isoformat()}
    assert "2026-03-02 09:00" in answer.get_json()["detail_zh"]
    assert_sound(town)


def test_a_class_before_its_approval_takes_nobody(town: Town) -> None:
    door = a_door(town, 1)
    bent_class(door, state="submitted")
    assert refused(scan(door)) == (409, "class_not_open")
    bent_class(door, state="approved")


def test_a_class_past_its_cut_off_takes_nobody(town: Town) -> None:
    door = a_door(town, 1)
    with town.app.app_context():
        until = db.session.scalars(
            select(TrainingClass.enrols_until).where(TrainingClass.class_id == door.class_id)
        ).one()
    bent_class(door, enrols_until=START)
    assert refused(scan(door)) == (409, "class_not_open")
    bent_class(door, enrols_until=until)


def test_another_schools_class_takes_nobody_at_this_door(town: Town) -> None:
    door, other = a_door(town, 0), a_door(town, 1)
    assert refused(scan(door, class_id=other.hex)) == (409, "class_not_open")


def test_a_full_class_says_how_many_seats_it_has(town: Town) -> None:
    door = a_door(town)
    bent_class(door, seats_taken=TrainingClass.capacity)
    answer = scan(door)
    assert (refused(answer), answer.get_json()["figures"]) == ((409, "class_full"), {"capacity": 80})
    bent_class(door, seats_taken=0)


def test_a_suspended_school_redeems_nothing(town: Town) -> None:
    door = a_door(town, 2)
    bend(town, Institution, Institution.institution_id == door.institution_id, suspended_at=START)
    assert refused(scan(door))[1] == "institution_suspended"
    bend(town, Institution, Institution.institution_id == door.institution_id, suspended_at=None)


def test_a_voucher_that_the_ledger_does_not_know_is_refused(town: Town) -> None:
    door, worker = a_door(town, 0), claimed(town).open_code()
    ring, phone = town.app.extensions["key_ring"], worker.live
    assert phone
    key, unknown = ring.active_key, 12345
    tag = holder_tag.make(key.suite, key.bind_key, unknown, worker.person.id_number, worker.person.name)
    header = phone.header._replace(voucher_id=unknown, holder_tag=tag)
    phone = LiveSession(phone.y0, header, b"")
    worker.live = phone._replace(signature=ring.sign_session(header, phone.anchor))
    assert refused(door.post(PATH, redeem_body(worker, door.hex))) == (404, "voucher_unknown")


def test_an_expired_voucher_is_refused_with_the_day(town: Town) -> None:
    door, worker = a_door(town, 0), claimed(town).open_code()
    bend(town, Voucher, Voucher.voucher_id == from_hex(worker.voucher), expires_at=START)
    answer = door.post(PATH, redeem_body(worker, door.hex))
    assert refused(answer) == (409, "voucher_expired")
    assert answer.get_json()["figures"] == {"expired_at": START.isoformat()}
    assert "2026-03-02 09:00" in answer.get_json()["detail_zh"]


def test_a_returned_voucher_is_refused_with_its_state(town: Town) -> None:
    door, worker = a_door(town, 0), claimed(town).open_code()
    town.post(f"/api/v1/vouchers/{worker.voucher}/return", worker.token, {})
    answer = door.post(PATH, redeem_body(worker, door.hex))
    assert (refused(answer), answer.get_json()["figures"]) == ((409, "voucher_not_in_state"), {"state": "returned"})


def test_a_class_of_another_programme_is_refused(town: Town) -> None:
    door, worker = a_door(town, 0), claimed(town).open_code()
    mine = Voucher.voucher_id == from_hex(worker.voucher)
    bend(town, Voucher, mine, programme_id=2)
    assert refused(door.post(PATH, redeem_body(worker, door.hex))) == (409, "class_other_programme")
    bend(town, Voucher, mine, programme_id=1)


@pytest.mark.parametrize("person", [{"id_number": PEOPLE[1].id_number}, {"name": PEOPLE[1].name}])
def test_somebody_elses_card_is_refused(town: Town, person: dict[str, str]) -> None:
    door, worker = a_door(town, 0), claimed(town).open_code()
    body = redeem_body(worker, door.hex, **person)
    assert refused(door.post(PATH, body)) == (422, "holder_mismatch")
    assert row(town, worker).state == "claimed"


def test_a_misspelt_name_passes_with_a_reason_and_another_number_never(town: Town) -> None:
    door, worker = a_door(town, 0), claimed(town).open_code()
    reason = {"waiver_reason": "生僻字"}
    other = redeem_body(worker, door.hex, id_number=PEOPLE[1].id_number, **reason)
    assert refused(door.post(PATH, other)) == (422, "holder_mismatch")
    assert door.post(PATH, redeem_body(worker, door.hex, name=PEOPLE[1].name, **reason)).status_code == 201


def test_whoever_completed_and_is_not_examined_joins_no_other_class(town: Town) -> None:
    first, second = a_door(town, but={town.city.classes[0][1]}), a_door(town, 0)
    (trainee,) = first.complete()
    town.clock.moment = START
    before = Voucher.voucher_id == from_hex(trainee.worker.voucher)
    again = claimed(town).open_code()
    bend(town, Voucher, before, programme_id=2)  # one programme alone gives nobody a second voucher meanwhile
    mine = Voucher.voucher_id == from_hex(again.voucher)
    bend(town, Voucher, mine, holder_id=row(town, trainee.worker).holder_id)
    assert refused(second.post(PATH, redeem_body(again, second.hex))) == (409, "person_not_ready")
    bend(town, Voucher, mine, holder_id=1)
    bend(town, Voucher, before, programme_id=1)


@pytest.mark.parametrize("age", [timedelta(seconds=91), timedelta(hours=-1)])
def test_a_code_of_another_moment_is_refused(town: Town, age: timedelta) -> None:
    door, worker = a_door(town, 0), claimed(town).open_code()
    body = redeem_body(worker, door.hex)
    town.clock.moment += max(age, timedelta(0))
    if age < timedelta(0):
        assert worker.live
        body["code"] = worker.live.code_at(town.clock.now() - age)
    assert refused(door.post(PATH, body))[1] in {"code_stale", "code_outside_session"}
    assert row(town, worker).state == "claimed"
