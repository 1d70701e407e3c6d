"""The whole service on a database of its own for each race, on both engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journey.city import Town, close_town, open_town

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    town = open_town(database_url, tmp_path / "data")
    yield town
    close_town(town)
