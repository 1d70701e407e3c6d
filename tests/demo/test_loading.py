"""Loading the city: the plan's figures in the database, and classes that came about lawfully."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from tests.accounts.application import START, small_service
from voucher_service.calendar import local_date
from voucher_service.classes import service as classes
from voucher_service.classes.errors import ClassBreaksRules
from voucher_service.database import db, unit_of_work
from voucher_service.demo.institutions import naming_staff
from voucher_service.demo.loading import CAPACITY, STARTS_AFTER, drafted, is_empty, load
from voucher_service.demo.tables import rows
from voucher_service.institutions.models import Licence
from voucher_service.programmes.models import Allotment, Programme

if TYPE_CHECKING:
    from voucher_service.demo.loading import City


def test_both_targets_are_divided_among_the_nine_regions(city: City) -> None:
    shares = db.session.scalars(select(Allotment).where(Allotment.programme_id == city.programme_id)).all()
    assert len(shares) == 9
    assert (sum(share.quota for share in shares), sum(share.target_used for share in shares)) == (20_000, 5_000)
    assert {share.issued for share in shares} == {0}
    assert len({share.public_no for share in shares}) == 9


def test_the_programme_covers_the_year_it_is_loaded_in(city: City) -> None:
    programme = db.session.get(Programme, city.programme_id)
    assert programme is not None
    assert (programme.target_issued, programme.target_used, programme.state) == (20_000, 5_000, "open")
    assert (programme.opens_on.isoformat(), programme.closes_on.isoformat()) == ("2023-01-01", "2023-12-31")


@pytest.mark.usefixtures("city")
def test_a_loaded_database_is_not_empty() -> None:
    assert not is_empty()


def test_each_institution_holds_its_licences_level_by_level(city: City) -> None:
    counted = db.session.scalar(select(func.count()).select_from(Licence))
    assert counted == sum(len(school.offers) for school in city.schools)
    assert len(city.schools) == len(rows("institutions"))
    assert ("DM01", "technician") in city.schools[0].offers
    assert ("DX01", "") in city.schools[1].offers


def test_each_class_is_approved_by_two_persons_at_each_step_and_open(city: City) -> None:
    for region_id, class_id in city.classes:
        training_class = classes.get(region_id, class_id)
        signed = classes.opinions(training_class)
        assert training_class.state == "approved"
        assert training_class.enrols_until > START
        assert Counter(opinion.step for opinion in signed) == {"industry": 2, "bureau": 2}
        assert len({opinion.person_id for opinion in signed}) == 4


def test_the_budget_of_every_seat_is_promised(city: City) -> None:
    programme = db.session.get(Programme, city.programme_id)
    standards = [classes.get(*key).standard_fen for key in city.classes]
    assert programme is not None
    assert min(standards) > 0
    assert programme.committed_fen == CAPACITY * sum(standards)


def test_the_city_loads_on_each_database(database_url: str) -> None:
    with small_service(database_url) as app, app.app_context():
        assert is_empty()
        with unit_of_work():
            held = load(START, classes_each=2).classes
        with unit_of_work():
            assert not is_empty()
            assert {classes.get(*key).state for key in held} == {"approved"}
    assert len(held) == 24


def test_every_class_names_its_teachers_and_rooms_and_no_other_is_let_in(database_url: str) -> None:
    """What protects production is not switched off for show: R13 and S01 hold in the city as it is served."""
    with small_service(database_url) as app, app.app_context():
        with unit_of_work():
            city = load(START)
        for key in city.classes:
            findings = {found.rule_id: found for found in classes.findings(classes.get(*key))}
            assert {findings[rule].outcome for rule in ("R13", "S01")} == {"pass"}
        school = city.schools[0]
        unnamed = drafted(*school.offers[0], local_date(START) + STARTS_AFTER, START)
        for proposal, rule in (
            (unnamed, "R13"),
            (naming_staff(school.region_id, school.institution_id, unnamed), "S01"),
        ):
            with unit_of_work():
                draft = classes.plan_class(school.region_id, school.institution_id, proposal, START)
            with pytest.raises(ClassBreaksRules) as refused, unit_of_work():
                classes.submit(draft.region_id, draft.class_id, START)
            assert [found["rule_id"] for found in refused.value.figures["findings"]] == [rule]
