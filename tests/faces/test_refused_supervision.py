"""Refused forms of an institution's own supervision page: a recording, the survey, the month of repair."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.faces.browsing import PAGE
from tests.faces.staff import SchoolClass, first_class
from tests.faces.test_refused_forms import FAR_TOO_LONG, assert_comes_back, fill
from tests.faces.test_refused_tables import selected
from tests.journey import supervising
from tests.supervision.fake_platform import fake_platform
from voucher_service.supervision.adapters import HttpPlatform

if TYPE_CHECKING:
    from datetime import datetime

    from tests.journey.city import Town

DIGEST = "5e" * 32


@pytest.fixture
def school(town: Town) -> SchoolClass:
    return first_class(town).seat(2)


@pytest.fixture
def page(school: SchoolClass) -> str:
    return f"{school.page}/supervision"


def typed(moment: datetime) -> str:
    """A moment as a browser's field sends it, on the city's clock."""
    return (moment + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M")


def film(school: SchoolClass, **changes: str) -> dict[str, str]:
    """The form of a recording of the second session, with changes."""
    _, starts_at, ends_at = school.meetings[1]
    told = {"session_no": "2", "reference": "示例录像/二", "sha256": DIGEST}
    return {**told, "starts_at": typed(starts_at), "ends_at": typed(ends_at), **changes}


def test_a_recording_of_no_digest_no_place_and_no_time(school: SchoolClass, page: str) -> None:
    assert school.attend_all()
    clerk, action = school.staff("school1-clerk"), f"{school.page}/recordings"
    for wrong in (
        {"sha256": "5e5e"},
        {"sha256": "5g" * 32},
        {"reference": FAR_TOO_LONG[:201]},
        {"starts_at": "2026-13-01T08:00"},
        {"ends_at": "noon"},
    ):
        sent = film(school, **wrong)
        refused = fill(clerk, page, action, **sent)
        kept = [value for name, value in sent.items() if name != "session_no"]
        assert_comes_back(refused, 422, "invalid_input", *kept)
        assert selected(refused, "session_no") == "2"
    assert "还没有登记录像" in clerk.open(page).text


def test_a_recording_that_shows_another_time_or_was_handed_in_before(school: SchoolClass, page: str) -> None:
    assert school.attend_all()
    clerk, action = school.staff("school1-clerk"), f"{school.page}/recordings"
    elsewhere = film(school, starts_at="2020-01-01T08:00", ends_at="2020-01-01T09:00")
    refused = fill(clerk, page, action, **elsewhere)
    kept = [value for name, value in elsewhere.items() if name != "session_no"]
    assert_comes_back(refused, 422, "recording_outside_session", *kept)
    assert selected(refused, "session_no") == "2"
    assert fill(clerk, page, action, **film(school)).status_code == 303
    _, starts_at, ends_at = school.meetings[0]
    again = film(school, session_no="1", starts_at=typed(starts_at), ends_at=typed(ends_at))
    refused = fill(clerk, page, action, **again)
    assert_comes_back(refused, 409, "recording_used", DIGEST, "示例录像/二", again["starts_at"])
    assert clerk.open(page).text.count("<td>示例录像/二") == 1


def test_a_survey_that_hardly_anybody_answered_is_not_closed(school: SchoolClass, page: str) -> None:
    school.attend_all().close()
    clerk = school.staff("school1-clerk")
    refused = fill(clerk, page, f"{school.page}/survey/close")
    assert_comes_back(refused, 409, "survey_too_few_answers")
    assert "进行中" in refused.text


def test_a_repair_that_says_nothing_or_ends_too_soon(school: SchoolClass, page: str) -> None:
    school.attend_all().close()
    for worker in school.workers:
        assert supervising.answer(worker, 1).status_code == 201
    clerk = school.staff("school1-clerk")
    assert fill(clerk, page, f"{school.page}/survey/close").status_code == 303
    action, repaired = f"{school.page}/survey/next-round", "更换实操教师，补讲第二次课"
    for words in ("", FAR_TOO_LONG):
        assert_comes_back(fill(clerk, page, action, repaired_by=words), 422, "invalid_input", words)
    soon = fill(clerk, page, action, repaired_by=repaired)
    assert_comes_back(soon, 409, "repair_not_over", repaired)
    school.town.clock.advance(days=32)
    clerk = school.staff("school1-clerk")
    assert fill(clerk, page, action, repaired_by=repaired).status_code == 303
    assert "第 2 轮进行中" in clerk.open(page).text


def test_a_platform_that_does_not_answer(school: SchoolClass, page: str) -> None:
    clerk = school.staff("school1-clerk")
    with fake_platform() as platform:
        platform.status = 500
        school.town.app.extensions["online_platform"] = HttpPlatform(platform.url, "a-token")
        refused = clerk.http.post(f"{school.page}/online/reports", data=clerk.hidden(page), headers=PAGE)
    assert_comes_back(refused, 503, "platform_unavailable")
