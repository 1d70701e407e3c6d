"""The paper voucher on pages: the holder prints it, the clerk at the door sends the code and lets the holder in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.faces.browsing import PAGE, Visitor, hidden_in
from tests.faces.test_worker import REGION, claimed
from tests.journey.city import PEOPLE
from voucher_service.identifiers import to_hex

if TYPE_CHECKING:
    from tests.journey.city import Town

PERSON = PEOPLE[0]


def printed(visitor: Visitor) -> tuple[str, str]:
    """The address of a voucher and the number of its sheet."""
    voucher = claimed(visitor.log_in(PERSON, REGION))
    assert "生成纸质券" in visitor.open(f"{voucher}/paper").text
    assert visitor.send(f"{voucher}/paper").status_code == 303
    page = visitor.open(f"{voucher}/paper").text
    number = re.search(r"<strong>([\d ]{19,20})</strong>", page)
    assert number, page
    return voucher, number[1].strip()


def door_of(town: Town) -> str:
    region = town.city.schools[0].region_id
    return f"/scan/{next(to_hex(class_id) for region_id, class_id in town.city.classes if region_id == region)}"


def send(clerk: Visitor, path: str, number: str, **more: str) -> Any:
    form = clerk.hidden(f"{door_of(clerk.town)}/paper")
    card = {"code": number, "id_number": PERSON.id_number, "name": PERSON.name, "waiver_reason": ""}
    return clerk.http.post(f"{door_of(clerk.town)}{path}", data={**form, **card, **more}, headers=PAGE)


def test_a_sheet_is_printed_and_redeemed_with_the_code_from_the_phone(town: Town) -> None:
    _, number = printed(Visitor(town))
    clerk = Visitor(town).log_in_as_staff("school1-clerk")
    led_on = clerk.http.post(
        door_of(town), data={**clerk.hidden(door_of(town)), "code": number.replace(" ", "")}, headers=PAGE
    )
    assert "发短信验证码" in led_on.text
    assert number.replace(" ", "") in led_on.text
    sent = send(clerk, "/paper/code", number, channel="sms", one_time_code="")
    code = re.search(r"验证码是 <strong>(\d{6})", sent.text)
    assert code, sent.text
    assert PERSON.phone not in sent.text
    let_in = clerk.http.post(
        f"{door_of(town)}/paper",
        data={
            **hidden_in(sent.text),
            "code": number,
            "id_number": PERSON.id_number,
            "name": PERSON.name,
            "one_time_code": code[1],
        },
        headers=PAGE,
    )
    assert let_in.status_code == 201, let_in.text
    assert "✓ 通过" in let_in.text


def test_a_sheet_without_its_code_is_refused_in_words(town: Town) -> None:
    _, number = printed(Visitor(town))
    clerk = Visitor(town).log_in_as_staff("school1-clerk")
    answer = send(clerk, "/paper", number, one_time_code="")
    assert answer.status_code == 422
    assert "code_static_needs_person_check" in answer.text
    answer = send(clerk, "/paper", number, one_time_code="12 34 56")
    assert "one_time_code_not_accepted" in answer.text


def test_a_card_of_somebody_else_is_sent_no_code(town: Town) -> None:
    _, number = printed(Visitor(town))
    clerk = Visitor(town).log_in_as_staff("school1-clerk")
    other = PEOPLE[1]
    answer = send(clerk, "/paper/code", number, channel="sms", id_number=other.id_number, name=other.name)
    assert answer.status_code == 422
    assert "holder_mismatch" in answer.text
    assert send(clerk, "/paper/code", number, channel="pigeon").status_code == 422


def test_the_holder_reads_that_a_code_was_asked_for(town: Town) -> None:
    worker = Visitor(town)
    _, number = printed(worker)
    clerk = Visitor(town).log_in_as_staff("school1-clerk")
    assert send(clerk, "/paper/code", number, channel="voice").status_code == 200
    assert "核对纸质券，发验证码" in worker.open("/my/data").text


def test_a_second_print_within_the_minute_is_refused_and_the_sheet_stays(town: Town) -> None:
    worker = Visitor(town)
    voucher, number = printed(worker)
    again = worker.send(f"{voucher}/paper")
    assert again.status_code == 409
    assert "paper_just_printed" in again.text
    assert number in again.text


def test_somebody_elses_sheet_is_absent(town: Town) -> None:
    voucher, _ = printed(Visitor(town))
    other = Visitor(town).log_in(PEOPLE[1], REGION)
    assert other.open(f"{voucher}/paper").status_code == 404
