"""A worker says "I was not there" and the bureau answers, through pages that need no JavaScript."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.faces.browsing import PAGE, Visitor
from tests.faces.staff import SchoolClass, first_class
from tests.journey.city import PEOPLE
from voucher_service.identifiers import to_hex

if TYPE_CHECKING:
    from tests.journey.city import Town


@pytest.fixture
def school(town: Town) -> SchoolClass:
    return first_class(town).seat(1)


@pytest.fixture
def worker(town: Town, school: SchoolClass) -> Visitor:
    return Visitor(town).log_in(PEOPLE[0], school.region_id)


def not_there(school: SchoolClass) -> str:
    return f"/not-there/{school.redemptions[0]}"


def sign(school: SchoolClass, who: str, verdict: str) -> Any:
    """Sign an opinion on the only hold that waits."""
    clerk = school.staff(who)
    page = clerk.open("/bureau/holds").text
    address = re.search(r'action="(/bureau/holds/\d{6}/[0-9a-f]{16})"', page)
    assert address, page
    data = {**clerk.hidden("/bureau/holds"), "verdict": verdict, "reason": "查过扫码记录"}
    return clerk.http.post(address[1], data=data, headers=PAGE)


def test_one_tap_and_a_review_give_a_receipt_and_a_second_send_gives_the_same(
    school: SchoolClass, worker: Visitor
) -> None:
    voucher = f"/vouchers/{school.workers[0].voucher}"
    assert not_there(school) in worker.open(voucher).text
    form = worker.hidden(not_there(school))
    sent = [worker.http.post(not_there(school), data=form, headers=PAGE) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [303, 303]
    assert sent[0].location == sent[1].location
    receipt = sent[0].location.rsplit("/", 1)[-1]
    page = worker.open(sent[0].location).text
    assert receipt in page
    assert "已有 0 人签意见" in page
    assert receipt in worker.open(voucher).text
    other = worker.send(not_there(school))
    assert (other.status_code, "disputed_already" in other.text) == (409, True)


def test_the_pages_speak_english_too(school: SchoolClass, worker: Visitor) -> None:
    worker.http.set_cookie("language", "en")
    assert "It was not me" in worker.open(not_there(school)).text
    sent = worker.send(not_there(school))
    assert "Receipt number" in worker.open(sent.location).text


def test_two_of_the_bureau_decide_and_the_worker_reads_why(school: SchoolClass, worker: Visitor) -> None:
    sent = worker.send(not_there(school))
    assert sign(school, "bureau1", "uphold").status_code == 303
    twice = sign(school, "bureau1", "uphold")
    assert (twice.status_code, "hold_opinion_twice" in twice.text) == (409, True)
    assert sign(school, "bureau-clerk", "uphold").status_code == 303
    assert "没有暂停的券" in school.staff("bureau1").open("/bureau/holds").text
    page = worker.open(sent.location).text
    assert "您说的属实" in page
    assert "查过扫码记录" in page


def test_somebody_elses_scan_and_dispute_are_absent(school: SchoolClass, worker: Visitor, town: Town) -> None:
    sent = worker.send(not_there(school))
    stranger = Visitor(town).log_in(PEOPLE[7], school.region_id)
    assert stranger.open(not_there(school)).status_code == 404
    assert stranger.open(sent.location).status_code == 404
    assert school.staff("school1-clerk").open("/bureau/holds").status_code == 403


def test_the_bureau_stops_a_voucher_on_its_page_once(school: SchoolClass) -> None:
    clerk = school.staff("bureau1")
    fields = {"region_id": str(school.region_id), "voucher": school.workers[0].voucher, "reason": "identity_misused"}
    form = {**clerk.hidden("/bureau/holds"), **fields}
    for _ in range(2):
        assert clerk.http.post("/bureau/holds", data=form, headers=PAGE).status_code == 303
    page = clerk.open("/bureau/holds").text
    assert page.count("人社部门暂停") == 1
    assert "身份可能被冒用" in page
    for change in ({"region_id": "999999"}, {"voucher": "x"}, {"reason": "none"}):
        wrong = clerk.send("/bureau/holds", **{**fields, **change})
        assert 400 <= wrong.status_code < 500, change


def test_a_class_is_suspended_at_once_and_resumed_by_two(school: SchoolClass, worker: Visitor) -> None:
    assert school.attend(1, school.redemptions).status_code == 303
    page = f"/bureau/classes/{to_hex(school.class_id)}"
    first = school.staff("bureau1")
    assert "开班中" in first.open("/bureau/classes?state=in_session").text
    assert first.open("/bureau/classes?state=draft").status_code == 422
    ruling = {"csrf_token": first.hidden(page)["csrf_token"], "kind": "suspend", "reason": "inspection", "note": ""}
    assert first.http.post(f"{page}/rulings", data=ruling, headers=PAGE).status_code == 303
    assert "暂停" in worker.log_in(PEOPLE[0], school.region_id).open(f"/vouchers/{school.workers[0].voucher}").text
    again = first.http.post(f"{page}/rulings", data=ruling, headers=PAGE)
    assert (again.status_code, "class_not_in_state" in again.text) == (409, True)
    assert first.http.post(f"{page}/rulings", data={**ruling, "kind": "lift"}, headers=PAGE).status_code == 303
    waiting = first.open("/bureau/holds").text
    address = re.search(r'action="(/bureau/rulings/[0-9a-f]{16})"', waiting)
    assert address, waiting
    second = school.staff("bureau2")
    data = {**second.hidden("/bureau/holds"), "confirmed": "yes"}
    own = first.http.post(address[1], data={**first.hidden("/bureau/holds"), "confirmed": "yes"}, headers=PAGE)
    assert (own.status_code, "ruling_by_one_person" in own.text) == (409, True)
    assert second.http.post(address[1], data=data, headers=PAGE).status_code == 303
    assert "没有暂停的券" in second.open("/bureau/holds").text
    assert school.attend(2, school.redemptions).status_code == 303


def test_a_sign_in_is_disputed_from_the_training_page(school: SchoolClass, worker: Visitor) -> None:
    assert school.attend(1, school.redemptions).status_code == 303
    worker.log_in(PEOPLE[0], school.region_id)
    address = f"{not_there(school)}/1"
    assert address in worker.open("/training").text
    assert "这条签到不是您本人的" in worker.open(address).text
    sent = worker.send(address)
    assert sent.status_code == 303, sent.text
    assert "第 1 次课" in worker.open(sent.location).text
    page = worker.open("/training").text
    assert sent.location in page
    assert address not in page
    assert worker.open(f"{not_there(school)}/9999").status_code == 404
    assert "不是我本人：签到" in school.staff("bureau1").open("/bureau/holds").text
