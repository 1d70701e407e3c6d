"""A database that is away: an honest 503 while it is, the old service again when it is back."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import psycopg
import pytest
import urllib3
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tests.faults.crowd import Crowd, disagreements, kept
from tests.faults.service import RunningService, built, opened
from tests.postgresql import OWNER
from voucher_service.app import create_app
from voucher_service.database import Chain, Link, db
from voucher_service.settings import Secrets, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from tests.postgresql import Cluster

AWAY_SECONDS = 3


def test_a_database_that_is_away_is_a_503_and_nothing_worse(
    postgresql_service: RunningService, durable_cluster: Cluster
) -> None:
    service = postgresql_service
    with built(service) as town:
        service.start()
        crowd = Crowd(town, service, 4)
    crowd.start()
    time.sleep(1)
    durable_cluster.stop()
    time.sleep(AWAY_SECONDS)
    refused = urllib3.request("GET", f"{service.address}/readyz", retries=False)
    assert (refused.status, refused.json()["missing"]) == (503, ["database"])
    durable_cluster.start()
    before = len(crowd.told.redemptions)
    time.sleep(2)
    told = crowd.finish()  # any other answer than a success or a 503 with Retry-After is raised here
    service.stop()
    assert told.statuses[503]
    assert len(told.redemptions) > before
    with opened(service) as town:
        assert disagreements(told, kept(town)) == []
    assert service.verdict()["green"]


def test_a_stopped_service_answers_what_it_has_begun(postgresql_service: RunningService) -> None:
    service = postgresql_service
    with built(service) as town:
        service.start()
        crowd = Crowd(town, service, 4)
    crowd.start()
    time.sleep(1)
    stopper = threading.Thread(target=service.stop)
    stopper.start()
    stopper.join(30)
    assert not service.is_running()
    service.start()
    told = crowd.finish()
    service.stop()
    with opened(service) as town:
        assert disagreements(told, kept(town)) == []


def test_a_session_is_put_away_although_its_database_has_gone(application: Flask, superuser_url: str) -> None:
    """A connection that breaks after the answer was made does not make another answer of it."""
    with application.app_context():
        read = db.session.scalars(text("SELECT pg_backend_pid()")).one()
        with psycopg.connect(superuser_url.replace("+psycopg", ""), autocommit=True) as superuser:
            superuser.execute("SELECT pg_terminate_backend(%s)", [read])
        time.sleep(0.2)
    with application.app_context():
        assert db.session.scalars(text("SELECT pg_backend_pid()")).one() != read


def test_a_chain_outlives_its_connection_and_names_a_lost_database(application: Flask, superuser_url: str) -> None:
    """Twice in a row: what was closed once is not put away again."""
    chain = Chain((Link("asked", "SELECT pg_backend_pid() AS pid", ("pid",)),))
    with application.app_context():
        first = chain.run({})
        assert first
        with psycopg.connect(superuser_url.replace("+psycopg", ""), autocommit=True) as superuser:
            for _ in range(2):
                superuser.execute("SELECT pg_terminate_backend(%s)", [(chain.run({}) or {})["pid"]])
            time.sleep(0.2)
            assert chain.run({}) != first
            superuser.execute(f"ALTER ROLE {OWNER} NOLOGIN")
            superuser.execute("SELECT pg_terminate_backend(%s)", [(chain.run({}) or {})["pid"]])
            try:
                with pytest.raises(OperationalError):
                    chain.run({})
                with pytest.raises(OperationalError):
                    chain.run({})
            finally:
                superuser.execute(f"ALTER ROLE {OWNER} LOGIN")
        assert chain.run({})


@pytest.fixture
def application(postgresql_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(Settings("demo", postgresql_url, tmp_path, Secrets.drawn()))
    yield app
    app.extensions["hot_path"].close()
    with app.app_context():
        db.engine.dispose()
