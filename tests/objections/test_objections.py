"""Objections: filed with a receipt, sealed, answered once by the right bureau, told to whoever filed them."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from tests.journey.city import Town, Worker, new_key
from tests.journey.town import claimed, newcomer, refused
from tests.races.crowd import race
from voucher_service.accounts import service as accounts
from voucher_service.database import db, unit_of_work
from voucher_service.holders.models import Notice
from voucher_service.identifiers import from_hex
from voucher_service.objections.models import Objection
from voucher_service.web.access import BUREAU_CLERK, Caller
from voucher_service.web.idempotency import Idempotency

PATH = "/api/v1/objections"
WORDS = "三月二日的签到不是我本人。\n请核对录像。"


def object_to(
    worker: Worker, words: str = WORDS, about: str = "attendance", key: str | None = None, **more: str
) -> Any:
    return worker.town.post(PATH, worker.token, {"about": about, "words": words, **more}, key)


def clerk(town: Town, region_id: int, person_id: int = 901) -> str:
    with town.app.app_context(), unit_of_work():
        return accounts.open_session(Caller(BUREAU_CLERK, person_id, region_id, person_id=person_id))


def answer(town: Town, token: str, filed: dict[str, Any], words: str = "已核实，记录已更正。") -> Any:
    return town.post(f"{PATH}/{filed['region_id']}/{filed['objection']}/answer", token, {"words": words})


def test_an_objection_has_a_receipt_and_is_answered_and_told(town: Town) -> None:
    worker = claimed(town)
    filed = object_to(worker, voucher=worker.voucher).get_json()
    assert filed["receipt_no"].startswith("YY20260302-")
    token = clerk(town, worker.region_id)
    waiting = town.get(f"{PATH}/waiting", token).get_json()["objections"]
    assert filed["receipt_no"] in {told["objection"]["receipt_no"] for told in waiting}
    assert answer(town, token, filed).status_code == 200
    (own,) = town.get(PATH, worker.token).get_json()["objections"]
    assert (own["words"], own["answer"]) == (WORDS, "已核实，记录已更正。")
    assert refused(answer(town, token, filed)) == (409, "objection_answered")
    with town.app.app_context():
        subject = from_hex(filed["objection"])
        assert list(db.session.scalars(select(Notice.kind).where(Notice.subject_id == subject))) == [
            "objection_answered"
        ]


def test_words_rest_sealed_and_no_kept_answer_holds_them(town: Town) -> None:
    worker = newcomer(town)
    filed = object_to(worker).get_json()
    with town.app.app_context():
        row = db.session.scalars(select(Objection).where(Objection.receipt_no == filed["receipt_no"])).one()
        assert WORDS.encode() not in row.words_sealed
        kept = db.session.scalars(select(Idempotency.body).where(Idempotency.body.contains("签到不是我")))
        assert list(kept) == []


def test_the_same_objection_twice_is_one(town: Town) -> None:
    worker, key = newcomer(town), new_key()
    first, again = (object_to(worker, key=key) for _ in range(2))
    assert first.data == again.data
    assert len(town.get(PATH, worker.token).get_json()["objections"]) == 1


@pytest.mark.parametrize("words", ["短", "字" * 1001, "看不见的\x07字符", "   \n  "])
def test_words_that_say_nothing_or_too_much_are_refused(town: Town, words: str) -> None:
    assert refused(object_to(newcomer(town), words)) == (422, "words_unfit")


def test_anothers_voucher_is_absent(town: Town) -> None:
    other = claimed(town)
    assert refused(object_to(newcomer(town), voucher=other.voucher)) == (404, "not_found")
    assert refused(object_to(newcomer(town), about="nothing")) == (422, "invalid_input")


def test_another_regions_bureau_sees_and_answers_nothing(town: Town) -> None:
    worker = newcomer(town)
    filed = object_to(worker).get_json()
    elsewhere = clerk(town, 411203 if worker.region_id != 411203 else 411202, person_id=902)
    assert town.get(f"{PATH}/waiting", elsewhere).get_json()["objections"] == []
    assert refused(answer(town, elsewhere, filed)) == (404, "not_found")
    assert answer(town, clerk(town, 411200, person_id=903), filed).status_code == 200


def test_five_a_day_even_at_once(town: Town) -> None:
    worker = newcomer(town)
    ended = race([partial(object_to, worker) for _ in range(12)])
    assert ended.answers[201, None] <= 5
    while object_to(worker).status_code == 201:
        pass
    assert len(town.get(PATH, worker.token).get_json()["objections"]) == 5
    assert refused(object_to(worker)) == (429, "too_many_objections")
    town.clock.advance(hours=11)
    assert object_to(worker).status_code == 429
    town.clock.advance(hours=5)
    assert object_to(worker.log_in()).status_code == 201


def test_of_answers_at_once_one_stands(town: Town) -> None:
    worker = newcomer(town)
    filed = object_to(worker).get_json()
    tokens = [clerk(town, worker.region_id, person_id=910 + number) for number in range(8)]
    ended = race([partial(answer, town, token, filed) for token in tokens])
    assert ended.answers == {(200, None): 1, (409, "objection_answered"): 7}
