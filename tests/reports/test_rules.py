"""The funnel's arithmetic over moves of the ledger."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import pytest

from voucher_service.ledger.rules import MOVES
from voucher_service.reports.rules import DEFINITIONS, FUNNEL, Cell, Place, crosses, funnel, standing, total


class Moved(NamedTuple):
    from_state: str
    to_state: str
    vouchers: int = 1
    month: int = 202303
    region_id: int = 411202
    period: int = 202303


LIFE = ["none", "claimed", "redeemed", "completed", "certified", "valued", "publicised", "payable", "paid"]


def steps(*states: str) -> list[Moved]:
    return [Moved(before, after) for before, after in itertools.pairwise(states)]


def test_a_whole_life_counts_once_in_each_stage() -> None:
    cells = funnel(steps(*LIFE))
    assert {stage: total(cells, stage) for stage in FUNNEL} == dict.fromkeys(FUNNEL, 1)


def test_a_redemption_undone_and_done_again_is_one_redeemed_voucher() -> None:
    cells = funnel(steps("none", "claimed", "redeemed", "claimed", "redeemed"))
    assert (total(cells, "issued"), total(cells, "redeemed")) == (1, 1)


def test_a_move_back_counts_in_the_month_in_which_it_happens() -> None:
    cells = funnel([Moved("claimed", "redeemed", 3), Moved("redeemed", "claimed", 1, month=202304)])
    assert cells == {Cell(411202, 202303, "redeemed"): 3, Cell(411202, 202304, "redeemed"): -1}


@pytest.mark.parametrize("ending", ["expired", "returned", "voided", "forfeited", "rejected", "revoked", "recovered"])
def test_an_ending_keeps_what_was_reached(ending: str) -> None:
    for stage in FUNNEL:
        for before in LIFE[1:]:
            assert crosses(before, ending, stage) == 0


def test_an_offered_voucher_is_issued_once_though_it_is_claimed_later() -> None:
    assert total(funnel(steps("none", "offered", "claimed")), "issued") == 1


def test_vouchers_stand_where_their_last_move_led() -> None:
    places = standing([*steps(*LIFE[:4]), Moved("none", "claimed", 4), Moved("claimed", "expired", 1)])
    assert {place.state: count for place, count in places.items() if count} == {
        "completed": 1,
        "claimed": 3,
        "expired": 1,
    }
    assert places[Place(411202, 202303, "completed")] == 1


def test_every_move_of_the_law_crosses_at_most_one_step() -> None:
    for move in MOVES:
        for stage in FUNNEL:
            assert crosses(move.from_state, move.to_state, stage) in {-1, 0, 1}


def test_each_definition_of_use_names_a_stage_of_the_funnel() -> None:
    assert set(DEFINITIONS) == set(FUNNEL) - {"issued"}
