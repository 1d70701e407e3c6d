"""The control of every check for lost redemptions: a store that acknowledges and forgets is found by the same check."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.faults.crowd import Crowd, Told, disagreements, kept
from tests.faults.service import RunningService, built, opened
from tests.postgresql import Cluster, PostgreSQLUnavailable, find_binaries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PEOPLE = 3
SECONDS = 2.0

KEEPS = {
    # Nothing but a commit takes what was written to the disk; the one process that also would is held back below.
    "wal_buffers": "64MB",
    "bgwriter_lru_maxpages": "0",
    "autovacuum": "off",
}
FORGETS = {**KEEPS, "synchronous_commit": "off"}
"""It acknowledges what is only in its memory; nothing else is different."""

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def store(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    try:
        find_binaries()
    except PostgreSQLUnavailable as missing:
        pytest.skip(str(missing))
    with Cluster.running(durable=True, settings=request.param) as cluster:
        yield cluster


@pytest.fixture
def service(store: Cluster, tmp_path: Path) -> Iterator[RunningService]:
    with store.fresh_database() as name:
        running = RunningService(store.url(name), tmp_path)
        yield running
        running.stop()


def serve_and_kill(store: Cluster, service: RunningService) -> Told:
    """Serve a crowd that is answered to the last request, kill the database at once, and start it again."""
    with built(service) as town:
        service.start()
        crowd = Crowd(town, service, PEOPLE)
    writer = hold_back_writer(store)
    try:
        crowd.start()
        time.sleep(SECONDS)
        told = crowd.finish()
        store.stop("kill")
    finally:
        os.kill(writer, signal.SIGKILL)
    store.start()
    service.stop()
    return told


def hold_back_writer(store: Cluster) -> int:
    """Bring everything so far to the disk, and stop the process that would do so by and by; return its number."""
    with psycopg.connect(store.superuser_url("postgres").replace("+psycopg", ""), autocommit=True) as superuser:
        superuser.execute("CHECKPOINT")
        found = superuser.execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'").fetchone()
    assert found
    writer: int = found[0]
    os.kill(writer, signal.SIGSTOP)
    return writer


@pytest.mark.parametrize("store", [KEEPS], indirect=True, ids=["keeps"])
def test_a_store_that_keeps_what_it_acknowledged_has_it_all_when_it_is_killed(
    store: Cluster, service: RunningService
) -> None:
    told = serve_and_kill(store, service)
    assert told.redemptions
    with opened(service) as town:
        assert disagreements(told, kept(town)) == []
    assert service.verdict() == {"green": True, "violations": []}


@pytest.mark.parametrize("store", [FORGETS], indirect=True, ids=["forgets"])
def test_a_store_that_acknowledges_and_forgets_is_found(store: Cluster, service: RunningService) -> None:
    told = serve_and_kill(store, service)
    with opened(service) as town:
        found = disagreements(told, kept(town))
    assert any(line.startswith("redemptions: ") for line in found)
    assert {line.rsplit(" ", 1)[-1] for line in found} == {"lost"}
    assert not service.verdict()["green"], "heads were published of what is gone"
