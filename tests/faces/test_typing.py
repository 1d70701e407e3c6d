"""What people type into the log-in is read as they meant it: grouped numbers, a star for X, full-width digits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.faces.browsing import Visitor, particulars
from tests.faces.test_worker import REGION
from tests.journey.city import PEOPLE

if TYPE_CHECKING:
    from tests.journey.city import Town

WITH_X = next(person for person in PEOPLE if person.id_number.endswith("X"))
BORN = slice(6, 14)


def asked(town: Town, id_number: str) -> Any:
    return Visitor(town).send("/login", **particulars(WITH_X._replace(id_number=id_number), REGION))


@pytest.mark.parametrize(
    "typed",
    [
        f"{WITH_X.id_number[:6]} {WITH_X.id_number[BORN]} {WITH_X.id_number[14:]}",
        f"{WITH_X.id_number[:-1]}*",
        f"{WITH_X.id_number[:-1]}\uff0a",
        f"\u3000{WITH_X.id_number[:-1].lower()}x ",
    ],
)
def test_an_id_number_is_read_as_it_was_meant(town: Town, typed: str) -> None:
    assert asked(town, typed).status_code == 303


@pytest.mark.parametrize("typed", [f"*{WITH_X.id_number[1:]}", f"{WITH_X.id_number[:-2]}**", ""])
def test_a_star_stands_for_the_last_character_only(town: Town, typed: str) -> None:
    answer = asked(town, typed)
    assert (answer.status_code, "id_number_malformed" in answer.text) == (422, True)


@pytest.mark.parametrize("spelling", [" {0} {1}", "{0}-{1}", "{0}\u3000{1}\n"])
def test_a_code_is_read_with_what_was_pasted_around_it(town: Town, spelling: str) -> None:
    visitor = Visitor(town)
    page = visitor.send("/login", **particulars(PEOPLE[0], REGION)).location
    code = re.search(r"验证码是 <strong>(\d{6})", visitor.open(page).text)
    assert code
    entered = visitor.send(page, code=spelling.format(code[1][:3], code[1][3:]))
    assert (entered.status_code, entered.location) == (303, "/my")


def test_a_code_with_a_letter_in_it_is_not_guessed_at(town: Town) -> None:
    visitor = Visitor(town)
    page = visitor.send("/login", **particulars(PEOPLE[0], REGION)).location
    code = re.search(r"验证码是 <strong>(\d{6})", visitor.open(page).text)
    assert code
    assert visitor.send(page, code=f"{code[1]}x").status_code == 401
