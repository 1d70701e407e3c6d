"""A form that is refused comes back: the sentence and its code above it, what was filled in, and the right status."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from tests.faces.browsing import PAGE, Visitor, hidden_in
from tests.faces.staff import SchoolClass, first_class
from tests.faces.test_staff import plan
from tests.journey.city import PEOPLE
from voucher_service.identifiers import to_hex

if TYPE_CHECKING:
    from tests.journey.city import Town

FAR_TOO_LONG = "长" * 501
ENTRY = re.compile(r"<(?:input|textarea)\b[^>]*>")


@pytest.fixture
def school(town: Town) -> SchoolClass:
    return first_class(town).seat(1)


def fill(visitor: Visitor, page: str, action: str, **fields: Any) -> Any:
    """Send the form of a page that leads to `action`, with its hidden fields."""
    shown = visitor.open(page)
    assert shown.status_code == 200, page
    (form,) = [form for form in shown.text.split("<form")[1:] if f'action="{action}"' in form]
    return visitor.http.post(action, data={**hidden_in(f"<form{form.split('</form>')[0]}"), **fields}, headers=PAGE)


def assert_comes_back(answer: Any, status: int, code: str, *kept: str) -> None:
    """It is the page with its form again, and says in words what was wrong."""
    assert answer.status_code == status, answer.text
    assert 'class="refusal" role="alert"' in answer.text
    assert f"<code>{code}</code>" in answer.text
    assert "<form" in answer.text.split("<main")[1]
    page = unescape(answer.text)
    for words in kept:
        filled = f'value="{words}"' in page or f">{words}</textarea>" in page
        assert filled or f'value="{words}" checked' in page or f'value="{words}" selected' in page, words


def chosen(answer: Any, name: str) -> list[str]:
    """The values of the boxes and buttons of that name that are checked."""
    return [
        value[1]
        for entry in ENTRY.findall(answer.text)
        if f'name="{name}"' in entry and " checked" in entry and (value := re.search(r'value="([^"]*)"', entry))
    ]


def test_an_opinion_that_is_out_of_turn(town: Town, visitor: Visitor) -> None:
    admin = visitor.log_in_as_staff("school1-admin")
    planned = admin.send("/institution/plan", **plan(town)).location
    admin.http.post(f"{planned}/submit", data=admin.hidden(planned), headers=PAGE)
    page = planned.replace("/institution/", "/bureau/")
    first = Visitor(town).log_in_as_staff("industry1")
    undecided = fill(first, page, f"{page}/opinion", verdict="", note="符合需要")
    assert_comes_back(undecided, 422, "invalid_input", "符合需要")
    too_long = fill(first, page, f"{page}/opinion", verdict="refuse", note=FAR_TOO_LONG)
    assert_comes_back(too_long, 422, "invalid_input", FAR_TOO_LONG)
    assert chosen(too_long, "verdict") == ["refuse"]
    assert fill(first, page, f"{page}/opinion", verdict="approve", note="").status_code == 303
    twice = fill(first, page, f"{page}/opinion", verdict="approve", note="再签一次")
    assert_comes_back(twice, 409, "second_reviewer_is_first", "再签一次")


def test_a_ruling_without_a_reason(school: SchoolClass) -> None:
    assert school.attend(1, school.redemptions).status_code == 303
    page = f"/bureau/classes/{to_hex(school.class_id)}"
    bureau = school.staff("bureau1")
    unsaid = fill(bureau, page, f"{page}/rulings", kind="suspend", reason="", note="现场没有人")
    assert_comes_back(unsaid, 422, "invalid_input", "现场没有人", "suspend")
    unknown = fill(bureau, page, f"{page}/rulings", kind="suspend", reason="bad_weather", note="下雨")
    assert_comes_back(unknown, 422, "ruling_reason_unknown", "下雨")


def test_a_hold_on_no_voucher_and_an_opinion_without_words(school: SchoolClass) -> None:
    bureau = school.staff("bureau1")
    fields = {"region_id": str(school.region_id), "reason": "identity_misused", "note": "接到举报"}
    nowhere = fill(bureau, "/bureau/holds", "/bureau/holds", voucher="0" * 15 + "1", **fields)
    assert_comes_back(nowhere, 404, "not_found", "0" * 15 + "1", "接到举报")
    assert f'<option value="{school.region_id}" selected>' in nowhere.text
    assert '<option value="identity_misused" selected>' in nowhere.text
    held = fill(bureau, "/bureau/holds", "/bureau/holds", voucher=school.workers[0].voucher, **fields)
    assert held.status_code == 303
    (address,) = re.findall(r'action="(/bureau/holds/\d{6}/[0-9a-f]{16})"', bureau.open("/bureau/holds").text)
    wordless = fill(bureau, "/bureau/holds", address, verdict="lift", reason="")
    assert_comes_back(wordless, 422, "invalid_input")
    assert chosen(wordless, "verdict") == ["lift"]
    undecided = fill(bureau, "/bureau/holds", address, verdict="", reason="查过")
    assert_comes_back(undecided, 422, "invalid_input", "查过")
    assert 'id="note" name="note" maxlength="200" value=""' in undecided.text, "the other form stays empty"


def test_a_sign_in_decided_without_a_reason_or_a_verdict(school: SchoolClass) -> None:
    school.town.clock.moment = school.meetings[0][1] - timedelta(hours=1)
    clerk, screen = school.staff("school1-clerk"), f"{school.page}/roll-call/1"
    assert clerk.send(screen).status_code == 303
    digits = re.search(r'digits-large">(\d{4} \d{4})<', clerk.open(screen).text)
    assert digits
    Visitor(school.town).log_in(PEOPLE[0], school.region_id).send("/sign-in", digits=digits[1])
    bureau = school.staff("bureau1")
    (page,) = re.findall(r'href="(/bureau/sign-ins/[0-9a-f]{16})"', bureau.open("/bureau/sign-ins").text)
    undecided = fill(bureau, page, page, verdict="perhaps", reason="看过录像")
    assert_comes_back(undecided, 422, "invalid_input", "看过录像")
    too_long = fill(bureau, page, page, verdict="reject", reason="长" * 201)
    assert_comes_back(too_long, 422, "invalid_input", "长" * 201)


def test_attendance_of_somebody_who_has_no_seat_and_of_no_time(school: SchoolClass) -> None:
    school.town.clock.moment = school.meetings[0][1] + timedelta(minutes=5)
    clerk, page = school.staff("school1-clerk"), f"{school.page}/attendance/1"
    present = [school.redemptions[0], "0" * 15 + "1"]
    stranger = fill(clerk, page, page, present=present, late_minutes="7")
    assert_comes_back(stranger, 422, "not_of_this_class", "7")
    assert chosen(stranger, "present") == [school.redemptions[0]]
    never = fill(clerk, page, page, present=present[:1], late_minutes="some")
    assert_comes_back(never, 422, "invalid_input", "some")
    assert chosen(never, "present") == [school.redemptions[0]]
    assert "已签到或登记 0 / 1 人" in clerk.open(page).text


def test_attendance_before_the_session_begins(school: SchoolClass) -> None:
    clerk, page = school.staff("school1-clerk"), f"{school.page}/attendance/2"
    early = fill(clerk, page, page, present=school.redemptions, late_minutes="0")
    assert_comes_back(early, 422, "session_unknown")
    assert chosen(early, "present") == school.redemptions


def test_a_make_up_that_ends_before_it_begins_and_its_recording_without_a_name(school: SchoolClass) -> None:
    assert school.attend(1, school.redemptions).status_code == 303
    clerk, page = school.staff("school1-clerk"), f"{school.page}/sign-ins"
    action = f"{school.page}/make-ups"
    start = school.meetings[0][2] + timedelta(days=1)
    wrong = {"makes_up": "1", "starts_at": start.strftime("%Y-%m-%dT%H:%M"), "ends_at": "2026-03-01T08:00"}
    refused = fill(clerk, page, action, **wrong, recording="录-1")
    assert_comes_back(refused, 422, "make_up_impossible", "录-1")
    assert "<details open>" in refused.text
    assert f'value="{wrong["starts_at"]}"' in refused.text
    length = school.meetings[0][2] - school.meetings[0][1]
    right = {"makes_up": "1", "starts_at": _local(start), "ends_at": _local(start + length), "recording": ""}
    assert fill(clerk, page, action, **right).status_code == 303
    (address,) = re.findall(r'action="([^"]*/recording)"', clerk.open(page).text)
    nameless = fill(clerk, page, address, recording="长" * 121)
    assert_comes_back(nameless, 422, "invalid_input", "长" * 121)
    assert "<details open>" not in nameless.text


def _local(moment: Any) -> str:
    return str((moment + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M"))


def test_an_exam_too_soon_and_results_without_a_reason(school: SchoolClass) -> None:
    school.attend_all().close()
    school.supervise()
    clerk, page = school.staff("school1-clerk"), f"{school.page}/exam"
    soon = (school.town.clock.now() + timedelta(days=1)).date().isoformat()
    early = fill(clerk, page, page, held_on=soon, place="示例考场")
    assert_comes_back(early, 409, "exam_filed_too_late", soon, "示例考场")
    assert school.examine()
    outcome = f"outcome-{school.redemptions[0]}"
    clerk = school.staff("school1-clerk")
    wordless = fill(clerk, page, f"{page}/results", **{outcome: "failed", f"reason-{school.redemptions[0]}": ""})
    assert_comes_back(wordless, 422, "result_reason_missing")
    assert '<option value="failed" selected>' in wordless.text
    too_long = {outcome: "failed", f"reason-{school.redemptions[0]}": "长" * 201}
    assert_comes_back(fill(clerk, page, f"{page}/results", **too_long), 422, "invalid_input", "长" * 201)


def test_a_certificate_is_not_verified_by_a_click_that_says_nothing_or_by_who_entered_it(
    school: SchoolClass,
) -> None:
    school.attend_all().close()
    school.supervise().examine()
    assert school.certificate().status_code == 303
    unsaid = school.decide("bureau-clerk", "perhaps")
    assert_comes_back(unsaid, 422, "invalid_input")
    assert "等待核验的证书" in unsaid.text
    assert school.decide("bureau-clerk", "yes").status_code == 303


def test_an_answer_to_an_objection_that_says_too_little(school: SchoolClass) -> None:
    worker = Visitor(school.town).log_in(PEOPLE[0], school.region_id)
    for words in ("第一次课我在场，没有记录", "第二次课我也在场，没有记录"):
        assert worker.send("/objections/new", about="attendance", words=words).status_code == 303
    bureau = school.staff("bureau1")
    page = bureau.open("/bureau/objections").text
    actions = re.findall(r'action="(/bureau/objections/\d{6}/[0-9a-f]{16})"', page)
    assert len(actions) == 2
    short = fill(bureau, "/bureau/objections", actions[1], words="好")
    assert_comes_back(short, 422, "words_unfit")
    assert short.text.count(">好</textarea>") == 1, "only the form that was sent is filled"


def test_a_judgement_of_a_recording_that_counts_nobody(school: SchoolClass) -> None:
    school.attend_all().close()
    school.supervise()
    bureau, page = school.staff("bureau1"), f"/bureau/classes/{to_hex(school.class_id)}/supervision"
    action = re.findall(r'action="([^"]*/recordings/[0-9a-f]{16})"', bureau.open(page).text)[1]
    seen = {"shows_everyone": "no", "effective": "yes", "present": "many", "note": "只照到讲台"}
    refused = fill(bureau, page, action, **seen)
    assert_comes_back(refused, 422, "invalid_input", "many", "只照到讲台")
    assert chosen(refused, "shows_everyone") == ["no"]
    assert chosen(refused, "effective") == ["yes"]
    assert refused.text.count("<details open>") == 1
