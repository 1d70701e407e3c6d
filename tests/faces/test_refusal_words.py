"""Codes among a refusal's figures are called by their names in the Chinese sentence, and stay codes for machines."""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING

import pytest

from tests.faces.browsing import PAGE
from tests.faces.staff import first_class
from voucher_service.certificates.errors import CertificateContradicted
from voucher_service.classes.errors import ClassNotInState, RulingReasonUnknown
from voucher_service.errors import Refusal
from voucher_service.faces.refusal_words import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faces.browsing import Visitor
    from tests.journey.city import Town

CODED = {"state", "kind", "outcome", "step", "due", "level", "certificate_type", "role", "answer", "reasons"}
"""Figures that hold one of our own codes wherever they stand."""
SAID_AS_SENT = {("sheet_kind_unknown", "kind")}
"""What nobody knows has no name."""


def refusals(above: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for refusal in above.__subclasses__():
        if hasattr(refusal, "zh") and refusal.__module__.startswith("voucher_service."):
            yield refusal
        yield from refusals(refusal)


def places(refusal: type[Refusal]) -> set[tuple[str, str]]:
    return {(refusal.code, name) for _, name, _, _ in Formatter().parse(refusal.zh) if name}


@pytest.mark.usefixtures("town")
def test_every_code_in_a_chinese_sentence_has_its_names() -> None:
    spoken = set().union(*map(places, refusals()))
    assert len(spoken) > 100
    assert set(NAMES) <= spoken
    assert {place for place in spoken if place[1] in CODED} - set(NAMES) == SAID_AS_SENT


def test_a_code_is_called_by_its_name_in_chinese_only() -> None:
    refusal = ClassNotInState(state="in_session")
    assert refusal.sentence_zh == "班次当前状态是“开班中”，不能进行这一步。"
    assert "in_session" in refusal.sentence_en
    assert refusal.figures == {"state": "in_session"}
    assert "“made_up”" in ClassNotInState(state="made_up").sentence_zh


def test_several_codes_are_called_one_by_one() -> None:
    unknown = RulingReasonUnknown(reason="x", reasons=["recordings", "other"])
    assert unknown.sentence_zh.endswith("请从 录像多次不全、其他 中选择。")
    contradicted = CertificateContradicted(answer="differs", fields="level、issued_on")
    assert "“不一致”（不一致的项：等级、发证日期）" in contradicted.sentence_zh
    assert "“没有这份证书”，不能" in CertificateContradicted(answer="unknown", fields="—").sentence_zh


def test_pages_and_answers_say_the_name(town: Town, visitor: Visitor) -> None:
    school = first_class(town)
    visitor.log_in_as_staff("school1-admin")
    hidden = visitor.hidden(school.page)
    page = visitor.http.post(f"{school.page}/submit", data=hidden, headers=PAGE)
    assert page.status_code == 409
    assert "班次当前状态是“已批准，招生中”" in page.text


@pytest.mark.parametrize(
    ("login_name", "said"), [("bureau1", 'href="/bureau/">去办理页面'), ("system-admin", "在服务器上用命令行办理")]
)
def test_staff_on_the_public_front_page_are_led_on(visitor: Visitor, login_name: str, said: str) -> None:
    assert said in visitor.log_in_as_staff(login_name).open("/").text
