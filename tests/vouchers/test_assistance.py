"""Helping somebody claim: a relative with a code, a clerk with the card; kept, counted, told, capped."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import select, update

from tests.journey.city import ANSWERS, PEOPLE, START, Town, Worker, new_key
from tests.journey.town import assert_sound, newcomer, people, refused
from tests.races.crowd import race
from voucher_service.accounts import service as accounts
from voucher_service.database import db, unit_of_work
from voucher_service.demo.people import Person
from voucher_service.holders import service as holders
from voucher_service.holders.errors import IdentityCheckUnavailable
from voucher_service.holders.models import Assistance, Notice
from voucher_service.identifiers import from_hex
from voucher_service.ledger import service as ledger
from voucher_service.programmes.models import Programme
from voucher_service.vouchers.models import Voucher
from voucher_service.web.access import BUREAU_CLERK, Caller

PATH = "/api/v1/assistances"
CLERK = "bureau-clerk"


def told(town: Town, person: Person, **more: str) -> dict[str, Any]:
    return {
        "name": person.name,
        "id_number": person.id_number,
        "phone": person.phone,
        "region_id": town.city.schools[0].region_id,
        "category": person.category,
        **more,
    }


def stranger() -> Person:
    return PEOPLE[next(people)]


def helped(worker: Worker, person: Person, relation: str = "parent") -> str:
    """Leave for a relative to act for somebody."""
    town = worker.town
    asked = town.post(f"{PATH}/challenges", worker.token, told(town, person, relation=relation))
    assert asked.status_code == 201, asked.text
    shown = {"challenge_id": asked.get_json()["challenge_id"], "code": asked.get_json()["trial_code"]}
    begun = town.post(PATH, worker.token, shown)
    assert begun.status_code == 201, begun.text
    return str(begun.get_json()["assistance"])


def received(town: Town, person: Person, **changes: str) -> Any:
    body = told(town, person, place="示例窗口一号", phone_reason="") | changes
    return town.post(f"{PATH}/counter", town.staff_token(CLERK), body)


def at_counter(town: Town, person: Person) -> str:
    answer = received(town, person)
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["assistance"])


def claim(town: Town, token: str, assistance: str, key: str | None = None) -> Any:
    body = {"programme_id": town.city.programme_id, "answers": ANSWERS}
    return town.post(f"{PATH}/{assistance}/vouchers", token, body, key)


def voucher_row(town: Town, voucher: str) -> Voucher:
    with town.app.app_context():
        found = db.session.scalars(select(Voucher).where(Voucher.voucher_id == from_hex(voucher))).one()
        db.session.expunge(found)
        return found


def cap(town: Town, **settings: int) -> None:
    with town.app.app_context(), unit_of_work() as session:
        session.execute(update(Programme).values(settings=settings))


def notices(town: Town, holder_id: int) -> list[str]:
    with town.app.app_context():
        return list(db.session.scalars(select(Notice.kind).where(Notice.holder_id == holder_id)))


def test_a_relative_claims_for_somebody_and_it_is_kept_who_helped(town: Town) -> None:
    helper, person = newcomer(town), stranger()
    assistance = helped(helper, person)
    answer = claim(town, helper.token, assistance)
    assert answer.status_code == 201, answer.text
    found = voucher_row(town, answer.get_json(force=True)["voucher"])
    with town.app.app_context():
        (fact,) = ledger.facts_of(found.region_id, found.voucher_id)
        leave = db.session.get_one(Assistance, from_hex(assistance))
        assert holders.particulars(found.holder_id).id_number == person.id_number
    assert (fact.actor_role, fact.actor_id, fact.reference_id) == (
        "assistant",
        leave.helper_id,
        leave.assistance_id,
    )
    assert (leave.relation, leave.place, leave.holder_id) == ("parent", "", found.holder_id)
    assert notices(town, found.holder_id) == ["claimed_for_you"]
    assert_sound(town)


def test_the_same_claim_twice_is_one_voucher(town: Town) -> None:
    helper, key = newcomer(town), new_key()
    assistance = helped(helper, stranger())
    first, again = (claim(town, helper.token, assistance, key) for _ in range(2))
    assert (first.status_code, again.status_code, again.data) == (201, 201, first.data)
    assert refused(claim(town, helper.token, assistance)) == (409, "voucher_already_held")


def test_helping_needs_the_code_from_that_persons_phone(town: Town) -> None:
    helper, other, person = newcomer(town), newcomer(town), stranger()
    asked = town.post(f"{PATH}/challenges", helper.token, told(town, person, relation="child")).get_json()
    right = {"challenge_id": asked["challenge_id"], "code": asked["trial_code"]}
    wrong = right | {"code": str((int(asked["trial_code"]) + 1) % 1_000_000).zfill(6)}
    assert refused(town.post(PATH, helper.token, wrong)) == (401, "code_not_accepted")
    log_in = town.client().post("/api/v1/holder-sessions", json=right)
    assert refused(log_in) == (401, "code_not_accepted")
    assert refused(town.post(PATH, other.token, right)) == (401, "code_not_accepted")


def test_nobody_helps_themselves(town: Town) -> None:
    helper = newcomer(town)
    answer = town.post(f"{PATH}/challenges", helper.token, told(town, helper.person, relation="other_relative"))
    assert refused(answer) == (422, "help_for_oneself")


def test_anothers_leave_is_absent_and_an_old_one_is_over(town: Town) -> None:
    helper, other = newcomer(town), newcomer(town)
    assistance = helped(helper, stranger())
    assert refused(claim(town, other.token, assistance)) == (404, "not_found")
    assert town.get(f"{PATH}/{assistance}", other.token).status_code == 404
    town.clock.advance(minutes=30)
    assert refused(claim(town, helper.token, assistance)) == (409, "assistance_over")


def test_a_relative_helps_so_many_times_a_year(town: Town) -> None:
    cap(town, assistances_per_relative_a_year_max=2)
    helper = newcomer(town)
    leaves = [helped(helper, stranger()) for _ in range(3)]
    answers = [claim(town, helper.token, leave) for leave in leaves]
    assert [answer.status_code for answer in answers] == [201, 201, 409]
    assert refused(answers[2]) == (409, "assistance_cap_reached")
    assert answers[2].get_json(force=True)["figures"] == {"times_max": 2, "period": "2026"}
    cap(town)
    assert_sound(town)


def test_at_the_cap_many_at_once_are_one(town: Town) -> None:
    cap(town, assistances_per_relative_a_year_max=1)
    helper = newcomer(town)
    leaves = [helped(helper, stranger()) for _ in range(8)]
    ended = race([partial(claim, town, helper.token, leave) for leave in leaves])
    assert ended.answers == {(201, None): 1, (409, "assistance_cap_reached"): 7}
    cap(town)
    assert_sound(town)


def test_a_clerk_claims_prints_hands_out_a_code_and_takes_back(town: Town) -> None:
    token, person = town.staff_token(CLERK), stranger()
    assistance = at_counter(town, person)
    voucher = claim(town, token, assistance).get_json(force=True)["voucher"]
    sheet = town.post(f"{PATH}/{assistance}/vouchers/{voucher}/papers", token, {})
    assert sheet.status_code == 201, sheet.text
    code = town.post(f"{PATH}/{assistance}/one-time-code", token, {})
    assert (code.status_code, len(code.get_json()["code"])) == (201, 6)
    shown = town.get(f"{PATH}/{assistance}", token).get_json()
    assert [found["state"] for found in shown["vouchers"]] == ["claimed"]
    assert person.id_number not in str(shown)
    back = town.post(f"{PATH}/{assistance}/vouchers/{voucher}/return", token, {})
    assert back.get_json()["state"] == "returned"
    found = voucher_row(town, voucher)
    assert sorted(notices(town, found.holder_id)) == ["claimed_for_you", "given_back_for_you", "printed_for_you"]
    with town.app.app_context():
        facts = ledger.facts_of(found.region_id, found.voucher_id)
    assert [fact.actor_role for fact in facts] == ["bureau_clerk", "bureau_clerk"]


def test_a_relative_may_claim_and_no_more(town: Town) -> None:
    helper = newcomer(town)
    assistance = helped(helper, stranger())
    voucher = claim(town, helper.token, assistance).get_json(force=True)["voucher"]
    for path in (f"vouchers/{voucher}/papers", f"vouchers/{voucher}/return", "one-time-code"):
        assert town.post(f"{PATH}/{assistance}/{path}", helper.token, {}).status_code == 403


def test_a_clerk_helps_so_many_times_a_day_and_goes_on_the_next(town: Town) -> None:
    cap(town, assistances_per_clerk_a_day_max=1)
    town.clock.advance(days=1)
    town.tokens.clear()
    first, second = (claim(town, town.staff_token(CLERK), at_counter(town, stranger())) for _ in range(2))
    assert first.status_code == 201
    assert refused(second) == (409, "assistance_cap_reached")
    assert second.get_json(force=True)["figures"]["period"] == "2026-03-03"
    town.clock.advance(days=1)
    town.tokens.clear()
    assert claim(town, town.staff_token(CLERK), at_counter(town, stranger())).status_code == 201
    cap(town)


def test_one_phone_stands_for_one_person_unless_a_clerk_says_why(town: Town) -> None:
    first, second = newcomer(town), stranger()
    shared = second._replace(phone=first.person.phone)
    challenge = town.client().post("/api/v1/holder-sessions/challenges", json=told(town, shared)).get_json()
    shown = {"challenge_id": challenge["challenge_id"], "code": challenge["trial_code"]}
    assert refused(town.client().post("/api/v1/holder-sessions", json=shown)) == (409, "phone_taken")
    assert refused(received(town, shared)) == (409, "phone_taken")
    assert received(town, shared, phone_reason="父子共用一部手机").status_code == 201
    for _ in range(3):
        more = stranger()._replace(phone=first.person.phone)
        assert received(town, more, phone_reason="一家人").status_code == 201
    last = stranger()._replace(phone=first.person.phone)
    assert refused(received(town, last, phone_reason="一家人")) == (409, "phone_shared_by_too_many")


def test_a_taken_phone_is_not_told_to_whoever_has_not_the_phone(town: Town) -> None:
    first, second = newcomer(town), stranger()
    asked = told(town, second._replace(phone=first.person.phone))
    assert town.client().post("/api/v1/holder-sessions/challenges", json=asked).status_code == 201


def test_a_person_of_another_region_is_sent_to_their_own_counter(town: Town) -> None:
    clerk = Caller(BUREAU_CLERK, 77, 411203, person_id=77)
    with town.app.app_context(), unit_of_work():
        token = accounts.open_session(clerk)
    body = told(town, stranger(), place="示例窗口二号", phone_reason="")
    assert body["region_id"] != clerk.region_id
    assert refused(town.post(f"{PATH}/counter", token, body)) == (409, "person_of_other_region")


def test_a_second_phone_ends_the_first_and_the_holder_is_told_once_an_hour(town: Town) -> None:
    worker = newcomer(town)
    worker.claim()
    with town.app.app_context():
        holder_id = db.session.scalars(
            select(Voucher.holder_id).where(Voucher.voucher_id == from_hex(worker.voucher))
        ).one()
    worker.open_code()
    worker.open_code()
    assert notices(town, holder_id) == []
    first = worker.token
    worker.log_in().open_code()
    assert notices(town, holder_id) == ["code_opened_elsewhere"]
    worker.token = first
    worker.open_code()
    assert notices(town, holder_id) == ["code_opened_elsewhere"]
    town.clock.advance(minutes=61)
    worker.log_in().open_code()
    assert notices(town, holder_id) == ["code_opened_elsewhere"] * 2


class Carrier:
    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.is_down = False

    def send_notice(self, phone: str, text: str) -> None:
        if self.is_down:
            raise IdentityCheckUnavailable
        self.sent.append((phone, text))


def test_messages_go_out_once_and_wait_while_the_carrier_is_down(town: Town) -> None:
    helper, person = newcomer(town), stranger()
    claim(town, helper.token, helped(helper, person))
    carrier = Carrier()
    town.app.extensions["sms_sender"] = carrier
    try:
        with town.app.app_context():
            carrier.is_down = True
            assert holders.send_waiting(START) == 0
            carrier.is_down = False
            assert holders.send_waiting(START, limit=1000) > 0
            assert holders.send_waiting(START, limit=1000) == 0
    finally:
        del town.app.extensions["sms_sender"]
    mine = [text for phone, text in carrier.sent if phone == person.phone]
    assert len(mine) == 1
    assert "代您领取" in mine[0]
    assert person.name not in mine[0]


def test_a_counter_without_a_place_is_refused(town: Town) -> None:
    assert received(town, stranger(), place="").status_code == 422
