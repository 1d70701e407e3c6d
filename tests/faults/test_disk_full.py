"""A disk that is full: an honest 503 while it is, nothing lost, and the old service again when there is room."""

from __future__ import annotations

import resource
import time
from typing import TYPE_CHECKING

from tests.faults.crowd import Crowd, disagreements, kept
from tests.faults.service import built, opened

if TYPE_CHECKING:
    from tests.faults.service import RunningService

FULL_SECONDS = 2
FULL_BYTES = 256 * 1024
"""Less than the database has already, so that neither it nor its log can be written behind this place."""


def test_a_full_disk_is_a_503_and_loses_nothing(sqlite_service: RunningService) -> None:
    with built(sqlite_service) as town:
        sqlite_service.start()
        crowd = Crowd(town, sqlite_service, 3)
    crowd.start()
    time.sleep(1)
    let_files_grow_to(FULL_BYTES, sqlite_service)
    time.sleep(FULL_SECONDS)
    before = len(crowd.told.redemptions)
    let_files_grow_to(resource.RLIM_INFINITY, sqlite_service)
    time.sleep(FULL_SECONDS)
    told = crowd.finish()  # any other answer than a success or a 503 with Retry-After is raised here
    sqlite_service.stop()
    assert told.statuses[503], "the disk was never full"
    assert len(told.redemptions) > before
    with opened(sqlite_service) as town:
        assert disagreements(told, kept(town)) == []
    assert sqlite_service.verdict() == {"green": True, "violations": []}


def let_files_grow_to(size: int, service: RunningService) -> None:
    """To the one that writes, a bound on its files is a full disk, and it needs no disk of its own."""
    for pid in service.workers():
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))
