"""Entering an exam's results asks the database as often for forty trainees as for ten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.exams.test_results_table import HEADINGS, line
from tests.journey import supervising
from tests.journey.town import Door, a_door
from tests.rosters.school import School
from tests.sheets.tables import xlsx
from tests.statements import counted

if TYPE_CHECKING:
    from tests.journey.city import Town

FEW, MANY = 10, 40


def completed(door: Door) -> str:
    """Teach and close a class that people sit in already, and file its exam."""
    door.teach([one.redemption for one in door.seated])
    assert door.close().get_json()["completed"] == len(door.seated)
    supervising.ask(door.town, door.hex, door.token(), [one.worker for one in door.seated])
    return str(door.file_exam().get_json()["exam"])


def statements_for(door: Door, exam: str) -> dict[str, list[str]]:
    """Enter the results of a class, by table and then by verb; return what each of the two sent."""
    town = door.town
    school = School(door, "results", exam)
    sheet = school.upload(xlsx([HEADINGS, *(line(one, "不合格") for one in door.seated)])).get_json()["sheet"]
    assert school.confirm(sheet).status_code == 200
    with counted(town) as by_table:
        school.work()
    assert school.show(sheet)["sheet"]["state"] == "accepted"
    corrected = [{"redemption": one.redemption, "outcome": "passed", "reason": "登记时看错行"} for one in door.seated]
    with counted(town) as by_verb:
        assert door.post(f"/api/v1/exams/{exam}/results", {"results": corrected}).status_code == 200
    return {"table": by_table, "verb": by_verb}


@pytest.fixture
def town(fresh_town: Town) -> Town:
    return fresh_town


def test_results_of_forty_take_as_many_statements_as_those_of_ten(town: Town) -> None:
    doors = [a_door(town, number) for number in (0, 1)]
    for door, people in zip(doors, (FEW, MANY), strict=True):
        door.seat(people)
    exams = [completed(door) for door in doors]
    town.clock.advance(days=4)
    few, many = (statements_for(door, exam) for door, exam in zip(doors, exams, strict=True))
    assert {how: len(sent) for how, sent in many.items()} == {how: len(sent) for how, sent in few.items()}
