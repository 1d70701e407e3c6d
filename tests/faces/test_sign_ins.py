"""Signing in through pages, without a script: the screen, the phone, the bureau that looks into doubts, make-ups."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.faces.browsing import PAGE, Visitor
from tests.faces.staff import SchoolClass, first_class
from tests.faces.test_refused_forms import assert_comes_back
from tests.journey.city import PEOPLE

if TYPE_CHECKING:
    from tests.journey.city import Town


@pytest.fixture
def school(town: Town) -> SchoolClass:
    found = first_class(town).seat(1)
    town.clock.moment = found.meetings[0][1] + timedelta(minutes=5)
    return found


def screen(school: SchoolClass, session_no: int = 1) -> str:
    """Open the roll call and return the page that the room's screen shows."""
    clerk, address = school.staff("school1-clerk"), f"{school.page}/roll-call/{session_no}"
    if "打开签到码" in clerk.open(address).text:
        assert clerk.send(address).status_code == 303
    return str(clerk.open(address).text)


def phone(school: SchoolClass) -> Visitor:
    return Visitor(school.town).log_in(PEOPLE[0], school.region_id)


def digits_on(page: str) -> str:
    found = re.search(r'digits-large">(\d{4} \d{4})<', page)
    assert found
    return found[1]


def test_the_screen_renews_itself_without_a_script(school: SchoolClass) -> None:
    page = screen(school)
    refresh = re.search(r'http-equiv="refresh" content="(\d+)"', page)
    assert refresh
    assert 1 <= int(refresh[1]) <= 31
    assert "<svg" in page
    school.town.clock.advance(seconds=int(refresh[1]))
    assert digits_on(screen(school)) != digits_on(page)


def test_a_worker_types_what_the_screen_shows_and_reads_it_back(school: SchoolClass) -> None:
    worker, digits = phone(school), digits_on(screen(school))
    sent = worker.send("/sign-in", digits=digits)
    assert sent.status_code == 200, sent.text
    assert "✓ 签到成功" in sent.text
    assert "✓ 已签到" in worker.open("/training").text
    assert "1</strong> / 1 人" in screen(school)
    again = worker.send("/sign-in", digits=digits)
    assert "您已经签到过了" in again.text


def test_the_link_asks_and_only_the_form_signs_in(school: SchoolClass) -> None:
    screen(school)
    base = f"/api/v1/roll-calls/{school.page.rsplit('/', 1)[1]}"
    code = school.town.get(f"{base}/sessions/1/code", school.town.staff_token("school1-clerk")).get_json()["code"]
    stranger = Visitor(school.town)
    assert stranger.open(f"/sign-in/{code}").location == f"/login?next=/sign-in/{code}"
    worker = phone(school)
    address = f"/sign-in/{code}"
    fields = worker.hidden(address)
    assert fields["code"] == code
    assert "✕ 没有签到" not in worker.open("/training").text
    first, second = (worker.http.post("/sign-in", data=fields, headers=PAGE) for _ in range(2))
    assert "✓ 签到成功" in first.text
    assert second.text.count("✓ 签到成功") == 1, "a form that is sent twice is one sign-in"


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"digits": "00000000"}, 422, "no_class_to_sign_into"),
        ({"digits": "1234"}, 422, "invalid_input"),
        ({"digits": ""}, 422, "code_or_digits"),
        ({"proof": "zz"}, 422, "invalid_input"),
        ({"digits": "00000000", "proof": "0" * 64}, 422, "sign_in_nonce_invalid"),
        ({"nonce": "1"}, 400, "idempotency_key_missing"),
        ({"csrf_token": "x"}, 400, "bad_request"),
    ],
)
def test_what_signs_nobody_in_says_why(school: SchoolClass, fields: dict[str, str], status: int, code: str) -> None:
    screen(school)
    sent = phone(school).send("/sign-in", **fields)
    assert sent.status_code == status
    assert code in sent.text


