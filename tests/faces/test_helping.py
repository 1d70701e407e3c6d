"""Claiming for somebody on pages: a relative at home, a clerk at the counter, and what the person helped then sees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.faces.browsing import PAGE, Visitor, hidden_in, particulars
from tests.faces.test_worker import REGION, WILLING
from tests.journey.city import PEOPLE

if TYPE_CHECKING:
    from tests.journey.city import Town
    from voucher_service.demo.people import Person

HELPER, ELDER = PEOPLE[0], PEOPLE[40]
"""The one who is helped has a name with a middle dot."""


def post(visitor: Visitor, path: str, shown: str, **fields: str) -> Any:
    return visitor.http.post(path, data={**hidden_in(shown), **fields}, headers=PAGE)


def lent(visitor: Visitor, person: Person = ELDER) -> str:
    """Where a relative acts for a person."""
    sent = visitor.send("/help", **particulars(person, REGION), relation="child")
    assert sent.status_code == 303, sent.text
    code = re.search(r"验证码是 <strong>(\d{6})", visitor.open(sent.location).text)
    assert code
    begun = visitor.send(sent.location, code=code[1])
    assert begun.status_code == 303, begun.text
    return str(begun.location)


def received(clerk: Visitor, person: Person = ELDER, **more: str) -> Any:
    fields = {**particulars(person, REGION), "place": "示例大厅一号窗口", "phone_reason": "", **more}
    return clerk.send("/counter/", **fields)


def asked_for_phone(clerk: Visitor, person: Person, phone: str, **more: str) -> Any:
    card = {"name": person.name, "id_number": person.id_number}
    return clerk.send("/counter/phone", **card, phone=phone, place="示例大厅一号窗口", phone_reason="", **more)


def claim_for(visitor: Visitor, place: str) -> Any:
    address = f"{place}/claim/{visitor.town.city.programme_id}"
    questions = visitor.open(address).text
    assert "念给本人听" in questions
    reviewed = post(visitor, f"{address}/review", questions, **WILLING)
    assert "不在代办人名下" in reviewed.text
    return post(visitor, address, reviewed.text)


def test_a_child_claims_for_a_parent_who_reads_who_it_was(town: Town) -> None:
    helper = Visitor(town).log_in(HELPER, REGION)
    assert 'href="/help"' in helper.open("/my").text
    place = lent(helper)
    done = claim_for(helper, place)
    assert (done.status_code, done.location) == (303, place)
    assert "券在家人名下" in helper.open(place).text
    elder = Visitor(town).log_in(ELDER, REGION)
    home = elder.open("/my").text
    assert "有人代您领取了一张培训券" in home
    voucher = re.search(r"/vouchers/[0-9a-f]{16}", home)
    assert voucher
    page = elder.open(voucher[0]).text
    assert "谁代我领的" in page
    assert "子女" in page
    assert HELPER.name not in page
    dispute = re.search(r"/objections/new\?about=assisted_claim&amp;voucher=[0-9a-f]{16}", page)
    assert dispute
    form = elder.open(dispute[0].replace("&amp;", "&")).text
    filed = post(elder, "/objections/new", form, about="assisted_claim", words="这张券不是我同意领的。")
    assert filed.status_code == 303, filed.text
    assert "回执号" in elder.open("/objections").text
    clerk = Visitor(town).log_in_as_staff("bureau-clerk")
    waiting = clerk.open("/bureau/objections").text
    assert "这张券不是我同意领的。" in waiting
    address = re.search(r"/bureau/objections/\d{6}/[0-9a-f]{16}", waiting)
    assert address
    assert post(clerk, address[0], waiting, words="已核实，券可以退回。").status_code == 303
    assert "已核实，券可以退回。" in elder.open("/objections").text
    assert "您的异议已有答复" in elder.open("/my").text


def test_no_relation_and_bad_particulars_come_back_with_the_reason(town: Town) -> None:
    helper = Visitor(town).log_in(HELPER, REGION)
    assert helper.send("/help", **particulars(ELDER, REGION), relation="").status_code == 422
    own = helper.send("/help", **particulars(HELPER, REGION), relation="child")
    assert (own.status_code, "help_for_oneself" in own.text) == (422, True)
    sent = helper.send("/help", **particulars(ELDER, REGION), relation="child")
    assert "code_not_accepted" in helper.send(sent.location, code="x").text


def test_a_counter_claims_prints_and_hands_out_a_code(town: Town) -> None:
    clerk = Visitor(town).log_in_as_staff("bureau-clerk")
    opened = received(clerk)
    assert opened.status_code == 303, opened.text
    place = opened.location
    done = claim_for(clerk, place)
    assert done.status_code == 303
    sheet = clerk.open(done.location).text
    assert "生成纸质券" in sheet
    assert post(clerk, done.location, sheet).status_code == 303
    assert "带这张纸和身份证原件" in clerk.open(done.location).text
    person = clerk.open(place).text
    assert ELDER.id_number not in person
    handed = post(clerk, f"{place}/code", person)
    assert re.search(r"<strong>\d{6}</strong>", handed.text)
    assert "示例大厅一号窗口" in clerk.open("/counter/today").text
    elder = Visitor(town).log_in(ELDER, REGION)
    assert "窗口为您打印了纸质培训券" in elder.open("/my").text
    assert "窗口代办" in elder.open("/my/data").text


def test_a_counter_takes_a_voucher_back(town: Town) -> None:
    clerk = Visitor(town).log_in_as_staff("bureau-clerk")
    place = received(clerk).location
    claim_for(clerk, place)
    back = re.search(r"/counter/[0-9a-f]{16}/vouchers/[0-9a-f]{16}/give-back", clerk.open(place).text)
    assert back
    assert post(clerk, back[0], clerk.open(back[0]).text).status_code == 303
    assert "已退回" in clerk.open(place).text


def test_a_phone_that_is_taken_is_named_at_its_field(town: Town) -> None:
    Visitor(town).log_in(HELPER, REGION)
    clerk = Visitor(town).log_in_as_staff("bureau-clerk")
    refused = received(clerk, ELDER._replace(phone=HELPER.phone))
    assert refused.status_code == 409
    assert '<a href="#phone">' in refused.text
    assert received(clerk, ELDER._replace(phone=HELPER.phone), phone_reason="父子同住共用").status_code == 303


def test_a_counter_changes_a_phone_and_the_person_reads_it(town: Town) -> None:
    worker = Visitor(town).log_in(HELPER, REGION)
    clerk = Visitor(town).log_in_as_staff("bureau-clerk")
    assert 'href="/counter/phone"' in clerk.open("/counter/").text
    phone = PEOPLE[46].phone
    sent = asked_for_phone(clerk, HELPER, phone)
    assert sent.status_code == 303, sent.text
    code = re.search(r"验证码是 <strong>(\d{6})", clerk.open(sent.location).text)
    assert code
    done = clerk.send(sent.location, code=code[1])
    assert done.status_code == 303, done.text
    today = clerk.open(done.location).text
    assert "手机号已更改为" in today
    assert phone not in today
    assert "示例大厅一号窗口" in clerk.open("/counter/today").text
    assert worker.open("/my").status_code == 302
    again = Visitor(town).log_in(HELPER._replace(phone=phone), REGION)
    assert "窗口更改了您登记的手机号" in again.open("/my").text
    assert "窗口更改手机号" in again.open("/my/data").text


def test_a_phone_that_cannot_be_changed_is_named_at_its_field(town: Town) -> None:
    Visitor(town).log_in(HELPER, REGION)
    clerk = Visitor(town).log_in_as_staff("bureau-clerk")
    same = asked_for_phone(clerk, HELPER, HELPER.phone)
    assert (same.status_code, '<a href="#phone">' in same.text) == (409, True)
    unknown = asked_for_phone(clerk, PEOPLE[47], PEOPLE[46].phone)
    assert (unknown.status_code, '<a href="#id_number">' in unknown.text) == (422, True)
    sent = asked_for_phone(clerk, HELPER, PEOPLE[46].phone)
    assert "code_not_accepted" in clerk.send(sent.location, code="x").text
    assert Visitor(town).log_in_as_staff("bureau1").open("/counter/phone").status_code == 403


def test_the_counter_is_for_clerks_and_each_for_their_own(town: Town) -> None:
    place = received(Visitor(town).log_in_as_staff("bureau-clerk")).location
    assert Visitor(town).log_in(HELPER, REGION).open(place).status_code == 403
    assert Visitor(town).log_in_as_staff("bureau1").open("/counter/").status_code == 403
    assert Visitor(town).log_in_as_staff("bureau1").open("/counter/today").status_code == 200


def test_an_objection_that_says_nothing_comes_back(town: Town) -> None:
    worker = Visitor(town).log_in(HELPER, REGION)
    form = worker.open("/objections/new").text
    refused = post(worker, "/objections/new", form, about="other", words="短")
    assert (refused.status_code, "words_unfit" in refused.text) == (422, True)
    assert post(worker, "/objections/new", form, about="nothing", words="这里写得够长").status_code == 422
