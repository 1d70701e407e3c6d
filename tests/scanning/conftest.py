"""The whole service on a database of its own for each test, and a device at its first door."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cities import TownTemplate
from tests.journey.city import Town
from tests.scanning.door import Door

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """On SQLite unless the test asks for another engine."""
    template: TownTemplate = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_town_template")
    with template.copied(tmp_path) as town:
        yield town


@pytest.fixture
def door(town: Town) -> Door:
    return Door(town).enrol()
