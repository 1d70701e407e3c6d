"""Another phone at a counter: the card, a code from the new phone, word to the old one, and everything open ends."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError

from tests.journey.city import Town, Worker, redeem_body
from tests.journey.town import a_door, claimed, newcomer, refused
from tests.races.crowd import race
from tests.vouchers.test_assistance import CLERK, at_counter, claim, helped, notices, received, stranger, told
from tests.vouchers.test_assistance import PATH as ASSISTANCES
from voucher_service.accounts import service as accounts
from voucher_service.calendar import local_date, start_of_day
from voucher_service.database import db, unit_of_work
from voucher_service.holders import service as holders
from voucher_service.holders.errors import OneTimeCodeNotAccepted
from voucher_service.holders.models import Holder, PhoneChange, SmsCode
from voucher_service.holders.people import phone_index_of
from voucher_service.identifiers import from_hex
from voucher_service.vouchers import service as vouchers
from voucher_service.web.access import BUREAU_CLERK, Caller

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voucher_service.demo.people import Person

PATH = "/api/v1/phone-changes"


def new_phone() -> str:
    """The number of somebody who never comes themselves."""
    return str(stranger().phone)


def ask(town: Town, person: Person, phone: str, token: str | None = None, **changes: str) -> Any:
    body = {
        "name": person.name,
        "id_number": person.id_number,
        "phone": phone,
        "place": "示例窗口一号",
        "phone_reason": "",
    }
    return town.post(f"{PATH}/challenges", token or town.staff_token(CLERK), body | changes)


def code_of(asked: Any) -> dict[str, str]:
    assert asked.status_code == 201, asked.text
    sent = asked.get_json()
    return {"challenge_id": sent["challenge_id"], "code": sent["trial_code"]}


def change(town: Town, person: Person, phone: str, **changes: str) -> Any:
    return town.post(PATH, town.staff_token(CLERK), code_of(ask(town, person, phone, **changes)))


def wrong(shown: dict[str, str]) -> dict[str, str]:
    return shown | {"code": f"{(int(shown['code']) + 1) % 1_000_000:06}"}


def holder_id_of(worker: Worker) -> int:
    return from_hex(worker.town.get("/api/v1/holders/me", worker.token).get_json()["holder_id"])


def kept_phone(town: Town, holder_id: int) -> str:
    with town.app.app_context():
        return holders.particulars(holder_id).phone


def opened_at(town: Town, person: Person) -> Any:
    """Ask for a log-in code with these particulars."""
    return town.client().post("/api/v1/holder-sessions/challenges", json=told(town, person))


@contextmanager
def replaced(town: Town, name: str, thing: object) -> Iterator[None]:
    town.app.extensions[name] = thing
    try:
        yield
    finally:
        del town.app.extensions[name]


def test_a_new_phone_logs_in_and_the_old_one_no_more(town: Town) -> None:
    worker, phone = newcomer(town), new_phone()
    holder_id, old = holder_id_of(worker), worker.person
    assert refused(opened_at(town, old._replace(phone=phone))) == (422, "identity_not_confirmed")
    answer = change(town, old, phone)
    assert answer.status_code == 201, answer.text
    assert from_hex(answer.get_json()["holder_id"]) == holder_id
    assert kept_phone(town, holder_id) == phone
    assert town.get("/api/v1/holders/me", worker.token).status_code == 401
    assert refused(opened_at(town, old)) == (422, "identity_not_confirmed")
    again = Worker(town, old._replace(phone=phone), worker.region_id).log_in()
    assert holder_id_of(again) == holder_id


def test_the_change_is_on_record_for_the_person_and_for_a_sample(town: Town) -> None:
    worker = newcomer(town)
    holder_id = holder_id_of(worker)
    made = change(town, worker.person, new_phone()).get_json()
    assert notices(town, holder_id) == ["phone_changed"]
    with town.app.app_context():
        looks = {look.purpose for look in holders.accesses(holder_id, worker.region_id)}
        today = holders.phone_changes_of_day(start_of_day(local_date(town.clock.now())), worker.region_id, 1000)
        (kept,) = [found for found in today if found.change_id == from_hex(made["change"])]
        assert (kept.holder_id, kept.changed_by, kept.place) == (
            holder_id,
            town.city.staff[CLERK].subject_id,
            "示例窗口一号",
        )
        assert holders.phone_changes_of_day(start_of_day(local_date(town.clock.now())), 411203, 1000) == []
    assert {"ask_phone_change", "change_phone"} <= looks


def test_the_record_of_a_change_is_never_altered(town: Town) -> None:
    change(town, newcomer(town).person, new_phone())
    with town.app.app_context(), pytest.raises(DatabaseError), unit_of_work() as session:
        session.execute(update(PhoneChange).values(place="别处"))


def test_what_the_old_phone_had_open_ends(town: Town) -> None:
    door, worker, phone = a_door(town), claimed(town).open_code(), new_phone()
    clerk = town.staff_token(CLERK)
    leave = received(town, worker.person).get_json()["assistance"]
    path = f"/api/v1/assistances/{leave}"
    assert town.post(f"{path}/vouchers/{worker.voucher}/papers", clerk, {}).status_code == 201
    worker.open_code()
    handed = town.post(f"{path}/one-time-code", clerk, {}).get_json()["code"]
    change(town, worker.person, phone)
    body = redeem_body(worker, door.hex)
    assert refused(town.post("/api/v1/redemptions", door.token(), body)) == (409, "code_session_ended")
    with town.app.app_context():
        holder_id = vouchers.find(worker.region_id, from_hex(worker.voucher)).holder_id
        with pytest.raises(OneTimeCodeNotAccepted):
            holders.try_one_time_code(holder_id, handed)
    again = Worker(town, worker.person._replace(phone=phone), worker.region_id, voucher=worker.voucher)
    again.log_in().open_code()
    admitted = town.post("/api/v1/redemptions", door.token(), redeem_body(again, door.hex))
    assert admitted.status_code == 201, admitted.text


def test_a_code_asked_for_by_the_old_phone_before_logs_nobody_in_after(town: Town) -> None:
    worker = newcomer(town)
    sent = code_of(opened_at(town, worker.person))
    change(town, worker.person, new_phone())
    answer = town.client().post("/api/v1/holder-sessions", json=sent)
    assert refused(answer) == (422, "identity_not_confirmed")


def test_what_the_old_phone_agreed_to_ends_and_what_the_card_opened_does_not(town: Town) -> None:
    worker, helper, phone = newcomer(town), newcomer(town), new_phone()
    leave, at_desk = helped(helper, worker.person), at_counter(town, worker.person)
    asked = town.post(f"{ASSISTANCES}/challenges", helper.token, told(town, worker.person, relation="child"))
    change(town, worker.person, phone)
    town.clock.advance(minutes=1)
    for answer in (claim(town, helper.token, leave), town.get(f"{ASSISTANCES}/{leave}", helper.token)):
        assert refused(answer) == (409, "assistance_phone_changed")
    late = town.post(ASSISTANCES, helper.token, code_of(asked))
    assert refused(late) == (422, "identity_not_confirmed")
    again = helped(helper, worker.person._replace(phone=phone))
    assert claim(town, helper.token, again).status_code == 201
    assert town.get(f"{ASSISTANCES}/{at_desk}", town.staff_token(CLERK)).status_code == 200


def test_a_wrong_code_changes_nothing_and_five_end_it(town: Town) -> None:
    worker = newcomer(town)
    token, shown = town.staff_token(CLERK), code_of(ask(town, worker.person, new_phone()))
    for _ in range(5):
        assert refused(town.post(PATH, token, wrong(shown))) == (401, "code_not_accepted")
    assert refused(town.post(PATH, token, shown)) == (401, "code_not_accepted")
    assert kept_phone(town, holder_id_of(worker)) == worker.person.phone


def test_a_code_works_once_for_this_clerk_within_ten_minutes_and_opens_nothing_else(town: Town) -> None:
    worker, token = newcomer(town), town.staff_token(CLERK)
    shown = code_of(ask(town, worker.person, new_phone()))
    assert refused(town.client().post("/api/v1/holder-sessions", json=shown)) == (401, "code_not_accepted")
    assert refused(town.post("/api/v1/assistances", worker.token, shown)) == (401, "code_not_accepted")
    with town.app.app_context(), unit_of_work():
        colleague = accounts.open_session(Caller(BUREAU_CLERK, 78, worker.region_id, person_id=78))
    assert refused(town.post(PATH, colleague, shown)) == (401, "code_not_accepted")
    shown = code_of(ask(town, worker.person, new_phone()))
    assert town.post(PATH, token, shown).status_code == 201
    assert refused(town.post(PATH, token, shown)) == (401, "code_not_accepted")
    late = code_of(ask(town, worker.person, new_phone()))
    with town.app.app_context(), unit_of_work() as session:
        session.execute(
            update(SmsCode).where(SmsCode.code_id == from_hex(late["challenge_id"])).values(expires_at=town.clock.now())
        )
    assert refused(town.post(PATH, token, late)) == (401, "code_not_accepted")


def test_a_log_in_code_changes_no_phone(town: Town) -> None:
    worker = newcomer(town)
    sent = code_of(opened_at(town, worker.person))
    assert refused(town.post(PATH, town.staff_token(CLERK), sent)) == (401, "code_not_accepted")


def test_a_phone_that_is_taken_needs_a_reason_and_has_five_persons_at_most(town: Town) -> None:
    owner = newcomer(town).person
    assert refused(ask(town, newcomer(town).person, owner.phone)) == (409, "phone_taken")
    for _ in range(4):
        assert change(town, newcomer(town).person, owner.phone, phone_reason="一家人").status_code == 201
        with town.app.app_context(), unit_of_work() as session:
            session.execute(text("DELETE FROM sms_code"))
    last = ask(town, newcomer(town).person, owner.phone, phone_reason="一家人")
    assert refused(last) == (409, "phone_shared_by_too_many")


def test_a_phone_that_was_taken_after_the_code_went_out_is_refused(town: Town) -> None:
    worker, other = newcomer(town), stranger()
    shown = code_of(ask(town, worker.person, other.phone))
    Worker(town, other, worker.region_id).log_in()
    assert refused(town.post(PATH, town.staff_token(CLERK), shown)) == (409, "phone_taken")
    assert kept_phone(town, holder_id_of(worker)) == worker.person.phone


def test_whoever_leaves_a_shared_phone_leaves_no_gap_for_a_stranger(town: Town) -> None:
    first = newcomer(town)
    shared = stranger()._replace(phone=first.person.phone)
    assert received(town, shared, phone_reason="父子共用").status_code == 201
    assert change(town, first.person, new_phone()).status_code == 201
    intruder = stranger()._replace(phone=first.person.phone)
    sent = code_of(opened_at(town, intruder))
    assert refused(town.client().post("/api/v1/holder-sessions", json=sent)) == (409, "phone_taken")
    assert received(town, intruder, phone_reason="祖孙共用").status_code == 201
    with town.app.app_context():
        on_it = select(Holder.phone_number).where(Holder.phone_index == phone_index_of(shared.phone))
        assert sorted(number or 0 for number in db.session.scalars(on_it)) == [1, 2]


def test_two_counters_that_give_one_phone_to_two_people_give_it_to_one(town: Town) -> None:
    phone, token = new_phone(), town.staff_token(CLERK)
    rivals = [newcomer(town) for _ in range(4)]
    acts = [partial(town.post, PATH, token, code_of(ask(town, rival.person, phone))) for rival in rivals]
    ended = race(acts)
    assert ended.answers == {(201, None): 1, (409, "phone_taken"): 3}
    holder_ids = {from_hex(made["holder_id"]) for made in ended.won}
    with town.app.app_context():
        everyone = db.session.scalars(select(Holder.holder_id)).all()
        assert {one for one in everyone if holders.particulars(one).phone == phone} == holder_ids


def test_two_counters_that_change_one_person_at_once_leave_one_phone(town: Town) -> None:
    worker, token = newcomer(town), town.staff_token(CLERK)
    holder_id, phones = holder_id_of(worker), [new_phone() for _ in range(4)]
    acts = [partial(town.post, PATH, token, code_of(ask(town, worker.person, phone))) for phone in phones]
    ended = race(acts)
    assert ended.answers == {(201, None): 1, (409, "phone_changed_meanwhile"): 3}
    assert notices(town, holder_id) == ["phone_changed"]
    assert kept_phone(town, holder_id) in phones


def test_a_code_that_was_sent_before_another_counter_changed_the_phone_changes_nothing(town: Town) -> None:
    worker, token, phones = newcomer(town), town.staff_token(CLERK), [new_phone() for _ in range(2)]
    holder_id = holder_id_of(worker)
    early, late = (code_of(ask(town, worker.person, phone)) for phone in phones)
    assert town.post(PATH, token, late).status_code == 201
    assert refused(town.post(PATH, token, early)) == (409, "phone_changed_meanwhile")
    assert kept_phone(town, holder_id) == phones[1]