def test_the_bureau_reads_why_a_sign_in_waits_and_decides_it(school: SchoolClass) -> None:
    school.town.clock.moment = school.meetings[0][1] - timedelta(hours=1)
    sent = phone(school).send("/sign-in", digits=digits_on(screen(school)))
    assert "签到已记录，等核实" in sent.text
    assert "不在签到时间" in sent.text
    bureau = school.staff("bureau1")
    listed = bureau.open("/bureau/sign-ins").text
    (address,) = re.findall(r'href="(/bureau/sign-ins/[0-9a-f]{16})"', listed)
    assert "不在签到时间" in listed
    assert PEOPLE[0].name not in bureau.open(address).text
    assert bureau.send(address, verdict="confirm", reason="").status_code == 422
    assert bureau.send(address, verdict="confirm", reason="看过录像").status_code == 303
    assert "看过录像" in bureau.open(address).text
    assert "没有等待核实的签到" in bureau.open("/bureau/sign-ins").text


def test_a_void_that_decides_wants_a_second_person_on_the_page(school: SchoolClass) -> None:
    for number, (_, starts_at, _) in enumerate(school.meetings, start=1):
        school.town.clock.moment = starts_at + timedelta(minutes=5)
        if number > 1:
            assert "签到成功" in phone(school).send("/sign-in", digits=digits_on(screen(school, number))).text
    bureau = school.staff("bureau1")
    page = bureau.open(school.page.replace("/institution/", "/bureau/") + "/sign-ins").text
    address = re.findall(r'href="(/bureau/sign-ins/[0-9a-f]{16})"', page)[0]
    assert bureau.send(address, verdict="void", reason="录像中没有本人").status_code == 303
    assert "须由另一个人决定" in bureau.open(address).text
    second = school.staff("bureau2")
    (decision,) = re.findall(r'action="(/bureau/sign-ins/voids/[0-9a-f]{16})"', second.open(address).text)
    refused = bureau.http.post(decision, data={**bureau.hidden(address), "confirmed": "yes"}, headers=PAGE)
    assert (refused.status_code, "<code>decision_by_one_person</code>" in refused.text) == (409, True)
    assert "须由另一个人决定" in refused.text
    unsaid = second.http.post(decision, data={**second.hidden(address), "confirmed": "perhaps"}, headers=PAGE)
    assert_comes_back(unsaid, 422, "invalid_input")
    assert f'action="{decision}"' in unsaid.text
    settled = second.http.post(decision, data={**second.hidden(address), "confirmed": "yes"}, headers=PAGE)
    assert settled.status_code == 303
    assert "已作废" in second.open(address).text


def test_a_make_up_is_entered_once_and_filmed_on_the_page(school: SchoolClass) -> None:
    clerk, address = school.staff("school1-admin"), f"{school.page}/sign-ins"
    fields = clerk.hidden(address)
    day = school.meetings[0][1].date()
    made = {"makes_up": "1", "starts_at": f"{day}T16:00", "ends_at": f"{day}T22:00", "recording": ""}
    for _ in range(2):
        sent = clerk.http.post(f"{school.page}/make-ups", data={**fields, **made}, headers=PAGE)
        assert sent.status_code == 303, sent.text
    page = clerk.open(address).text
    assert page.count("/make-ups/1001/recording") == 1
    film = f"{school.page}/make-ups/1001/recording"
    csrf = {"csrf_token": fields["csrf_token"]}
    assert clerk.http.post(film, data={**csrf, "recording": "示例录像-7"}, headers=PAGE).status_code == 303
    assert "示例录像-7" in clerk.open(address).text
    short = {**clerk.hidden(address), **made, "ends_at": f"{day}T16:01", "starts_at": f"{day}T15:30"}
    refused = clerk.http.post(f"{school.page}/make-ups", data=short, headers=PAGE)
    assert (refused.status_code, "make_up_impossible" in refused.text) == (422, True)
    for wrong in ("", "2026-13-01T00:00", "0001-01-01T00:00", "x"):
        bent = {**clerk.hidden(address), **made, "starts_at": wrong}
        assert clerk.http.post(f"{school.page}/make-ups", data=bent, headers=PAGE).status_code == 422


def test_another_schools_screen_and_sign_ins_are_absent(school: SchoolClass) -> None:
    other = school.staff("school2-clerk")
    for path in (f"{school.page}/roll-call/1", f"{school.page}/sign-ins"):
        assert other.open(path).status_code == 404
    assert school.staff("school1-clerk").open(f"{school.page}/roll-call/99").status_code == 422
    assert school.staff("bureau1").open("/bureau/sign-ins/" + "0" * 16).status_code == 404
