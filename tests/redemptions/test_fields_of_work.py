"""At the class door a walk-in's declaration decides: R16 and R17j, with a live code and on paper, on no roster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from tests.journey.city import redeem_body
from tests.journey.town import assert_sound, claimed, refused, row
from tests.redemptions.test_papers import body, printed, sent_code
from tests.rulebook.breaking import door_at, free_door
from tests.rulebook.of_plans import CARERS
from voucher_service.classes import service as classes
from voucher_service.database import db
from voucher_service.redemptions.models import RefusedScan

if TYPE_CHECKING:
    from tests.journey.city import Town
    from tests.journey.town import Door

PATH = "/api/v1/redemptions"
EMPLOYEE, OTHER = "enterprise_employee", "unemployed"


def kept_refusals(town: Town, code: str) -> int:
    with town.app.app_context():
        query = select(func.count()).select_from(RefusedScan).where(RefusedScan.reason == code)
        return int(db.session.scalar(query) or 0)


def seats_taken(door: Door) -> int:
    with door.town.app.app_context():
        return classes.get(door.region_id, door.class_id).seats_taken


UNFIT: list[Any] = [
    (EMPLOYEE, {"post": "care", "former_post": None}, "occupation_not_similar"),
    (EMPLOYEE, {"post": "care", "former_post": "machining"}, "occupation_not_similar"),
    (EMPLOYEE, {"post": "start_up", "former_post": None}, "occupation_not_similar"),
    (OTHER, {"former_post": "machining"}, "occupation_not_similar"),
    (OTHER, {"schooling": "other_school"}, "pupil_not_admitted"),
]


@pytest.mark.parametrize(("category", "said", "code"), UNFIT)
def test_a_class_that_the_plan_does_not_let_them_learn_in_is_refused_and_the_seat_kept(
    town: Town, category: str, said: dict[str, str | None], code: str
) -> None:
    door, worker = free_door(town), claimed(town, category, **said).open_code()
    before = kept_refusals(town, code)
    answer = door.post(PATH, redeem_body(worker, door.hex))
    assert refused(answer) == (409, code)
    told = answer.get_json(force=True)
    assert told["clause"] == "二(三)1"
    assert told["figures"] == {"occupation": "焊工", "occupation_code": "DM01"}
    assert kept_refusals(town, code) == before + 1
    assert (row(town, worker).state, seats_taken(door)) == ("claimed", 0)
    assert_sound(town)


@pytest.mark.parametrize(("category", "said", "code"), UNFIT)
def test_a_sheet_of_paper_is_held_to_the_same(
    town: Town, category: str, said: dict[str, str | None], code: str
) -> None:
    door, worker = free_door(town), claimed(town, category, **said)
    digits = printed(worker)["digits"]
    one_time_code = sent_code(door, worker, digits)
    assert refused(door.post(PATH, body(door, worker, digits, one_time_code))) == (409, code)
    assert row(town, worker).state == "claimed"
    assert_sound(town)


@pytest.mark.parametrize(
    ("category", "said"),
    [
        (EMPLOYEE, {"post": "machining", "former_post": None}),
        (EMPLOYEE, {"post": "machining", "former_post": "care"}),
        (OTHER, {"post": "care", "former_post": None}),
        (OTHER, {"schooling": "university"}),
        (OTHER, {"schooling": "special_vocational"}),
    ],
)
def test_a_class_that_fits_takes_them(town: Town, category: str, said: dict[str, str | None]) -> None:
    door, worker = free_door(town), claimed(town, category, **said).open_code()
    assert door.post(PATH, redeem_body(worker, door.hex)).status_code == 201
    assert row(town, worker).state == "redeemed"


def test_a_voucher_that_was_refused_at_one_door_is_good_at_another(town: Town) -> None:
    wrong, right = free_door(town), door_at(town, CARERS, "DS01", "junior")
    worker = claimed(town, EMPLOYEE, post="care", former_post=None).open_code()
    assert refused(wrong.post(PATH, redeem_body(worker, wrong.hex))) == (409, "occupation_not_similar")
    assert right.post(PATH, redeem_body(worker, right.hex)).status_code == 201
