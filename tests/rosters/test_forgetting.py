"""Who was named on a roster and never came is forgotten in time; who is still expected, or came, is not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from time import sleep
from typing import TYPE_CHECKING

import pytest

from tests.architecture.source import ROOT
from tests.journey.city import START, Town, Worker
from tests.journey.town import a_door
from tests.rosters.school import School, row, stranger
from voucher_service.calendar import start_of_day
from voucher_service.classes import service as classes
from voucher_service.database import db, unit_of_work
from voucher_service.holders import service as holders
from voucher_service.holders.models import IntroducedPerson
from voucher_service.rosters import service as rosters
from voucher_service.rosters.forgetting import KEPT_DAYS
from voucher_service.rosters.models import RosterEntry
from voucher_service.sheets import service as sheets_service
from voucher_service.sweeping import sweep_once

if TYPE_CHECKING:
    from datetime import datetime

    from voucher_service.demo.people import Person

WAIT_SECONDS = 30


@pytest.fixture
def school(town: Town) -> School:
    return School(a_door(town))


def named(school: School, *people: Person) -> list[int]:
    """Put people on the class's roster, and return their ids."""
    assert school.check(*[row(person) for person in people])["state"] == "accepted"
    with school.town.app.app_context():
        return list(rosters.people(rosters.of_class(school.door.region_id, school.door.class_id)))


def over(school: School, days: int) -> datetime:
    """So many days after the class's last day, at its first moment."""
    with school.town.app.app_context():
        last_day = classes.get(school.door.region_id, school.door.class_id).ends_on
    return start_of_day(last_day) + timedelta(days=days)


def sweep(school: School, at: datetime) -> int:
    school.town.clock.moment = max(at, school.town.clock.moment)
    with school.town.app.app_context():
        return sweep_once(at).get("unmet", 0)


def known(school: School, person_ids: list[int]) -> set[int]:
    with school.town.app.app_context():
        return holders.masked_known(person_ids).keys() & set(person_ids)


def test_who_never_came_is_forgotten_and_the_roster_stays(school: School) -> None:
    ids = named(school, stranger(), stranger())
    assert sweep(school, over(school, KEPT_DAYS)) == 0
    assert known(school, ids) == set(ids)
    assert sweep(school, over(school, KEPT_DAYS + 2)) >= 2
    assert known(school, ids) == set()
    with school.town.app.app_context():
        entries = db.session.query(RosterEntry).filter(RosterEntry.holder_id.in_(ids)).count()
        assert (entries, db.session.query(IntroducedPerson).filter(IntroducedPerson.person_id.in_(ids)).count()) == (
            2,
            0,
        )
        assert rosters.of_class(school.door.region_id, school.door.class_id).persons == 2
    assert sweep(school, over(school, KEPT_DAYS + 2)) == 0


def test_who_came_stays_known(school: School) -> None:
    person, absent = stranger(), stranger()
    ids = named(school, person, absent)
    came = Worker(school.town, person, school.door.region_id).log_in()
    sweep(school, over(school, KEPT_DAYS + 2))
    assert known(school, ids) == {ids[0]}
    assert came.log_in().token


def test_who_is_expected_in_a_later_class_stays_until_that_is_over_too(town: Town, school: School) -> None:
    person = stranger()
    ids = named(school, person)
    sooner, later = over(school, KEPT_DAYS + 2), over(school, KEPT_DAYS + 200)
    other = School(a_door(town, but=[school.door.class_id]))
    with town.app.app_context(), unit_of_work():
        held = classes.get(other.door.region_id, other.door.class_id)
        held.ends_on += timedelta(days=100)
    assert named(other, person) == ids
    sweep(school, sooner)
    assert known(school, ids) == set(ids)
    sweep(school, later)
    assert known(school, ids) == set()


def test_whom_a_later_roster_leaves_out_is_forgotten_sooner(school: School) -> None:
    left_out, stays = stranger(), stranger()
    gone = named(school, left_out)
    kept = named(school, stays)
    with school.town.app.app_context(), unit_of_work():
        classes.get(school.door.region_id, school.door.class_id).ends_on += timedelta(days=365)
    sweep(school, START + timedelta(days=KEPT_DAYS + 1))
    assert known(school, gone) == set()
    assert known(school, kept) == set(kept)


def test_who_is_named_again_at_the_last_moment_is_kept(town: Town, school: School) -> None:
    """The deletion has chosen its people when another class names them; it waits for that, and finds nobody."""
    people = [stranger() for _ in range(3)]
    ids = named(school, *people)
    before, again = START + timedelta(days=KEPT_DAYS), START + timedelta(days=KEPT_DAYS + 1)
    told = [(person.name, person.id_number) for person in people]
    introduced = Event()

    def name_again() -> list[int]:
        with town.app.app_context(), unit_of_work():
            found = holders.introduce(told)
            introduced.set()
            sleep(0.3)
            return [found[id_number] for _, id_number in told]

    def forget() -> int:
        assert introduced.wait(WAIT_SECONDS)
        with town.app.app_context(), unit_of_work():
            return holders.forget_introduced(ids, before)

    town.clock.moment = again
    with ThreadPoolExecutor(2) as both:
        naming, forgetting = both.submit(name_again), both.submit(forget)
        assert naming.result(WAIT_SECONDS) == ids
        assert forgetting.result(WAIT_SECONDS) == 0
    assert known(school, ids) == set(ids)
    with town.app.app_context(), unit_of_work():
        assert holders.forget_introduced(ids, again + timedelta(days=1)) == len(ids)


def test_people_are_kept_as_long_as_the_document_says() -> None:
    rows = (ROOT / "SECURITY.md").read_text(encoding="utf-8").split("## How long people are kept")[1].splitlines()
    promised = {row.split("|")[1].strip(): row.split("|")[3].strip() for row in rows if row.count("|") == 4}
    assert promised["anybody in an uploaded table"] == f"{sheets_service.KEPT_DAYS} days after the upload"
    assert promised["somebody named on a roster who never logged in"].startswith(f"{KEPT_DAYS} days after")
