"""The databases that the other tests stand on keep what they promise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import create_engine, text

from tests.postgresql import APPLICATION, Cluster, Server

if TYPE_CHECKING:
    from collections.abc import Iterator


def conninfo(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


@pytest.fixture
def table_on_disk(durable_cluster: Cluster) -> Iterator[str]:
    """A database with one committed row in it; its URL."""
    with durable_cluster.fresh_database() as name:
        url = durable_cluster.url(name)
        with psycopg.connect(conninfo(url)) as connection:
            connection.execute("CREATE TABLE kept (number int)")
            connection.execute("INSERT INTO kept VALUES (5000)")
        yield url


@pytest.mark.parametrize("attempt", [1, 2])
def test_each_test_gets_an_empty_database_of_its_own(empty_database_url: str, attempt: int) -> None:
    engine = create_engine(empty_database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE left_behind (attempt int)"))
        connection.execute(text("INSERT INTO left_behind VALUES (:attempt)"), {"attempt": attempt})
        assert connection.scalars(text("SELECT attempt FROM left_behind")).all() == [attempt]
    engine.dispose()


@pytest.mark.parametrize("mode", ["fast", "immediate", "kill"])
def test_a_durable_cluster_keeps_what_was_committed(durable_cluster: Cluster, table_on_disk: str, mode: str) -> None:
    durable_cluster.restart(mode)  # type: ignore[arg-type]
    with psycopg.connect(conninfo(table_on_disk)) as connection:
        assert connection.execute("SELECT number FROM kept").fetchall() == [(5000,)]
        assert connection.execute("SHOW fsync").fetchone() == ("on",)


def test_the_applications_role_has_only_the_rights_it_was_given(postgresql_server: Server) -> None:
    with postgresql_server.fresh_database() as name:
        with psycopg.connect(conninfo(postgresql_server.url(name))) as owner:
            owner.execute("CREATE TABLE fact (number int)")
            owner.execute(f"GRANT SELECT, INSERT ON fact TO {APPLICATION}")
        with psycopg.connect(conninfo(postgresql_server.url(name, APPLICATION))) as application:
            application.execute("INSERT INTO fact VALUES (1)")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute("DELETE FROM fact")


def test_the_server_is_utf8_and_sorts_by_code_point(postgresql_server: Server) -> None:
    url = conninfo(postgresql_server.superuser_url("postgres"))
    with psycopg.connect(url) as connection:
        assert connection.info.encoding == "utf-8"
        assert connection.execute("SELECT 'Z' < 'a', length('㐂·𠮷')").fetchone() == (True, 3)
