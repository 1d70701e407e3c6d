"""Why a counter sends no code to a new phone: each reason by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from tests.journey.town import newcomer, refused
from tests.vouchers.test_assistance import stranger
from tests.vouchers.test_phone_changes import ask, new_phone, replaced
from voucher_service.accounts import service as accounts
from voucher_service.database import unit_of_work
from voucher_service.holders.models import AssistanceCount
from voucher_service.web.access import BUREAU_CLERK, Caller

if TYPE_CHECKING:
    from tests.journey.city import Town


def test_a_card_that_is_not_a_holders_is_refused_alike(town: Town) -> None:
    worker = newcomer(town)
    nobody = ask(town, stranger(), new_phone())
    other_name = ask(town, worker.person, new_phone(), name="示别人")
    assert refused(nobody) == refused(other_name) == (422, "card_not_enrolled")


def test_bad_particulars_are_named(town: Town) -> None:
    person = newcomer(town).person
    assert refused(ask(town, person, new_phone(), id_number=person.id_number[:-2])) == (422, "id_number_malformed")
    assert refused(ask(town, person, "123")) == (422, "phone_malformed")
    assert ask(town, person, new_phone(), place="").status_code == 422


def test_the_same_phone_is_no_change(town: Town) -> None:
    person = newcomer(town).person
    assert refused(ask(town, person, person.phone)) == (409, "phone_unchanged")


def test_a_person_of_another_region_is_sent_to_their_own_counter(town: Town) -> None:
    person = newcomer(town).person
    with town.app.app_context(), unit_of_work():
        token = accounts.open_session(Caller(BUREAU_CLERK, 77, 411203, person_id=77))
    assert refused(ask(town, person, new_phone(), token)) == (409, "person_of_other_region")


def test_only_a_clerk_changes_a_phone(town: Town) -> None:
    worker = newcomer(town)
    for token in (worker.token, town.staff_token("bureau1"), town.staff_token("school1-clerk")):
        assert ask(town, worker.person, new_phone(), token).status_code == 403


def test_a_phone_that_the_register_does_not_know_as_theirs_is_refused(town: Town) -> None:
    person = newcomer(town).person

    class Doubtful:
        def confirms(self, _identity: object) -> bool:
            return False

    with replaced(town, "real_name_check", Doubtful()):
        assert refused(ask(town, person, new_phone())) == (422, "new_phone_not_confirmed")


def test_a_phone_is_sent_five_codes_a_day(town: Town) -> None:
    phone = new_phone()
    answers = [ask(town, newcomer(town).person, phone) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [201] * 5 + [429]
    assert refused(answers[-1]) == (429, "too_many_codes")


def test_a_clerk_begins_so_many_changes_a_day(town: Town) -> None:
    mine = AssistanceCount.kind == "change_phone"
    ask(town, newcomer(town).person, new_phone())
    with town.app.app_context(), unit_of_work() as session:
        session.execute(update(AssistanceCount).where(mine).values(taken=49))
    assert refused(ask(town, stranger(), new_phone())) == (422, "card_not_enrolled"), "and that was the last question"
    assert refused(ask(town, newcomer(town).person, new_phone())) == (409, "assistance_cap_reached")
    with town.app.app_context(), unit_of_work() as session:
        session.execute(update(AssistanceCount).where(mine).values(taken=1))
