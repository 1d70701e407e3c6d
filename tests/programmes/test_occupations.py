"""Occupations have names in two languages, and a standard is shown as of a day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from voucher_service.database import unit_of_work
from voucher_service.identifiers import new_id
from voucher_service.programmes import service
from voucher_service.programmes.models import Standard

if TYPE_CHECKING:
    from voucher_service.demo.loading import City

BEFORE, AFTER = date(2023, 6, 1), date(2040, 1, 1)


def worth(day: date) -> int:
    return next(
        row.amount_fen
        for row in service.standards_in_force(day)
        if (row.occupation_code, row.level) == ("DM01", "junior")
    )


def test_an_occupation_has_a_name_in_both_languages(city: City) -> None:  # noqa: ARG001
    with unit_of_work():
        welder = service.occupations()["DM01"]
        assert (welder.name, welder.name_en, welder.manufacturing) == ("焊工", "Welder", True)


def test_a_later_standard_takes_the_earlier_ones_place_from_its_day_on(city: City) -> None:  # noqa: ARG001
    with unit_of_work() as session:
        earlier = worth(BEFORE)
        session.add(
            Standard(
                standard_id=new_id(),
                effective_from=AFTER,
                occupation_code="DM01",
                level="junior",
                certificate_type="skill_level",
                amount_fen=earlier + 100,
            )
        )
    with unit_of_work():
        assert worth(BEFORE) == earlier
        assert worth(AFTER) == earlier + 100
