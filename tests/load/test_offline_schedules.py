"""All of the random days without a net against the rules, and more of them through the service on both engines.

OFFLINE_SCHEDULES asks for another number of the first, OFFLINE_TOWNS for more towns of the second.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.databases import ENGINES
from tests.races.crowd import assert_green
from tests.scanning.living import VerbDoor
from tests.scanning.many_days import ALL, EVERY_KIND, SEED, live_through
from tests.scanning.test_offline_schedules import AT_ONCE, faults_lived, some_schedules

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cities import TownTemplate

pytestmark = pytest.mark.load
SCHEDULES = int(os.environ.get("OFFLINE_SCHEDULES", str(ALL)))
TOWNS = int(os.environ.get("OFFLINE_TOWNS", "4"))


@pytest.mark.timeout(300 + SCHEDULES // 100)
def test_none_of_a_hundred_thousand_days_doubles_or_loses_a_scan() -> None:
    tally = live_through(SCHEDULES)
    assert tally.faults == []
    assert tally.schedules == SCHEDULES
    assert tally.kinds.keys() == EVERY_KIND.keys()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.timeout(300 + 120 * TOWNS)
def test_several_towns_answer_their_days_as_the_rules_say(
    request: pytest.FixtureRequest, tmp_path: Path, engine: str
) -> None:
    template: TownTemplate = request.getfixturevalue(f"{engine}_town_template")
    for number in range(TOWNS):
        folder = tmp_path / str(number)
        folder.mkdir()
        with template.copied(folder) as town:
            chosen = some_schedules(AT_ONCE, SEED + 1 + number)
            assert faults_lived(town, chosen, VerbDoor) == [[]] * AT_ONCE
            assert_green(town)
