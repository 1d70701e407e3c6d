"""Nothing that was acknowledged is lost and nothing happens twice, whatever is killed while a crowd redeems.

The last tests are the control: the same check finds one redemption that was taken out, and one that is too many.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import make_url

from tests.faults.crowd import Crowd, Told, disagreements, kept
from tests.faults.service import RunningService, built, opened
from tests.journey.city import PEOPLE as PEOPLE_OF_THE_CITY
from tests.journey.city import Worker
from voucher_service.identifiers import from_hex

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.postgresql import Cluster

PEOPLE = 6
PAUSE_SECONDS = 1.5

pytestmark = pytest.mark.timeout(900)


def trouble(service: RunningService, seconds: float, strike: Callable[[], None]) -> Told:
    """Serve a crowd for so long while `strike` comes again and again; return what the crowd was told."""
    with built(service) as town:
        service.start()
        crowd = Crowd(town, service, PEOPLE)
    crowd.start()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(random.uniform(0.2, PAUSE_SECONDS))  # noqa: S311 - when, not what
        strike()
        _supervise(service)
    crowd.ask_to_finish()
    while crowd.is_busy():
        _supervise(service)
        time.sleep(0.05)
    service.stop()
    return crowd.finish()


def _supervise(service: RunningService) -> None:
    """Start the service again as systemd would: it ends when one of its workers dies twice in five seconds."""
    if not service.is_running():
        service.start()


def assert_nothing_lost_or_doubled(service: RunningService, told: Told) -> None:
    with opened(service) as town:
        assert disagreements(told, kept(town)) == []
    assert service.verdict() == {"green": True, "violations": []}
    assert told.redemptions, "the crowd was never served"


def kill_a_worker(service: RunningService) -> Callable[[], None]:
    def strike() -> None:
        if workers := service.workers():
            service.kill_worker(random.choice(workers))  # noqa: S311 - which, not what

    return strike


def test_killed_workers_lose_and_double_nothing(postgresql_service: RunningService, fault_seconds: float) -> None:
    told = trouble(postgresql_service, fault_seconds, kill_a_worker(postgresql_service))
    assert told.unanswered, "no kill met a request"
    assert_nothing_lost_or_doubled(postgresql_service, told)


def test_a_killed_embedded_service_loses_and_doubles_nothing(
    sqlite_service: RunningService, fault_seconds: float
) -> None:
    told = trouble(sqlite_service, fault_seconds, kill_a_worker(sqlite_service))
    assert told.unanswered, "no kill met a request"
    assert_nothing_lost_or_doubled(sqlite_service, told)


def test_a_crashed_database_loses_and_doubles_nothing(
    postgresql_service: RunningService, durable_cluster: Cluster, fault_seconds: float
) -> None:
    told = trouble(postgresql_service, fault_seconds, lambda: durable_cluster.restart("immediate"))
    assert told.statuses[503], "no crash met a request"
    assert_nothing_lost_or_doubled(postgresql_service, told)


def test_a_redemption_that_was_taken_out_is_found_missing(
    postgresql_service: RunningService, durable_cluster: Cluster
) -> None:
    told = trouble(postgresql_service, 2, lambda: None)
    assert_nothing_lost_or_doubled(postgresql_service, told)
    database = make_url(postgresql_service.environment["DATABASE_URL"]).database
    url = durable_cluster.superuser_url(str(database)).replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")  # what guards the tables is asleep
        connection.execute("DELETE FROM redemption WHERE redemption_id = %s", [from_hex(told.redemptions[0])])
    with opened(postgresql_service) as town:
        assert disagreements(told, kept(town)) == [f"redemptions: {told.redemptions[0]} lost"]


def test_an_effect_that_nobody_was_told_of_is_found(sqlite_service: RunningService) -> None:
    with built(sqlite_service) as town:
        person = Worker(town, PEOPLE_OF_THE_CITY[900], town.city.schools[0].region_id).log_in()
        assert person.claim().status_code == 201
        assert disagreements(Told(), kept(town)) == [f"vouchers: {person.voucher} doubled"]
