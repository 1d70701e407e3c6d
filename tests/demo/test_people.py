from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voucher_service.demo.people import MINORITY_NAME_EVERY, PEOPLE_MAX, RARE_NAME_EVERY, Population
from voucher_service.demo.tables import subsidised_trainings
from voucher_service.holders import citizen_id
from voucher_service.holders.categories import CATEGORIES
from voucher_service.holders.rules import identity

OPENING_DAY = date(2023, 1, 1)
CITY = Population(seed=2023, count=20_000)
PEOPLE = list(CITY)


def test_every_particular_is_already_canonical() -> None:
    for person in PEOPLE[:2000]:
        read = identity(person.name, person.id_number, person.phone, OPENING_DAY)
        assert (read.name, read.id_number, read.phone) == (person.name, person.id_number, person.phone)


def test_id_numbers_and_phones_are_unique() -> None:
    assert len({person.id_number for person in PEOPLE}) == len({person.phone for person in PEOPLE}) == len(PEOPLE)


@given(st.integers(0), st.sets(st.integers(0, PEOPLE_MAX - 1), min_size=2, max_size=50))
def test_they_stay_unique_over_everything_one_seed_can_give(seed: int, numbers: set[int]) -> None:
    people = Population(seed, PEOPLE_MAX)
    chosen = [people[number] for number in numbers]
    assert len({person.id_number for person in chosen}) == len({person.phone for person in chosen}) == len(numbers)


def test_a_person_depends_on_seed_and_number_alone() -> None:
    assert Population(2023, 5_000_000)[777] == PEOPLE[777]
    assert next(islice(Population(2023, 1000), 777, None)) == PEOPLE[777]
    assert Population(2024, 1000)[777] != PEOPLE[777]


def test_nobody_can_be_taken_for_somebody() -> None:
    for person in PEOPLE:
        assert person.id_number.startswith("4199")
        assert person.phone.startswith("164")
        assert person.name.startswith(("测", "示", "样", "虚", "拟", "阿"))


def test_everyone_is_of_working_age_in_the_years_that_are_played() -> None:
    for person in PEOPLE:
        assert citizen_id.age_on(person.id_number, OPENING_DAY) >= 16
        assert citizen_id.age_on(person.id_number, date(2025, 12, 31)) < 60


def test_hard_names_come_in_a_fixed_share() -> None:
    minority = sum("·" in person.name for person in PEOPLE)
    rare = sum(max(person.name) > "\uffff" for person in PEOPLE)
    assert minority == len(PEOPLE) // MINORITY_NAME_EVERY
    assert rare == len(PEOPLE) // RARE_NAME_EVERY


def test_regions_follow_the_quota_and_every_category_occurs() -> None:
    homes = Counter(person.region_id for person in PEOPLE)
    weights = subsidised_trainings()
    assert homes.keys() == {region_id for region_id, weight in weights.items() if weight}
    for region_id, count in homes.items():
        assert abs(count / len(PEOPLE) - weights[region_id] / 32_000) < 0.02
    assert {person.category for person in PEOPLE} == CATEGORIES.keys()


def test_a_population_has_bounds() -> None:
    assert len(CITY) == 20_000
    for outside in (-1, 20_000):
        with pytest.raises(IndexError):
            CITY[outside]
    with pytest.raises(ValueError, match="at most"):
        Population(1, PEOPLE_MAX + 1)
