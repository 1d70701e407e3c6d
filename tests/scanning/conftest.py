"""The whole service on a database of its own for each test, and a device at its first door."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.accounts.application import engine_url
from tests.journey.city import Town, close_town, open_town
from tests.scanning.door import Door

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    town = open_town(engine_url(request), tmp_path / "data")
    yield town
    close_town(town)


@pytest.fixture
def door(town: Town) -> Door:
    return Door(town).enrol()
