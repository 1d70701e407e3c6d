from __future__ import annotations

import pytest

from tests.faces.browsing import Visitor
from tests.journey.city import Town


@pytest.fixture
def town(fresh_sqlite_town: Town) -> Town:
    return fresh_sqlite_town


@pytest.fixture
def visitor(town: Town) -> Visitor:
    return Visitor(town)
