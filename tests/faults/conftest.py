"""A service of one's own for each fault, on a database that keeps its promises."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.faults.service import RunningService

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.postgresql import Cluster


@pytest.fixture(scope="session")
def fault_seconds() -> float:
    """How long a crowd is troubled: FAULT_SECONDS=60 and more for a thorough look."""
    return float(os.environ.get("FAULT_SECONDS", "12"))


@pytest.fixture
def postgresql_service(durable_cluster: Cluster, tmp_path: Path) -> Iterator[RunningService]:
    with durable_cluster.fresh_database() as name:
        service = RunningService(durable_cluster.url(name), tmp_path)
        yield service
        service.stop()


@pytest.fixture
def sqlite_service(tmp_path: Path) -> Iterator[RunningService]:
    service = RunningService(f"sqlite:///{tmp_path / 'voucher.sqlite3'}", tmp_path)
    yield service
    service.stop()
