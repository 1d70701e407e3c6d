"""Refused forms of rosters, other tables and offers: the page comes back with the reason, and nothing is lost."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.faces.browsing import PAGE, Visitor, hidden_in
from tests.faces.staff import SchoolClass, first_class
from tests.faces.test_refused_forms import assert_comes_back, fill
from tests.faces.test_rosters import MAPPING, check, upload, work
from tests.journey.city import PEOPLE
from tests.rosters.school import row, stranger, table
from tests.sheets.tables import xlsx

if TYPE_CHECKING:
    from tests.journey.city import Town


@pytest.fixture
def school(town: Town) -> SchoolClass:
    return first_class(town)


def test_a_roster_without_a_file(school: SchoolClass) -> None:
    clerk, page = school.staff("school1-clerk"), f"{school.page}/roster"
    for nothing in ({}, {"file": (io.BytesIO(b""), "")}):
        unchosen = fill(clerk, page, page, **nothing)
        assert_comes_back(unchosen, 422, "invalid_input")
        assert 'enctype="multipart/form-data"' in unchosen.text
    assert "最近上传" not in clerk.open(page).text


def test_a_roster_that_is_no_table(school: SchoolClass) -> None:
    check(school, school.staff("school1-clerk"), row(stranger()))
    clerk = school.staff("school1-clerk")
    foreign = upload(school, clerk, b"%PDF-1.7")
    assert_comes_back(foreign, 422, "sheet_foreign")
    assert "应到 1 人" in foreign.text, "the roster that stands is still shown"
    assert foreign.text.count("✓ 已生效") == clerk.open(f"{school.page}/roster").text.count("✓ 已生效") > 0


def test_a_table_of_certificates_that_is_empty(school: SchoolClass) -> None:
    clerk, page = school.staff("school1-clerk"), f"{school.page}/tables/certificates"
    empty = fill(clerk, page, page, file=(io.BytesIO(b""), "证书.csv"))
    assert_comes_back(empty, 422, "sheet_empty")


def test_columns_that_are_chosen_badly_stay_as_they_were_chosen(school: SchoolClass) -> None:
    clerk = school.staff("school1-clerk")
    page = str(upload(school, clerk, xlsx(table(row(stranger())))).location)
    unnamed = fill(clerk, page, page, **{**MAPPING, "category": "", "wants_work": "7"})
    assert_comes_back(unnamed, 422, "column_missing")
    assert selected(unnamed, "wants_work") == "7"
    assert selected(unnamed, "category") == ""
    assert selected(unnamed, "name") == MAPPING["name"]
    outside = fill(clerk, page, page, **{**MAPPING, "able_to_attend": "99"})
    assert_comes_back(outside, 422, "column_impossible")
    letters = fill(clerk, page, page, **{**MAPPING, "able_to_attend": "x"})
    assert_comes_back(letters, 422, "invalid_input")
    assert selected(letters, "wants_work") == MAPPING["wants_work"]
    assert "确认各列" in clerk.open(page).text, "the upload waits for its columns still"


def test_an_upload_that_is_dropped_after_it_was_checked(school: SchoolClass) -> None:
    clerk = school.staff("school1-clerk")
    page = str(upload(school, clerk, xlsx(table(row(stranger())))).location)
    hidden = hidden_in(clerk.open(page).text)
    assert fill(clerk, page, page, **MAPPING).status_code == 303
    work(school.town)
    late = clerk.http.post(f"{page}/discard", data=hidden, headers=PAGE)
    assert_refused(late, 409, "sheet_not_in_state")
    assert "1 行全部通过，已生效" in late.text
    assert "应到 1 人" in clerk.open(f"{school.page}/roster").text


def test_vouchers_asked_for_twice(school: SchoolClass) -> None:
    admin = school.staff("school1-admin")
    check(school, admin, row(PEOPLE[0]))
    page = f"{school.page}/roster"
    hidden = hidden_in(admin.open(page).text)
    assert admin.http.post(f"{page}/offer", data=hidden, headers=PAGE).status_code == 303
    again = admin.http.post(f"{page}/offer", data=hidden, headers=PAGE)
    assert_refused(again, 409, "offer_open")
    assert "等人社部门初审" in again.text


def test_an_offer_decided_without_a_word_twice_by_one_person_and_after_all_is_said(school: SchoolClass) -> None:
    Visitor(school.town).log_in(PEOPLE[0], school.region_id)
    admin = school.staff("school1-admin")
    check(school, admin, row(PEOPLE[0]))
    page = f"{school.page}/roster"
    assert admin.http.post(f"{page}/offer", data=hidden_in(admin.open(page).text), headers=PAGE).status_code == 303
    first, second = school.staff("bureau1"), school.staff("bureau2")
    (action,) = re.findall(r'action="(/bureau/offers/[0-9a-f]{16})"', first.open("/bureau/offers").text)
    for unsaid in ({}, {"approved": "perhaps"}):
        assert_comes_back(fill(first, "/bureau/offers", action, **unsaid), 422, "invalid_input")
    assert fill(first, "/bureau/offers", action, approved="yes").status_code == 303
    twice = fill(first, "/bureau/offers", action, approved="yes")
    assert_comes_back(twice, 409, "offer_by_one_person")
    hidden = hidden_in(second.open("/bureau/offers").text)
    assert second.http.post(action, data={**hidden, "approved": "yes"}, headers=PAGE).status_code == 303
    late = second.http.post(action, data={**hidden, "approved": "no"}, headers=PAGE)
    assert_refused(late, 409, "offer_decided")
    assert "没有等待审核的定向发券" in late.text


def assert_refused(answer: Any, status: int, code: str) -> None:
    """The page that the form was on says why, though what was asked about has no form any more."""
    assert answer.status_code == status, answer.text
    assert 'class="refusal" role="alert"' in answer.text
    assert f"<code>{code}</code>" in answer.text
    assert 'href="/problems' not in answer.text.split("<main")[1], "it is the page, not that of a problem"


def selected(answer: Any, name: str) -> str:
    """The choice that a list shows; nothing chosen shows its first line, which is empty."""
    choices = answer.text.split(f'<select id="{name}"')[1].split("</select>")[0]
    found = re.findall(r'<option value="([^"]*)" selected>', choices)
    return str(found[0]) if found else ""
