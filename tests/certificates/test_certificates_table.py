"""Certificates as a table: every row by the rules of a single entry, all entered or none."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.journey.town import a_door, assert_sound, certificates_of, newcomer, refused
from tests.rosters.school import School
from tests.sheets.tables import xlsx

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.journey.city import Town
    from tests.journey.town import Trainee

HEADINGS = ("姓名", "身份证号码", "发证机构", "证书编号", "考核日期", "发证日期")


class Table:
    """The table of one class, and its rows by heading."""

    def __init__(self, school: School) -> None:
        self.school = school
        self.day = school.door.examined_on()

    def row(self, trainee: Trainee, **changes: Any) -> list[Any]:
        person = trainee.worker.person
        told = {
            "姓名": person.name,
            "身份证号码": person.id_number,
            "发证机构": "示例评价机构",
            "证书编号": f"表-{trainee.redemption}",
            "考核日期": self.day,
            "发证日期": self.day.replace("-", "/"),
            **changes,
        }
        return [told[heading] for heading in HEADINGS]

    def enter(self, *rows: Sequence[Any]) -> list[list[str]]:
        return self.school.codes(content=xlsx([HEADINGS, *rows]))


@pytest.fixture
def passed(town: Town) -> tuple[Table, list[Trainee]]:
    """A class of which three passed and one did not."""
    door = a_door(town)
    *passing, failing = door.complete(4)
    door.examine(passing)
    return Table(School(door, "certificates")), [*passing, failing]


def test_every_row_is_judged_and_one_bad_row_enters_nothing(passed: tuple[Table, list[Trainee]]) -> None:
    table, (first, second, third, failed) = passed
    outsider = type(first)(newcomer(table.school.town), "")
    tomorrow = (date.fromisoformat(table.day) + timedelta(days=9)).isoformat()
    assert table.enter(
        table.row(first),
        table.row(second, 证书编号=f" 表 {first.redemption}"),
        table.row(third, 发证日期=tomorrow),
        table.row(failed),
        table.row(outsider),
        table.row(second, 姓名="虚甲乙"),
        table.row(second, 考核日期="去年"),
        table.row(third, 发证机构="", 证书编号="--"),
        table.row(third, 证书编号="--"),
        table.row(second, 身份证号码="4.1E+17"),
    ) == [
        [], ["row_twice"], ["certificate_in_future"], ["exam_not_passed"], ["not_a_trainee"],
        ["identity_not_confirmed"], ["day_unreadable"], ["cell_missing"], ["certificate_number_empty", "row_twice"],
        ["id_number_damaged"],
    ]  # fmt: skip
    assert certificates_of(table.school.town, first.worker) == []


def test_a_sound_table_enters_every_certificate_for_the_bureau(passed: tuple[Table, list[Trainee]]) -> None:
    table, (first, second, third, _) = passed
    town = table.school.town
    assert table.enter(table.row(first), table.row(second)) == [[], []]
    assert [certificates_of(town, trainee.worker) for trainee in (first, second)] == [["entered"]] * 2
    assert table.enter(table.row(first, 证书编号="NEW-1"), table.row(third, 证书编号=f"表{second.redemption}")) == [
        ["voucher_has_certificate"],
        ["certificate_number_used"],
    ]
    waiting = town.get("/api/v1/certificates/waiting", town.staff_token("bureau-clerk")).get_json()["certificates"]
    ours = [found for found in waiting if found["voucher"] == first.worker.voucher]
    town.tokens.clear()
    path = f"/api/v1/certificates/{ours[0]['certificate']}/decision"
    assert town.post(path, town.staff_token("bureau-clerk"), {"genuine": True}).status_code == 200
    assert_sound(town)


def test_another_schools_class_is_absent(passed: tuple[Table, list[Trainee]]) -> None:
    table, (first, *_) = passed
    doors = (a_door(table.school.town, number) for number in range(10))
    other = next(door for door in doors if door.institution_id != table.school.door.institution_id)
    intruder = School(other, "certificates", table.school.door.hex)
    assert refused(intruder.upload(xlsx([HEADINGS, table.row(first)]))) == (404, "not_found")
