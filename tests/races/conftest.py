"""The whole service on a database of its own for each race, on both engines."""

from __future__ import annotations

import pytest

from tests.journey.city import Town


@pytest.fixture
def town(fresh_town: Town) -> Town:
    return fresh_town
