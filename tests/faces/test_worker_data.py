"""Own data: what is kept, who looked, and the file to take away; and what a training shows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.faces.browsing import Visitor
from tests.faces.test_staff import scan, school_class
from tests.faces.test_worker import claimed
from tests.journey.city import PEOPLE, Town, Worker
from voucher_service.faces.progress import nodes_of

PERSON = PEOPLE[0]


@pytest.fixture
def worker(town: Town) -> Visitor:
    return Visitor(town).log_in(PERSON, town.city.schools[0].region_id)


@pytest.fixture
def admitted(town: Town, worker: Visitor) -> str:
    """A voucher that a school's clerk has scanned into a class."""
    voucher = claimed(worker)
    phone = Worker(town, PERSON, town.city.schools[0].region_id, voucher=voucher.removeprefix("/vouchers/"))
    clerk = Visitor(town).log_in_as_staff("school1-clerk")
    door = f"/scan/{school_class(town)}"
    spent = clerk.http.post(door, data=scan(clerk, phone.log_in().open_code()), headers={"Accept": "text/html"})
    assert spent.status_code == 201, spent.text
    return voucher


def test_nobody_has_looked_at_first(worker: Visitor) -> None:
    assert "还没有工作人员看过" in worker.open("/my/data").text


def test_a_clerk_who_sees_a_worker_is_seen(town: Town, worker: Visitor, admitted: str) -> None:  # noqa: ARG001
    page = worker.open("/my/data").text
    assert "培训机构经办人 · 到班扫码，核对本人" in page
    clerk = Visitor(town).log_in_as_staff("school1-clerk")
    for _ in range(2):
        assert clerk.open(f"/institution/classes/{school_class(town)}").status_code == 200
    assert worker.open("/my/data").text.count("查看班级名册") == 1


def test_ones_own_look_is_not_recorded(worker: Visitor) -> None:
    worker.open("/my")
    assert "还没有工作人员看过" in worker.open("/my/data").text


def test_the_export_holds_everything_in_clear_for_its_owner_only(town: Town, worker: Visitor, admitted: str) -> None:
    answer = worker.http.get("/my/data.json")
    document = json.loads(answer.data)
    assert answer.headers["Cache-Control"] == "no-store"
    assert document["person"]["id_number"] == PERSON.id_number
    [voucher] = document["vouchers"]
    assert admitted.endswith(voucher["voucher"])
    assert [fact["kind"] for fact in voucher["facts"]] == ["VoucherClaimed", "VoucherRedeemed"]
    assert voucher["questionnaire"] == {
        **dict.fromkeys(("able_to_attend", "wants_training", "wants_work"), True),
        "schooling": "none",
        "post": "other",
        "former_post": "other",
    }
    assert [look["role"] for look in document["looked_at_by"]] == ["institution_clerk"]
    other = Visitor(town).log_in(PEOPLE[1], town.city.schools[0].region_id)
    assert json.loads(other.http.get("/my/data.json").data)["vouchers"] == []


def test_a_voucher_says_who_scanned_it_and_what_it_will_be_worth(town: Town, worker: Visitor, admitted: str) -> None:
    page = worker.open(admitted).text
    assert town.city.schools[0].name in page
    assert "已用券入班" in page
    assert "焊工（初级工）的证书后：960.00 元" in page
    assert "live-code.js" not in page


def test_training_says_what_was_attended_and_what_is_missing(town: Town, worker: Visitor, admitted: str) -> None:  # noqa: ARG001
    page = worker.open("/training").text
    assert "共 8 次课，已签到 0 次，至少要 7 次才能结业" in page
    assert "没有证书就没有补贴" in page
    town.clock.advance(days=8)
    later = Visitor(town).log_in(PERSON, town.city.schools[0].region_id)
    assert "✕ 没有签到" in later.open("/training").text


def test_a_class_is_found_by_its_occupation_and_day(town: Town, worker: Visitor) -> None:
    region_id = town.city.schools[0].region_id
    assert "焊工" in worker.open("/classes").text
    assert "没有找到" in worker.open(f"/classes?region={region_id}&occupation=DX03").text
    assert "没有找到" in worker.open("/classes?region=&from=2030-01-01").text
    page = worker.open(f"/classes/{region_id}/{school_class(town)}").text
    assert town.city.schools[0].name in page
    assert "还有 80 个，共 80 个" in page


@pytest.mark.parametrize("query", ["region=1", "region=x", "from=2030-02-30", "from=x"])
def test_a_search_that_cannot_be_read_is_refused(worker: Visitor, query: str) -> None:
    assert worker.open(f"/classes?{query}").status_code == 422


def test_a_class_that_is_not_there_is_absent(worker: Visitor) -> None:
    assert worker.open("/classes/411202/0000000000000001").status_code == 404


class Told:
    """As much of a fact or of a voucher as the nodes look at."""

    def __init__(self, **given: Any) -> None:
        self.__dict__.update(expires_at=None, certify_by=None, recorded_at=None, **given)


def moved(from_state: str, to_state: str) -> Told:
    return Told(from_state=from_state, to_state=to_state)


def test_the_nodes_say_what_is_done_what_is_next_and_what_comes() -> None:
    facts = [moved("none", "claimed"), moved("claimed", "redeemed")]
    nodes = nodes_of(Told(), "redeemed", facts)
    assert [node.status for node in nodes] == ["done", "done", "now", *["ahead"] * 5]
    assert nodes[2].whose == "您和培训机构"


@pytest.mark.parametrize("ended", ["returned", "expired", "forfeited", "recovered"])
def test_a_voucher_that_ended_has_nothing_ahead(ended: str) -> None:
    nodes = nodes_of(Told(), ended, [moved("none", "claimed"), moved("claimed", ended)])
    assert [node.status for node in nodes] == ["done", "over"]


def test_a_redemption_that_was_undone_is_not_reached() -> None:
    facts = [moved("none", "claimed"), moved("claimed", "redeemed"), moved("redeemed", "claimed")]
    nodes = nodes_of(Told(), "returned", [*facts, moved("claimed", "returned")])
    assert [(node.state, node.status) for node in nodes] == [("claimed", "done"), ("returned", "over")]
