"""What every test may ask for, and which tests are slow: that is decided by the folder they live in."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    import pytest

pytest_plugins = ["tests.databases", "tests.cities"]

SLOW_FOLDERS = ("browser", "load", "faults")

# How long an example takes says more about what else the machine does than about the example.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

OBJECTS_BEFORE_COLLECTING = 50_000
"""A service that is put together makes some hundred thousand objects that stay; Python would look through them, and
through all that was imported, a hundred times meanwhile."""


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BEFORE_COLLECTING)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        if folder in SLOW_FOLDERS:
            item.add_marker(folder)
