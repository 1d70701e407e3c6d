"""People who do not exist, made from a seed: person number 7 of seed 42 is the same in every process and on every day.

Nothing of them can be taken for somebody. ID numbers satisfy GB 11643 but begin with 4199, a prefecture that Henan does
not have; names are made of words for "sample"; phones begin with 164, which no operator has been given.
"""

from __future__ import annotations

from bisect import bisect
from datetime import date, timedelta
from hashlib import blake2b
from itertools import accumulate
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from voucher_service.demo.tables import subsidised_trainings
from voucher_service.holders.categories import CATEGORIES
from voucher_service.holders.citizen_id import check_character

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Prize = TypeVar("Prize")

PEOPLE_MAX = 10_000_000
"""So many distinct ID numbers and phones can one seed give."""

MINORITY_NAME_EVERY = 40
RARE_NAME_EVERY = 50
"""One person in so many has a name with a middle dot, and one a character outside the Basic Multilingual Plane."""

_BORN_FROM = date(1966, 1, 1)
_BIRTHDAYS = (date(2005, 1, 1) - _BORN_FROM).days
_SEQUENCES = 1000
_SLOTS = _BIRTHDAYS * _SEQUENCES
_ID_STRIDE = 7_368_787  # prime, so that stepping by it visits every slot before coming back
_PHONES = 100_000_000
_PHONE_STRIDE = 61_803_399  # shares no factor with _PHONES, likewise

_SURNAMES = "测示样虚拟"
_GIVEN = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥金木水火土春夏秋冬"
_RARE = "\U00020bb7\U00024b62\U0002a6a5\U0002b81c\U0002cdfc\U00030edd"
_CATEGORY_WEIGHTS = {
    "enterprise_employee": 30,
    "migrant_worker": 25,
    "lifted_from_poverty": 8,
    "unemployed": 8,
    "other": 6,
    "unplaced_graduate": 5,
    "graduating_student": 4,
    "village_committee": 3,
    "veteran": 3,
    "disabled": 2,
}
"""People in a hundred; each category that is not named here is one in a hundred."""


class Person(NamedTuple):
    """One invented person: canonical particulars, category slug, and the region of residence."""

    name: str
    id_number: str
    phone: str
    category: str
    region_id: int


class Population:
    """All the people of one seed. `people[7]` is one of them; iterate to meet the first `count`."""

    def __init__(self, seed: int, count: int) -> None:
        if not 0 <= count <= PEOPLE_MAX:
            raise ValueError(f"a seed gives at most {PEOPLE_MAX} people")
        self._seed = seed
        self._count = count
        self._offset = int.from_bytes(_drawn(seed, -1))
        self._regions = _Lottery(subsidised_trainings())
        self._categories = _Lottery({slug: _CATEGORY_WEIGHTS.get(slug, 1) for slug in CATEGORIES})

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: int) -> Person:
        if not 0 <= number < self._count:
            raise IndexError(number)
        draw = int.from_bytes(_drawn(self._seed, number))
        draw, region_id = self._regions.draw(draw)
        draw, category = self._categories.draw(draw)
        return Person(_name(number, draw), self._id_number(number, region_id), self._phone(number), category, region_id)

    def __iter__(self) -> Iterator[Person]:
        return (self[number] for number in range(self._count))

    def _id_number(self, number: int, region_id: int) -> str:
        birthday, sequence = divmod((self._offset + number * _ID_STRIDE) % _SLOTS, _SEQUENCES)
        born = _BORN_FROM + timedelta(days=birthday)
        first_17 = f"4199{region_id % 100:02}{born.year}{born.month:02}{born.day:02}{sequence:03}"
        return first_17 + check_character(first_17)

    def _phone(self, number: int) -> str:
        return f"164{(self._offset + number * _PHONE_STRIDE) % _PHONES:08}"


class _Lottery(Generic[Prize]):
    """Draws prizes in proportion to their weights."""

    def __init__(self, weights: Mapping[Prize, int]) -> None:
        self._prizes = list(weights)
        self._bounds = list(accumulate(weights.values()))

    def draw(self, randomness: int) -> tuple[int, Prize]:
        """One prize, and the randomness that is left for the next draw."""
        rest, ticket = divmod(randomness, self._bounds[-1])
        return rest, self._prizes[bisect(self._bounds, ticket)]


def _drawn(seed: int, number: int) -> bytes:
    return blake2b(b"%d:%d" % (seed, number), digest_size=16).digest()


def _name(number: int, randomness: int) -> str:
    randomness, first = divmod(randomness, len(_GIVEN))
    randomness, second = divmod(randomness, len(_GIVEN))
    randomness, surname = divmod(randomness, len(_SURNAMES))
    given = _GIVEN[first] + _GIVEN[second]
    if number % MINORITY_NAME_EVERY == 0:
        return f"阿{_SURNAMES[surname]}·{given}提"
    if number % RARE_NAME_EVERY == 1:
        return f"{_SURNAMES[surname]}{_RARE[randomness % len(_RARE)]}{_GIVEN[first]}"
    return _SURNAMES[surname] + given
