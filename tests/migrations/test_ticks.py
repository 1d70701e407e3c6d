"""What clerks had recorded before there were sign-ins is kept as their ticks, and goes back as it came."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.journey.city import Town, close_town, open_town
from tests.journey.town import a_door
from tests.migrations.schemas import contents_of, opened
from voucher_service.database import migrate
from voucher_service.database.migration import downgrade

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BEFORE = "0026_objections_filed"
TICK = ("region_id", "class_id", "session_no", "redemption_id", "holder_id", "method", "state", "flags", "recorded_by")


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    opened_town = open_town(database_url, tmp_path / "data")
    yield opened_town
    close_town(opened_town)


def test_what_was_recorded_becomes_a_tick_of_the_same_person_and_session(town: Town, database_url: str) -> None:
    door = a_door(town)
    first, second = door.seat(2)
    for session_no, present in ((1, [first, second]), (2, [first])):
        town.clock.moment = door.sessions()[session_no - 1].starts_at + timedelta(minutes=5)
        assert door.attend([trainee.redemption for trainee in present], session_no).status_code == 200
    close_town(town)
    with opened(database_url) as engine:
        ticks = contents_of(engine)["sign_in"]
        downgrade(database_url, BEFORE)
        recorded = contents_of(engine)["attendance"]
        migrate(database_url)
        again = contents_of(engine)["sign_in"]
    assert len(recorded) == len(ticks) == 3
    assert {row["redemption_id"] for row in recorded} == {row["redemption_id"] for row in ticks}
    assert sorted(repr([row[name] for name in TICK]) for row in again) == sorted(
        repr([row[name] for name in TICK]) for row in ticks
    )
    assert {row["recorded_at"] for row in again} == {row["signed_at"] for row in ticks}
