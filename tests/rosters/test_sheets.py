"""An upload's way: kept, mapped, checked, answered; twenty thousand rows; two at once; what is refused."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.journey.city import PEOPLE, Town, new_key
from tests.journey.town import Door, a_door, refused
from tests.races.crowd import race
from tests.rosters.school import HEADINGS, School, a_school, row, stranger, table
from tests.sheets.tables import comma_separated, xlsx
from voucher_service.classes import service as classes
from voucher_service.database import db, unit_of_work
from voucher_service.institutions import service as institutions
from voucher_service.institutions.suspending import suspend
from voucher_service.rosters.models import Roster
from voucher_service.sheets import service as sheets
from voucher_service.sheets.models import SheetPart
from voucher_service.sweeping import sweep_once

if TYPE_CHECKING:
    from collections.abc import Sequence

MANY = 20_000


@pytest.fixture
def school(town: Town) -> School:
    return a_school(town)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_text_in_every_encoding_becomes_a_roster(school: School, encoding: str) -> None:
    people = [stranger(), stranger()]
    sheet = school.check(content=comma_separated(table(*map(row, people)), encoding))
    assert (sheet["state"], sheet["rows_total"], sheet["rows_refused"]) == ("accepted", 2, 0)
    shown = school.expected().get_json()
    assert (shown["expected"], len(shown["people"])) == (2, 2)
    assert [person["name"][0] for person in shown["people"]] == [person.name[0] for person in people]


def test_the_same_table_comes_back_with_the_reasons(school: School) -> None:
    good, bad = row(stranger()), row(stranger(), 身份证号码="419902199001010018", 培训意愿="否")
    sheet = school.check(good, [*bad[:-1], '=HYPERLINK("x")'])
    answered = school.workbook(sheet["sheet"])
    assert answered[0] == [*HEADINGS, "错误原因"]
    assert [str(cell) for cell in answered[1][:-1]][1:3] == good[1:3]
    assert answered[1][-1] == ""
    assert answered[2][-2] == '=HYPERLINK("x")'
    assert "[id_number_check_digit]" in answered[2][-1]
    assert "（二(三)1） [person_unwilling]" in answered[2][-1]
    again = school.check(good, row(stranger()))
    assert again["state"] == "accepted"
    assert [line[-1] for line in school.workbook(again["sheet"])[1:]] == ["", ""]


def test_one_bad_row_and_nothing_of_the_table_counts(school: School) -> None:
    assert school.check(row(stranger()))["state"] == "accepted"
    assert school.check(row(stranger()), row(stranger()), row(stranger(), 培训意愿="否"))["state"] == "refused"
    assert school.expected().get_json()["expected"] == 1
    assert school.check(row(stranger()), row(stranger()))["state"] == "accepted"
    assert school.expected().get_json()["expected"] == 2


def test_a_person_maps_the_columns_that_no_heading_tells(school: School) -> None:
    content = comma_separated([["列" + str(at) for at in range(7)], row(stranger())[:7]])
    sheet = school.upload(content).get_json()["sheet"]
    assert school.show(sheet)["mapping"] == {}
    names = ["name", "id_number", "category", "wants_training", "wants_work", "able_to_attend"]
    assert refused(school.confirm(sheet, {"name": 1})) == (422, "column_missing")
    assert refused(school.confirm(sheet, dict.fromkeys(names, 9))) == (422, "column_impossible")
    assert refused(school.workbook_of(sheet)) == (409, "sheet_not_in_state")
    told = {name: at for at, name in enumerate(names, start=1)}
    assert school.confirm(sheet, told).status_code == 200
    assert refused(school.confirm(sheet, told)) == (409, "sheet_not_in_state")
    school.work()
    assert school.show(sheet)["sheet"]["state"] == "accepted"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", (422, "sheet_empty")),
        (b"%PDF-1.7", (422, "sheet_foreign")),
        (b"a,b\n\xff\xff,1\n", (422, "sheet_encoding_unknown")),
        (xlsx([["姓名"]]), (422, "sheet_empty")),
        (b"\n".join([b"a"] * 20_002), (422, "sheet_too_many_rows")),
        (b"a" * (8 * 1024 * 1024 + 1), (422, "sheet_too_large")),
        (b"a" * (9 * 1024 * 1024), (413, "content_too_large")),
    ],
)
def test_a_file_that_is_no_roster_is_refused_whole(school: School, content: bytes, expected: tuple[int, str]) -> None:
    answer = school.upload(content)
    assert answer.status_code == expected[0]
    if expected[0] == 422:
        assert refused(answer) == expected


def test_only_the_own_class_before_it_opens(town: Town, school: School) -> None:
    content = xlsx(table(row(stranger())))
    uploaded = school.upload(content).get_json()["sheet"]
    other = _of_another_school(school)
    intruder = School(Door(town, other.region_id, school.door.class_id, other.institution_id, 7))
    assert refused(intruder.upload(content)) == (404, "not_found")
    for verb, path in (("get", ""), ("get", "/workbook"), ("get", "/faults")):
        assert refused(getattr(town, verb)(f"/api/v1/sheets/{uploaded}{path}", other.token())) == (404, "not_found")
    for path in ("mapping", "discard"):
        answer = other.post(f"/api/v1/sheets/{uploaded}/{path}", {"mapping": {"name": 0}} if path == "mapping" else {})
        assert refused(answer) == (404, "not_found")
    assert refused(other.post("/api/v1/sheets/nothing/" + other.hex, {})) == (422, "sheet_kind_unknown")
    started = a_door(town)
    started.complete()
    assert refused(School(started).upload(content)) == (409, "roster_too_late")


def test_a_suspended_institution_checks_nobody(town: Town) -> None:
    other = School(_of_another_school(a_school(town)))
    with town.app.app_context(), unit_of_work():
        suspend(
            institutions.get(other.door.region_id, other.door.institution_id),
            town.city.staff["bureau1"],
            town.clock.now(),
        )
    try:
        assert refused(other.upload(xlsx(table(row(stranger()))))) == (403, "institution_suspended")
    finally:
        with town.app.app_context(), unit_of_work():
            institutions.get(other.door.region_id, other.door.institution_id).suspended_at = None


def test_a_class_that_opens_while_its_roster_is_checked_turns_it_down(town: Town) -> None:
    door = a_door(town)
    school = School(door)
    before = school.expected().data
    sheet = school.upload(xlsx(table(*(row(stranger()) for _ in range(7))))).get_json()["sheet"]
    assert school.confirm(sheet).status_code == 200
    door.seat()
    door.teach([door.seated[0].redemption])
    school.work()
    told = school.show(sheet)["sheet"]
    assert (told["state"], told["refusal"]["code"]) == ("refused", "roster_too_late")
    assert '"expected": 7' not in school.expected().text
    assert before


def test_an_upload_is_made_once_however_often_it_is_sent(school: School) -> None:
    content, key, token = xlsx(table(row(stranger()))), new_key(), school.door.token()
    first, second = (school.upload(content, token, key) for _ in range(2))
    assert (first.status_code, first.data) == (201, second.data)
    assert second.headers["Idempotency-Hit"] == "true"
    assert refused(school.upload(content + b" ", token, key)) == (422, "idempotency_key_reused")


def test_an_unconfirmed_upload_makes_room_and_a_checked_one_does_not(school: School) -> None:
    content = xlsx(table(row(stranger())))
    first, second = (school.upload(content).get_json()["sheet"] for _ in range(2))
    assert school.show_code(first) == (410, "sheet_gone")
    assert school.confirm(second).status_code == 200
    assert refused(school.upload(content)) == (409, "sheet_in_progress")
    assert school.door.post(f"/api/v1/sheets/{second}/discard", {}).get_json()["state"] == "discarded"
    school.work()
    assert refused(school.door.post(f"/api/v1/sheets/{second}/discard", {})) == (409, "sheet_not_in_state")
    assert school.upload(content).status_code == 201


def test_of_two_uploads_at_once_one_stands(school: School) -> None:
    content = xlsx(table(row(stranger())))
    outcome = race([lambda: school.upload(content)] * 4)
    assert set(outcome.answers) <= {(201, None), (409, "sheet_in_progress")}
    assert outcome.answers[201, None] >= 1
    standing = [found for found in _sheets(school) if found.state == "uploaded"]
    assert len(standing) == 1


def test_two_workers_check_every_row_once(school: School) -> None:
    rows = [row(stranger(), 培训意愿="否") for _ in range(1200)]
    sheet = school.upload(xlsx(table(*rows))).get_json()["sheet"]
    assert school.confirm(sheet).status_code == 200
    with ThreadPoolExecutor(3) as workers:
        for done in [workers.submit(school.work) for _ in range(3)]:
            done.result()
    school.town.clock.advance(seconds=31)
    school.work()
    told = school.show(sheet)["sheet"]
    assert (told["state"], told["rows_checked"], told["rows_refused"]) == ("refused", 1200, 1200)
    assert len(school.workbook(sheet)) == 1201


def test_twenty_thousand_rows_are_each_checked_in_seconds(school: School) -> None:
    rows = [row(PEOPLE[at % 10_000], 序号=at) for at in range(MANY)]
    started = time.perf_counter()
    sheet = school.check(content=xlsx(table(*rows)))
    spent = time.perf_counter() - started
    assert (sheet["state"], sheet["rows_total"], sheet["rows_checked"]) == ("refused", MANY, MANY)
    assert sheet["rows_refused"] == MANY - 80
    answered = school.workbook(sheet["sheet"])
    assert len(answered) == MANY + 1
    assert "[row_twice]" in answered[10_001][-1]
    assert "第 2 行" in answered[10_001][-1]
    assert spent < 60


def test_one_school_does_not_try_out_the_whole_city(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "ROWS_A_DAY_MAX", 3)
    other = School(_of_another_school(school))
    assert school.upload(xlsx(table(*(row(stranger()) for _ in range(4))))).status_code == 429
    assert other.upload(xlsx(table(row(stranger())))).status_code == 201


def test_what_was_in_a_file_is_gone_after_a_week(school: School) -> None:
    sheet = school.check(row(stranger(), 培训意愿="否"))["sheet"]
    left = a_school(school.town).upload(xlsx(table(row(stranger())))).get_json()["sheet"]
    school.town.clock.advance(days=7)
    with school.town.app.app_context():
        assert sweep_once(school.town.clock.now())["forgotten"] >= 2
        assert "forgotten" not in sweep_once(school.town.clock.now())
        assert db.session.query(SheetPart).count() == 0
    assert school.show_code(sheet) == (410, "sheet_gone")
    assert left


def test_nothing_of_a_file_lies_in_clear(school: School) -> None:
    person = stranger()
    school.check(row(person, 培训意愿="否"))
    with school.town.app.app_context():
        held = b"".join(part.sealed + str(part.faults).encode() for part in db.session.query(SheetPart))
    for secret in (person.name, person.id_number):
        assert secret.encode() not in held


def test_the_next_roster_takes_the_place_of_the_last(school: School) -> None:
    for count in (1, 2):
        assert school.check(*(row(stranger()) for _ in range(count)))["state"] == "accepted"
    with school.town.app.app_context(), unit_of_work():
        found = db.session.query(Roster).filter_by(class_id=school.door.class_id).all()
        assert [roster.persons for roster in found if roster.superseded_at is None] == [2]
        assert len(found) > 1


def _of_another_school(school: School) -> Door:
    """The door of a class of another school that has not opened."""
    doors = (a_door(school.town, number) for number in range(len(school.town.city.classes)))
    with school.town.app.app_context():
        return next(
            door
            for door in doors
            if door.institution_id != school.door.institution_id
            and classes.get(door.region_id, door.class_id).state == "approved"
        )


def _sheets(school: School) -> Sequence[Any]:
    with school.town.app.app_context():
        return db.session.query(sheets.Sheet).filter_by(subject_id=school.door.class_id).all()


def test_a_clock_that_is_set_back_holds_nobody_up(school: School) -> None:
    sheet = school.upload(xlsx(table(row(stranger())))).get_json()["sheet"]
    assert school.confirm(sheet).status_code == 200
    with school.town.app.app_context(), unit_of_work():
        db.session.query(sheets.Sheet).filter_by(subject_id=school.door.class_id, state="checking").update(
            {"taken_until": school.town.clock.now() + timedelta(days=300)}
        )
    school.work()
    assert school.show(sheet)["sheet"]["state"] == "accepted"
