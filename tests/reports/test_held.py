"""A voucher on hold is not effectively used while the hold stands, now and in every report of a past day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.journey.town import a_door, lasting_town, town
from tests.risk.lines import decide, stop

if TYPE_CHECKING:
    from datetime import date

    from tests.journey.city import Town

__all__ = ["lasting_town", "town"]


def funnel(town: Town, day: date | None = None) -> dict[str, Any]:
    town.tokens.pop("bureau1", None)
    path = f"/api/v1/reports/funnel/{town.city.programme_id}" + (f"?on={day}" if day else "")
    answer = town.get(path, town.staff_token("bureau1"))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def used(report: dict[str, Any], region_id: int) -> tuple[int, int, int, int, int]:
    """Reached, effectively used, on hold; and what the pace and the region say of the used ones."""
    (of_region,) = (region["used"] for region in report["regions"] if region["region_id"] == region_id)
    return report["total"]["certified"], report["used"], report["on_hold"], report["pace"]["used"]["reached"], of_region


def test_a_hold_takes_a_used_voucher_out_of_the_count_until_it_is_lifted(town: Town) -> None:
    door = a_door(town)
    (trainee,) = door.examine(door.complete())
    assert door.certify(trainee)
    region_id = trainee.worker.region_id
    before, _, none_held, *_ = used(funnel(town), region_id)
    certified_on = town.clock.now().date()
    assert none_held == 0
    town.clock.advance(days=2)
    placed = stop(trainee.worker)
    assert placed.status_code == 201, placed.text
    held = used(funnel(town), region_id)
    held_on = town.clock.now().date()
    assert held[:4] == (before, before - 1, 1, before - 1)
    town.clock.advance(days=2)
    decide(town, placed, "lift")
    lifted = used(funnel(town), region_id)
    assert lifted == (before, before, 0, before, held[4] + 1)
    town.clock.advance(days=2)
    assert used(funnel(town, certified_on), region_id) == lifted
    assert used(funnel(town, held_on), region_id) == held
