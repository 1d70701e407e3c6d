"""What an institution may teach, and stopping one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.accounts.application import START
from voucher_service.database import unit_of_work
from voucher_service.errors import NotFound
from voucher_service.institutions import service
from voucher_service.institutions.errors import AlreadySuspended, InstitutionBarred, InstitutionSuspended, NotLicensed
from voucher_service.institutions.suspending import suspend

if TYPE_CHECKING:
    from voucher_service.demo.loading import City

DAY = date(2023, 6, 8)


def test_a_licensed_institution_passes(city: City) -> None:
    school = city.schools[0]
    assert service.get(school.region_id, school.institution_id).name == school.name
    service.require_licence(school.region_id, school.institution_id, *school.offers[0], DAY)


@pytest.mark.parametrize(
    ("occupation_code", "level", "day"),
    [
        pytest.param("DX03", "", DAY, id="another occupation"),
        pytest.param("DM01", "chief_technician", DAY, id="another level"),
        pytest.param("DM01", "junior", date(2022, 12, 31), id="the day before it was licensed"),
    ],
)
def test_without_a_licence_for_that_on_that_day_it_is_refused(
    city: City, occupation_code: str, level: str, day: date
) -> None:
    school = city.schools[0]
    with pytest.raises(NotLicensed) as refused:
        service.require_licence(school.region_id, school.institution_id, occupation_code, level, day)
    assert refused.value.figures["day"] == day.isoformat()
    assert day.isoformat() in refused.value.sentence_zh


def test_a_licence_ends_with_its_last_day(city: City) -> None:
    school = city.schools[4]
    occupation_code, level = school.offers[0]
    with unit_of_work():
        held = service.licences(school.region_id, school.institution_id)
        held[0].valid_until = DAY
    occupation_code, level = held[0].occupation_code, held[0].level
    service.require_licence(school.region_id, school.institution_id, occupation_code, level, DAY)
    with pytest.raises(NotLicensed):
        service.require_licence(
            school.region_id, school.institution_id, occupation_code, level, DAY + timedelta(days=1)
        )


def test_an_audit_finding_bars(city: City) -> None:
    school = city.schools[1]
    with unit_of_work():
        service.get(school.region_id, school.institution_id).audit_finding = True
    with pytest.raises(InstitutionBarred):
        service.require_licence(school.region_id, school.institution_id, *school.offers[0], DAY)


def test_a_suspended_institution_is_refused_and_is_suspended_once(city: City) -> None:
    school = city.schools[2]
    with unit_of_work():
        suspended = suspend(service.get(school.region_id, school.institution_id), city.staff["bureau1"], START)
    assert suspended.suspended_at == START
    with pytest.raises(InstitutionSuspended):
        service.require_licence(school.region_id, school.institution_id, *school.offers[0], DAY)
    with pytest.raises(AlreadySuspended), unit_of_work():
        suspend(service.get(school.region_id, school.institution_id), city.staff["bureau2"], START + timedelta(days=1))
    assert service.get(school.region_id, school.institution_id).suspended_at == START


def test_the_key_of_another_region_finds_nothing(city: City) -> None:
    with pytest.raises(NotFound):
        service.get(city.schools[3].region_id, city.schools[0].institution_id)
