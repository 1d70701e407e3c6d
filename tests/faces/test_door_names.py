"""Whoever the log-in takes with their name gets in at the door by it too, on the page and by the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faces.browsing import PAGE, Visitor
from tests.journey.city import PEOPLE, Worker, redeem_body
from voucher_service.identifiers import to_hex

if TYPE_CHECKING:
    from tests.journey.city import Town

NAMES = {
    "as long as may be": "示" + "·丑" * 49,
    "every letter with a variation selector": "示\ufe00" * 50,
    "an ideograph newer than this Python": "示\U00031350",
    "a letter of a private font": "示\ue123",
    "a wide blank inside": "示\u3000丑",
}


def full_width(digits: str) -> str:
    return digits.translate({ord(str(digit)): 0xFF10 + digit for digit in range(10)})


def ready(town: Town, name: str) -> tuple[Worker, str]:
    """Somebody of this name with an open live code, and the class at whose door they stand."""
    region_id = town.city.schools[0].region_id
    worker = Worker(town, PEOPLE[3]._replace(name=name), region_id).log_in()
    assert worker.claim().status_code == 201
    door = next(to_hex(class_id) for region, class_id in town.city.classes if region == region_id)
    return worker.open_code(), door


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_rare_name_gets_in_on_the_page(town: Town, name: str) -> None:
    worker, door = ready(town, name)
    clerk = Visitor(town).log_in_as_staff("school1-clerk")
    card = {"id_number": worker.person.id_number, "name": name, "waiver_reason": ""}
    form = {**clerk.hidden(f"/scan/{door}"), "code": full_width(worker.code()) + "\u3000", **card}
    scanned = clerk.http.post(f"/scan/{door}", data=form, headers=PAGE)
    assert scanned.status_code == 201
    with town.app.app_context():
        assert town.get(f"/api/v1/vouchers/{worker.voucher}", worker.token).get_json()["state"] == "redeemed"


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_rare_name_gets_in_by_the_api(town: Town, name: str) -> None:
    worker, door = ready(town, name)
    scanned = town.post("/api/v1/redemptions", town.staff_token("school1-clerk"), redeem_body(worker, door))
    assert scanned.status_code == 201, scanned.text


@pytest.mark.parametrize("unseen", ["示\u202e丑", "示\u200b丑", "示\x07丑", "示\u2028丑"])
def test_what_nobody_can_see_is_no_name_at_the_door(town: Town, unseen: str) -> None:
    worker, door = ready(town, "示丑")
    clerk = Visitor(town).log_in_as_staff("school1-clerk")
    card = {"id_number": worker.person.id_number, "name": unseen, "waiver_reason": ""}
    form = {**clerk.hidden(f"/scan/{door}"), "code": worker.code(), **card}
    assert clerk.http.post(f"/scan/{door}", data=form, headers=PAGE).status_code == 422
