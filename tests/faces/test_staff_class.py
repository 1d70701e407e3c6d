"""The life of a class through the pages: attendance, close, certificates, verification, and what is refused."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.faces.browsing import PAGE, Visitor
from tests.faces.staff import SchoolClass, first_class
from tests.journey.city import PEOPLE

if TYPE_CHECKING:
    from tests.journey.city import Town

IMPOSSIBLE: tuple[tuple[dict[str, str], str], ...] = (
    ({"issued_on": "2026-02-30"}, "invalid_input"),
    ({"number": ""}, "invalid_input"),
    ({"number": "-"}, "certificate_number_empty"),
    ({"examined_on": "2026-03-02", "issued_on": "2026-03-03"}, "certificate_older_than_training"),
    ({"issued_on": "2099-01-01"}, "certificate_in_future"),
)


@pytest.fixture
def school(town: Town) -> SchoolClass:
    return first_class(town).seat(2)


@pytest.fixture
def closed(school: SchoolClass) -> SchoolClass:
    school.attend_all()
    assert school.close().status_code == 303
    return school.supervise()


@pytest.fixture
def examined(closed: SchoolClass) -> SchoolClass:
    return closed.examine()


def test_a_class_is_shown_by_the_name_of_its_occupation_and_never_by_a_trainees_name(school: SchoolClass) -> None:
    for path in ("/institution/", school.page):
        page = school.staff("school1-clerk").open(path).text
        assert "焊工 · 初级工" in page
        assert PEOPLE[0].name not in page
        assert PEOPLE[0].id_number not in page
    assert "2 / 80" in page


def test_each_rule_says_its_outcome_in_a_word_with_clause_and_figures(school: SchoolClass) -> None:
    clerk = school.staff("school1-clerk")
    assert f"{school.page}/findings" in clerk.open(school.page).text
    page = clerk.open(f"{school.page}/findings").text
    assert "✓ 通过" in page
    assert "二(三)1 · R17a" in page
    assert "学员80人" in page


def test_attendance_is_recorded_once_for_each_session(school: SchoolClass) -> None:
    first = school.redemptions[:1]
    assert school.attend(1, first).location == f"{school.page}/attendance/1"
    assert school.attend(1, first).status_code == 303
    page = school.staff("school1-clerk").open(f"{school.page}/attendance/1").text
    assert "已签到或登记 1 / 2 人" in page
    assert "上课" in school.staff("school1-clerk").open(school.page).text


def test_a_session_that_has_not_begun_takes_no_attendance(school: SchoolClass) -> None:
    clerk = school.staff("school1-clerk")
    address = f"{school.page}/attendance/1"
    data = {**clerk.hidden(address), "present": school.redemptions}
    refused = clerk.http.post(address, data=data, headers=PAGE)
    assert (refused.status_code, "session_unknown" in refused.text) == (422, True)
    assert "还没有到上课时间" in clerk.open(school.page).text


@pytest.mark.parametrize(("stranger", "status"), [("0" * 15 + "1", 422), ("nobody", 404)])
def test_somebody_who_is_not_in_the_class_is_not_recorded(school: SchoolClass, stranger: str, status: int) -> None:
    refused = school.attend(1, [school.redemptions[0], stranger])
    assert refused.status_code == status
    assert "已签到或登记 0 / 2 人" in school.staff("school1-clerk").open(f"{school.page}/attendance/1").text


def test_a_session_that_there_is_not_is_absent(school: SchoolClass) -> None:
    assert school.staff("school1-clerk").open(f"{school.page}/attendance/99").status_code == 404


def test_a_class_closes_after_its_last_session_and_says_before_who_completes(school: SchoolClass) -> None:
    school.attend_all(school.redemptions[:1])
    too_early = school.staff("school1-clerk")
    refused = too_early.http.post(f"{school.page}/close", data=too_early.hidden(school.page), headers=PAGE)
    assert (refused.status_code, "class_not_over" in refused.text) == (409, True)
    school.town.clock.moment = school.meetings[-1][2] + timedelta(days=60)
    assert "1 人结业，1 人到课不足" in school.staff("school1-clerk").open(school.page).text
    assert school.close().status_code == 303
    page = school.staff("school1-clerk").open(school.page).text
    assert "录入证书" in page
    assert "✕ 办不成了" in page
    assert school.close().status_code == 409


def test_an_exam_is_filed_and_its_results_are_entered_through_the_page(closed: SchoolClass) -> None:
    too_soon = closed.file_exam(2)
    assert (too_soon.status_code, "exam_filed_too_late" in too_soon.text) == (409, True)
    last_day = closed.ends_on.isoformat()
    missing = closed.certificate(examined_on=last_day, issued_on=last_day)
    assert (missing.status_code, "exam_not_filed" in missing.text) == (409, True)
    assert closed.file_exam().location == f"{closed.page}/exam"
    clerk = closed.staff("school1-clerk")
    withdrawal = clerk.hidden(f"{closed.page}/exam")
    assert clerk.http.post(f"{closed.page}/exam/withdrawal", data=withdrawal, headers=PAGE).status_code == 303
    assert closed.file_exam().status_code == 303
    assert "考核次日起登记成绩" in clerk.open(f"{closed.page}/exam").text
    closed.town.clock.advance(days=4)
    unknown = closed.enter_results({0: "won"})
    assert (unknown.status_code, "invalid_input" in unknown.text) == (422, True)
    assert closed.enter_results({0: "passed", 1: "failed"}).status_code == 303
    silent = closed.enter_results({1: "passed"})
    assert (silent.status_code, "result_reason_missing" in silent.text) == (422, True)
    assert closed.enter_results({0: "passed", 1: "passed"}, "登记时看错行").status_code == 303
    page = closed.staff("school1-clerk").open(f"{closed.page}/exam").text
    assert "2 / 2 人有成绩" in page
    assert PEOPLE[0].name not in page
    assert "考核成绩" in closed.staff("school1-clerk").open(closed.page).text


def test_an_exam_that_nobody_filed_has_no_results_to_enter(closed: SchoolClass) -> None:
    assert closed.enter_results({0: "passed"}).status_code == 404
    other = closed.staff("school2-clerk")
    assert other.open(f"{closed.page}/exam").status_code == 404


def test_a_certificate_is_entered_verified_and_counted(examined: SchoolClass) -> None:
    named = examined.staff("school1-clerk").open(examined.page).text.count("焊工 · 初级工")
    entered = examined.certificate()
    assert (entered.status_code, entered.location) == (303, examined.page)
    shown = examined.staff("school1-clerk").open(examined.page).text
    assert '等人社部门核验<br><span class="small">焊工 · 初级工</span>' in shown
    assert shown.count("焊工 · 初级工") == named + 1
    waiting = examined.staff("bureau-clerk").open("/bureau/certificates").text
    assert "DEMO0000" in waiting
    assert "焊工 · 初级工" in waiting
    assert examined.decide("bureau-clerk", "yes").status_code == 303
    page = examined.staff("school1-clerk").open(examined.page).text
    assert "✓ 已核验" in page
    assert "没有等待核验" in examined.staff("bureau-clerk").open("/bureau/certificates").text


def test_a_certificate_that_is_not_genuine_can_be_followed_by_another(examined: SchoolClass) -> None:
    assert examined.certificate().status_code == 303
    assert examined.decide("bureau-clerk", "no").status_code == 303
    page = examined.staff("school1-clerk").open(examined.page).text
    assert "✗ 不属实" in page
    assert examined.certificate(0, number="DEMO-9").status_code == 303


def test_a_certificate_that_cannot_be_comes_back_with_the_reason(examined: SchoolClass) -> None:
    for change, code in IMPOSSIBLE:
        refused = examined.certificate(**change)
        assert 400 <= refused.status_code < 500, change
        assert code in refused.text, change
        assert "录入证书" in refused.text
    assert "没有等待核验" in examined.staff("bureau-clerk").open("/bureau/certificates").text


def test_one_certificate_number_serves_one_voucher(examined: SchoolClass) -> None:
    assert examined.certificate().status_code == 303
    refused = examined.certificate(1, number="DEMO-0000")
    assert (refused.status_code, "certificate_number_used" in refused.text) == (409, True)


def test_only_the_bureaus_clerk_verifies_and_a_reviewer_reads_along(examined: SchoolClass) -> None:
    assert examined.certificate().status_code == 303
    reviewer = examined.staff("bureau1")
    assert "属实，定额" not in reviewer.open("/bureau/certificates").text
    assert examined.staff("school1-clerk").open("/bureau/certificates").status_code == 403
    address = "/bureau/certificates/" + "0" * 15 + "1"
    data = {**reviewer.hidden("/bureau/"), "genuine": "yes"}
    assert reviewer.http.post(address, data=data, headers=PAGE).status_code in {400, 403}


def test_another_schools_class_and_trainees_are_absent(town: Town, school: SchoolClass) -> None:
    other = Visitor(town).log_in_as_staff("school2-clerk")
    assert other.open(school.page).status_code == 404
    assert other.open(f"{school.page}/attendance/1").status_code == 404
    assert other.open(f"/institution/certificates/{school.region_id}/{school.redemptions[0]}").status_code == 404


def test_the_register_of_certificates_is_asked_from_the_page(examined: SchoolClass) -> None:
    assert examined.certificate().status_code == 303
    bureau = examined.staff("bureau1")
    page = bureau.open("/bureau/certificates").text
    assert "还没有查" in page
    address = re.search(r'action="(/bureau/certificates/[0-9a-f]{16}/registry)"', page)
    assert address
    asked = bureau.http.post(address[1], data=bureau.hidden("/bureau/certificates"), headers=PAGE)
    assert (asked.status_code, asked.location) == (303, "/bureau/certificates")
    assert "✓ 一致" in bureau.open("/bureau/certificates").text
