"""The bureau's reports as pages, the rows behind their numbers, and how many queries each desk page costs."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from tests.faces.browsing import PAGE, Visitor
from tests.faces.staff import first_class
from tests.statements import counted
from voucher_service.classes.models import TrainingClass
from voucher_service.database import db, unit_of_work
from voucher_service.identifiers import to_hex

if TYPE_CHECKING:
    from tests.faces.staff import SchoolClass
    from tests.journey.city import Town

QUERIES_OF_A_PAGE = 14
QUERIES_MAX = {
    "{institution}/findings": 25,
    "{bureau}/findings": 25,
    "{institution}": 20,
    "{bureau}": 18,
    "{institution}/attendance/1": 15,
}
"""Judging a class asks most of the registers, a roster its meetings and sign-ins, who will be paid most of the stages:
numbers of their own, which do not grow with anything either."""
DESK_PAGES = {
    "/bureau/": "bureau1",
    "/bureau/?on=2026-03-01": "bureau1",
    "/bureau/rows?programme=1&stage=issued": "bureau1",
    "/bureau/rows?programme=1&state=redeemed": "bureau1",
    "/bureau/targets": "bureau1",
    "/bureau/classes": "industry1",
    "/bureau/certificates": "bureau-clerk",
    "/institution/": "school1-admin",
    "/institution/plan": "school1-admin",
    "{institution}": "school1-admin",
    "{institution}/findings": "school1-clerk",
    "{institution}/attendance/1": "school1-clerk",
    "{bureau}": "bureau1",
    "{bureau}/findings": "bureau1",
}

ROSTERS = ("{institution}", "{institution}/attendance/1")
"""Pages that show every trainee of a class by a masked name."""


@pytest.fixture
def reader(visitor: Visitor) -> Visitor:
    return visitor.log_in_as_staff("bureau1")


def queries(school: SchoolClass, path: str, login_name: str) -> int:
    town = school.town
    staff = Visitor(town).log_in_as_staff(login_name)
    address = path.format(institution=school.page, bureau=school.page.replace("/institution/", "/bureau/"))
    with counted(town) as sent:
        answer = staff.open(address)
    assert answer.status_code == 200, answer.text
    return len([statement for statement in sent if not statement.startswith(("PRAGMA", "SAVEPOINT"))])


def hand_in_every_other_class(school: SchoolClass) -> None:
    """Give the reviewers a queue."""
    others = update(TrainingClass).where(TrainingClass.class_id != school.class_id)
    with school.town.app.app_context(), unit_of_work():
        db.session.execute(others.values(state="submitted", submitted_at=school.town.clock.now()))


def assert_none_grows(town: Town, pages: dict[str, str]) -> None:
    """Ask for the pages beside one trainee and beside six, and with a queue; neither may cost a query more."""
    school = first_class(town).seat(1)
    few = {path: queries(school, path, reader) for path, reader in pages.items()}
    school.seat(5)
    hand_in_every_other_class(school)
    many = {path: queries(school, path, reader) for path, reader in pages.items()}
    assert {path: (few[path], count) for path, count in many.items() if count > few[path]} == {}
    assert {path: count for path, count in many.items() if count > QUERIES_MAX.get(path, QUERIES_OF_A_PAGE)} == {}


def test_no_desk_page_asks_more_for_more_rows(town: Town) -> None:
    assert_none_grows(town, {path: reader for path, reader in DESK_PAGES.items() if path not in ROSTERS})


def test_no_roster_asks_more_for_more_trainees(town: Town) -> None:
    assert_none_grows(town, {path: DESK_PAGES[path] for path in ROSTERS})


def test_the_dashboard_shows_pace_and_every_number_leads_to_its_rows(town: Town, reader: Visitor) -> None:
    first_class(town).seat(2)
    page = reader.open("/bureau/").text
    for shown in ("2 / 20,000", "直线进度", "逐月进度", "券停在哪里", "有效使用＝已取证", "最大余数法", "<svg"):
        assert shown in page
    links = {unescape(link) for link in re.findall(r'href="(/bureau/rows[^"]*)"', page)}
    assert "/bureau/rows?stage=issued&programme=1" in links
    for link in links:
        rows = reader.open(link)
        assert rows.status_code == 200, link
        assert len(re.findall(r"<code>[0-9a-f]{16}</code>", rows.text)) == 2, link


def test_a_past_day_is_shown_as_it_was(town: Town, reader: Visitor) -> None:
    first_class(town).seat(1)
    page = reader.open("/bureau/?on=2026-03-01").text
    assert "截至 2026-03-01 日终" in page
    assert "0 / 20,000" in page


@pytest.mark.parametrize(
    "path",
    [
        "/bureau/?on=yesterday",
        "/bureau/?on=1999-01-01",
        "/bureau/rows?programme=1&stage=claimed",
        "/bureau/rows?programme=1",
        "/bureau/rows?programme=1&stage=issued&region=x",
        "/bureau/rows?programme=1&stage=issued&month=%EF%BC%91",
        "/bureau/rows?programme=1&stage=issued&after=x",
    ],
)
def test_a_report_that_cannot_be_is_refused(reader: Visitor, path: str) -> None:
    refused = reader.open(path)
    assert (refused.status_code, "invalid_input" in refused.text) == (422, True)


def test_rows_of_no_programme_are_absent(reader: Visitor) -> None:
    assert reader.open("/bureau/rows?programme=77&stage=issued").status_code == 404


def test_rows_come_page_by_page(town: Town, reader: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    school = first_class(town).seat(3)
    monkeypatch.setattr("voucher_service.reports.rows.rows_behind.__defaults__", (None, 2))
    first = reader.open("/bureau/rows?programme=1&stage=issued").text
    following = re.search(r'href="(\?[^"]*after=[^"]*)"', first)
    assert following
    second = reader.open("/bureau/rows" + unescape(following[1])).text
    shown = [re.findall(r"<code>([0-9a-f]{16})</code>", text) for text in (first, second)]
    assert [len(ids) for ids in shown] == [2, 1]
    assert {number for ids in shown for number in ids} == {worker.voucher for worker in school.workers}


def test_the_plans_tables_stand_side_by_side_uncorrected(reader: Visitor) -> None:
    page = reader.open("/bureau/targets").text
    for shown in (
        "12,859",
        "45,020",
        "18,050",
        "! 差 +20",
        "! 差 +50",
        "社会管理学院",
        "9,330",
        "9,600",
        "单列",
        "1,240",
    ):
        assert shown in page


@pytest.mark.parametrize("path", ["/bureau/", "/bureau/rows?programme=1&stage=issued", "/bureau/targets"])
def test_reports_are_not_for_institutions(town: Town, path: str) -> None:
    assert Visitor(town).log_in_as_staff("school1-admin").open(path).status_code == 403


def test_a_forged_opinion_is_refused(town: Town, reader: Visitor) -> None:
    address = f"/bureau/classes/{to_hex(first_class(town).class_id)}/opinion"
    assert reader.http.post(address, data={"verdict": "approve"}, headers=PAGE).status_code == 400
