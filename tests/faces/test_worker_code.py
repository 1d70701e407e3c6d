"""The live code on the worker's phone: with scripts, without them, and on two phones at once."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.faces.browsing import PAGE, Visitor
from tests.faces.test_worker import REGION, claimed
from tests.journey.city import PEOPLE, Town, Worker
from voucher_service.faces.worker_code import COOKIE
from voucher_service.signing.verification import verify


@pytest.fixture
def worker(visitor: Visitor) -> Visitor:
    return visitor.log_in(PEOPLE[0], REGION)


@pytest.fixture
def voucher(worker: Visitor) -> str:
    return claimed(worker)


def open_simple(worker: Visitor, voucher: str) -> Any:
    """Open the code on the page for phones without scripts."""
    answer = worker.send(f"{voucher}/code")
    assert (answer.status_code, answer.location) == (303, f"{voucher}/code"), answer.text
    return worker.open(answer.location)


def digits_in(page: str) -> str:
    shown = re.search(r'class="digits">([\d\s]+)<', page)
    return re.sub(r"\s", "", shown[1]) if shown else ""


def other_phone(town: Town, voucher: str) -> Worker:
    """The same person's second phone, which opens the code through the API."""
    phone = Worker(town, PEOPLE[0], REGION, voucher=voucher.removeprefix("/vouchers/")).log_in()
    return phone.open_code()


def test_a_phone_without_scripts_shows_a_code_that_verifies(town: Town, worker: Visitor, voucher: str) -> None:
    page = open_simple(worker, voucher)
    assert 'http-equiv="refresh"' in page.text
    assert page.headers["Cache-Control"] == "no-store"
    code = verify(digits_in(page.text), town.app.extensions["key_ring"].directory, town.clock.now())
    assert voucher.endswith(f"{code.voucher_id % 2**64:016x}")


def test_the_simple_page_shows_another_code_in_the_next_step(town: Town, worker: Visitor, voucher: str) -> None:
    first = digits_in(open_simple(worker, voucher).text)
    town.clock.advance(seconds=30)
    second = digits_in(worker.open(f"{voucher}/code").text)
    assert second not in {"", first}
    verify(second, town.app.extensions["key_ring"].directory, town.clock.now())


def test_the_simple_page_ends_with_its_session(town: Town, worker: Visitor, voucher: str) -> None:
    open_simple(worker, voucher)
    town.clock.advance(hours=2)
    page = worker.open(f"{voucher}/code").text
    assert digits_in(page) == ""
    assert "显示券码" in page


def test_the_sealed_secret_is_worth_nothing_in_another_log_in(town: Town, worker: Visitor, voucher: str) -> None:
    open_simple(worker, voucher)
    stolen = worker.http.get_cookie(COOKIE, path=f"{voucher}/code")
    assert stolen
    assert stolen.http_only
    again = Visitor(town).log_in(PEOPLE[0], REGION)
    again.http.set_cookie(COOKIE, stolen.value, path=f"{voucher}/code")
    assert digits_in(again.open(f"{voucher}/code").text) == ""
    stranger = Visitor(town).log_in(PEOPLE[1], REGION)
    stranger.http.set_cookie(COOKIE, stolen.value, path=f"{voucher}/code")
    assert stranger.open(f"{voucher}/code").status_code == 404


@pytest.mark.parametrize("forged", ["", "x", "é", "A" * 200])
def test_a_seal_that_is_none_is_no_fault(worker: Visitor, voucher: str, forged: str) -> None:
    worker.http.set_cookie(COOKIE, forged, path=f"{voucher}/code")
    assert worker.open(f"{voucher}/code").status_code == 200


def test_a_second_phone_ends_the_simple_page_and_says_so(town: Town, worker: Visitor, voucher: str) -> None:
    open_simple(worker, voucher)
    other_phone(town, voucher)
    page = worker.open(f"{voucher}/code").text
    assert digits_in(page) == ""
    assert "另一部手机" in page


def test_a_phone_learns_that_another_took_the_code(town: Town, worker: Visitor, voucher: str) -> None:
    first = other_phone(town, voucher)
    assert first.live
    asked = f"{voucher}/live?tag={first.live.anchor[:8].hex()}"
    assert worker.http.get(asked).json == {
        "state": "claimed",
        "current": True,
        "server_time": town.clock.now().isoformat(),
    }
    other_phone(town, voucher)
    assert worker.http.get(asked).json["current"] is False


@pytest.mark.parametrize("tag", ["", "x" * 16, "0" * 15])
def test_a_tag_that_is_none_is_refused(worker: Visitor, voucher: str, tag: str) -> None:
    assert worker.http.get(f"{voucher}/live?tag={tag}").status_code == 422


def test_a_returned_voucher_opens_no_simple_page(worker: Visitor, voucher: str) -> None:
    form = worker.hidden(f"{voucher}/code")
    worker.send(f"{voucher}/give-back")
    assert worker.http.post(f"{voucher}/code", data=form, headers=PAGE).status_code == 409
    assert "已退回" in worker.open(f"{voucher}/code").text
