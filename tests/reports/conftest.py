from __future__ import annotations

import pytest

from tests.journey.city import Town


@pytest.fixture
def town(fresh_town: Town) -> Town:
    return fresh_town
