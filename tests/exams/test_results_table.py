"""Exam results as a table: every row against its candidate, all entered or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.journey.town import a_door, newcomer, refused
from tests.rosters.school import School
from tests.sheets.tables import comma_separated, xlsx

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.journey.city import Town
    from tests.journey.town import Trainee

HEADINGS = ("姓名", "身份证号", "考核成绩", "更正理由")


def line(trainee: Trainee, outcome: str = "合格", reason: str = "", **changes: Any) -> list[Any]:
    person = trainee.worker.person
    told = {"姓名": person.name, "身份证号": person.id_number, "考核成绩": outcome, "更正理由": reason, **changes}
    return [told[heading] for heading in HEADINGS]


def enter(school: School, *rows: Sequence[Any]) -> list[list[str]]:
    return school.codes(content=xlsx([HEADINGS, *rows]))


@pytest.fixture
def examined(town: Town) -> tuple[School, list[Trainee]]:
    """A class of three whose exam was yesterday."""
    door = a_door(town)
    trainees = door.complete(3)
    exam = door.file_exam().get_json()["exam"]
    school = School(door, "results", exam)
    assert refused(school.upload(xlsx([HEADINGS, line(trainees[0])]))) == (409, "exam_not_yet_held")
    town.clock.advance(days=4)
    return school, trainees


def test_every_row_is_judged_and_one_bad_row_enters_nothing(examined: tuple[School, list[Trainee]]) -> None:
    school, (first, second, third) = examined
    stranger = newcomer(school.town)
    outsider = type(first)(stranger, "")
    assert enter(
        school,
        line(first),
        line(second, "优秀"),
        line(third, 姓名="虚甲乙"),
        line(outsider),
        line(first),
        line(second, 身份证号=4.1e17),
        line(third, "", 身份证号=""),
    ) == [
        [], ["outcome_unreadable"], ["identity_not_confirmed"], ["not_a_candidate"], ["row_twice"],
        ["id_number_damaged"], ["cell_missing", "cell_missing"],
    ]  # fmt: skip
    answer = school.door.post("/api/v1/certificates", school.door.certificate(first))
    assert (refused(answer), answer.get_json()["figures"]) == ((409, "exam_not_passed"), {"outcome": "none"})


def test_results_are_entered_and_corrected_with_a_reason(examined: tuple[School, list[Trainee]]) -> None:
    school, (first, second, third) = examined
    table = [HEADINGS, line(first), line(second, "不合格"), line(third, "缺考")]
    assert school.codes(content=comma_separated(table, "gb18030")) == [[], [], []]
    assert school.door.post("/api/v1/certificates", school.door.certificate(first)).status_code == 201
    assert enter(school, line(second, "合格")) == [["result_reason_missing"]]
    assert enter(school, line(second, "合格", "登记时看错行"), line(third, "缺考")) == [[], []]
    assert school.door.post("/api/v1/certificates", school.door.certificate(second)).status_code == 201


def test_another_schools_exam_is_absent(examined: tuple[School, list[Trainee]]) -> None:
    school, (first, *_) = examined
    doors = (a_door(school.town, number) for number in range(10))
    other = next(door for door in doors if door.institution_id != school.door.institution_id)
    assert refused(School(other, "results", school.subject).upload(xlsx([HEADINGS, line(first)]))) == (404, "not_found")
