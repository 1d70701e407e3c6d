from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journey.city import Town, close_town, open_town

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    opened = open_town(database_url, tmp_path / "data")
    yield opened
    close_town(opened)
