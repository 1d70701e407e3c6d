"""Who works here is known by their ID number: two accounts of one are never the two persons that a decision needs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from tests.institutions.test_suspending import LIFT, act, confirm_lift
from tests.journey.town import a_door, lasting_town, refused, town
from tests.vouchers.test_assistance import stranger
from tests.vouchers.test_phone_changes import replaced
from voucher_service.accounts.errors import LoginNameTaken, RoleUnfit
from voucher_service.accounts.models import StaffAccount, StaffPerson
from voucher_service.accounts.second_factor import code_at
from voucher_service.database import db, unit_of_work
from voucher_service.errors import NotFound
from voucher_service.holders.errors import IdentityNotConfirmed, IdNumberMalformed
from voucher_service.identifiers import to_hex
from voucher_service.institutions.commands import staff_group
from voucher_service.institutions.staffing import Employee, Post, employ

if TYPE_CHECKING:
    from tests.journey.city import Town
    from voucher_service.accounts.service import NewStaff
    from voucher_service.demo.people import Person

__all__ = ["lasting_town", "town"]

PASSWORD = "a-long-password"
CITY = 411200


def employed(town: Town, person: Person, login_name: str, role: str = "bureau_reviewer", **more: Any) -> NewStaff:
    post = Post(login_name, role, more.pop("region_id", CITY), **more)
    with town.app.app_context(), unit_of_work():
        return employ(post, Employee(person.name, person.id_number, person.phone), PASSWORD, town.clock.now())


def logged_in(town: Town, login_name: str, new: NewStaff) -> str:
    code = code_at(new.totp_secret, town.clock.now())
    answer = town.client().post(
        "/api/v1/staff-sessions", json={"login_name": login_name, "password": PASSWORD, "code": code}
    )
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["token"])


def test_whoever_has_two_accounts_is_not_the_second_person(town: Town) -> None:
    door, twice = a_door(town, 2), stranger()
    names = ("twice-a", "twice-b")
    first, second = (employed(town, twice._replace(name=f" {twice.name} "), name) for name in names)
    assert (first.person_id, first.account_id != second.account_id) == (second.person_id, True)
    for name, new in zip(names, (first, second), strict=True):
        town.tokens[name] = logged_in(town, name, new)
    assert act(door, "twice-a", "/suspend").status_code == 200
    assert act(door, "twice-a", "/suspension/lift", LIFT).status_code == 200
    assert refused(confirm_lift(door, "twice-b")) == (409, "second_person_is_first")
    other = employed(town, stranger(), "once")
    assert other.person_id != first.person_id
    town.tokens["once"] = logged_in(town, "once", other)
    assert confirm_lift(door, "once").status_code == 200


def test_of_many_accounts_at_once_for_one_number_all_are_one_persons(town: Town) -> None:
    person = stranger()
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda number: employed(town, person, f"at-once-{number}"), range(6)))
    assert len({new.person_id for new in made}) == 1
    assert len({new.account_id for new in made}) == 6
    with town.app.app_context():
        assert len(db.session.scalars(select(StaffPerson).where(StaffPerson.person_id == made[0].person_id)).all()) == 1


def test_who_is_not_who_they_say_gets_no_account(town: Town) -> None:
    class Doubtful:
        def confirms(self, _identity: object) -> bool:
            return False

    person = stranger()
    with replaced(town, "real_name_check", Doubtful()), pytest.raises(IdentityNotConfirmed):
        employed(town, person, "nobody")
    with pytest.raises(IdNumberMalformed):
        employed(town, person._replace(id_number="1"), "nobody")
    with town.app.app_context():
        assert not db.session.scalars(select(StaffAccount).where(StaffAccount.login_name == "nobody")).all()


def test_a_post_of_an_institution_is_in_its_region_and_no_name_is_taken_twice(town: Town) -> None:
    door = a_door(town, 3)
    clerk = {"role": "institution_clerk", "institution_id": door.institution_id}
    with pytest.raises(NotFound):
        employed(town, stranger(), "far-away", **clerk)
    with pytest.raises(RoleUnfit):
        employed(town, stranger(), "far-away", institution_id=door.institution_id, region_id=door.region_id)
    assert employed(town, stranger(), "near-by", **clerk, region_id=door.region_id).account_id
    with pytest.raises(LoginNameTaken):
        employed(town, stranger(), "near-by")


def test_a_person_that_is_known_is_never_altered_and_no_number_is_kept(town: Town) -> None:
    person = stranger()
    employed(town, person, "kept")
    with town.app.app_context():
        row = db.session.execute(text("SELECT * FROM staff_person ORDER BY known_since DESC")).first()
        assert person.id_number not in repr(row)
        for rewriting in ("UPDATE staff_person SET person_id = 1", "DELETE FROM staff_person"):
            with pytest.raises(DBAPIError), unit_of_work() as session:
                session.execute(text(rewriting))


def test_the_command_gives_an_account_that_logs_in_and_ends_it(town: Town) -> None:
    person, group = stranger(), staff_group(lambda: town.app)
    asked = f"{person.name}\n{person.id_number}\n{person.phone}\n{PASSWORD}\n{PASSWORD}\n"
    made = CliRunner().invoke(group, ["add", "by-hand", "bureau_clerk", "--region", str(CITY)], input=asked)
    assert made.exit_code == 0, made.output
    secret = made.output.rsplit(": ", 1)[1].strip()
    with town.app.app_context():
        account = db.session.scalars(select(StaffAccount).where(StaffAccount.login_name == "by-hand")).one()
        known = (to_hex(account.account_id), to_hex(account.person_id))
    assert all(number in made.output for number in known)
    shown = {"login_name": "by-hand", "password": PASSWORD, "code": code_at(secret, town.clock.now())}
    token = town.client().post("/api/v1/staff-sessions", json=shown).get_json()["token"]
    assert town.get("/api/v1/institutions/", token).status_code == 200
    assert CliRunner().invoke(group, ["disable", known[0]]).exit_code == 0
    assert town.get("/api/v1/institutions/", token).status_code == 401


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "x", "holder", "--region", "411200"], "role_unfit"),
        (["add", "x", "institution_clerk", "--region", "411200", "--institution", "zz"], "--institution"),
        (["disable", "zz"], "ACCOUNT"),
        (["disable", "ffffffffffffffff"], "there is no account ffffffffffffffff in force"),
    ],
)
def test_the_command_says_what_it_does_not_take(town: Town, arguments: list[str], said: str) -> None:
    person = stranger()
    asked = f"{person.name}\n{person.id_number}\n{person.phone}\n{PASSWORD}\n{PASSWORD}\n"
    ran = CliRunner().invoke(staff_group(lambda: town.app), arguments, input=asked)
    assert ran.exit_code != 0
    assert said in ran.output
