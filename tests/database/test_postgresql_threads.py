"""A chain over libpq's own call: what is sent and read is the same whatever the value, and bad values are refused."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from voucher_service.database import Chain, Link
from voucher_service.database.chain import ChainBroken
from voucher_service.database.postgresql_threads import PostgreSQLThreads

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 2**63 - 1
COLUMNS = ("whole", "words", "hash", "nothing")
KEPT = Chain(
    (
        Link(
            "kept",
            "INSERT INTO note (whole, words, hash, nothing) VALUES (:whole, :words, :hash, :nothing) "
            "RETURNING whole, words, encode(hash, 'hex') AS hash, nothing",
            COLUMNS,
        ),
    )
)
ASKED = Chain(
    (Link("asked", "SELECT count(*) AS times FROM pg_prepared_statements WHERE name LIKE 'chain_%'", ("times",)),)
)
NOBODY = Chain((Link("found", "SELECT whole FROM note WHERE whole = :whole", ("whole",)),))


@pytest.fixture
def hot_path(postgresql_url: str) -> Iterator[PostgreSQLThreads]:
    with psycopg.connect(postgresql_url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE note (whole BIGINT PRIMARY KEY, words TEXT, hash BYTEA, nothing INTEGER)")
    opened = PostgreSQLThreads(postgresql_url)
    yield opened
    opened.close()


@pytest.mark.parametrize("whole", [0, -1, 32768, LARGEST, -LARGEST - 1])
@pytest.mark.parametrize("words", ["", "𠮷野·家", "it's \\x00 $1 :whole %s"])
@pytest.mark.parametrize("nothing", [None, 7])
def test_a_value_comes_back_as_it_was_sent(
    hot_path: PostgreSQLThreads, whole: int, words: str, nothing: int | None
) -> None:
    digest = bytes(range(32))
    row = hot_path.run(KEPT, {"whole": whole, "words": words, "hash": digest, "nothing": nothing, "unused": 1.5})
    assert row == {"whole": whole, "words": words, "hash": digest.hex(), "nothing": nothing}


def test_a_chain_is_prepared_once_whatever_its_values(hot_path: PostgreSQLThreads) -> None:
    for whole in (1, 40_000, LARGEST):
        hot_path.run(KEPT, {"whole": whole, "words": "", "hash": b"", "nothing": None})
    assert hot_path.run(ASKED, {}) == {"times": 2}


def test_a_broken_constraint_is_named_and_nothing_is_kept(hot_path: PostgreSQLThreads) -> None:
    once: dict[str, Any] = {"whole": 1, "words": "", "hash": b"", "nothing": None}
    hot_path.run(KEPT, once)
    with pytest.raises(ChainBroken) as broken:
        hot_path.run(KEPT, once | {"words": "again"})
    assert broken.value.constraint == "note_pkey"


def test_no_row_is_none(hot_path: PostgreSQLThreads) -> None:
    assert hot_path.run(NOBODY, {"whole": 5}) is None


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"words": "before\0after"}, psycopg.DataError),
        ({"whole": 1.0}, TypeError),
        ({"whole": True}, TypeError),
        ({"whole": LARGEST + 1}, psycopg.DataError),
        ({"nothing": LARGEST}, psycopg.DataError),
    ],
)
def test_what_no_chain_may_send_is_refused_and_the_next_is_served(
    hot_path: PostgreSQLThreads, wrong: dict[str, Any], error: type[Exception]
) -> None:
    good: dict[str, Any] = {"whole": 1, "words": "good", "hash": b"", "nothing": None}
    with pytest.raises(error):
        hot_path.run(KEPT, good | wrong)
    assert hot_path.run(KEPT, good)


def test_a_connection_that_takes_nothing_more_is_replaced(hot_path: PostgreSQLThreads) -> None:
    """What did not get out is sent again on another one."""
    good: dict[str, Any] = {"whole": 1, "words": "", "hash": b"", "nothing": None}
    hot_path.run(KEPT, good)
    held = hot_path._local.connection
    with socket.socket(fileno=os.dup(held.pgconn.socket)) as same:
        same.shutdown(socket.SHUT_RDWR)
    assert hot_path.run(KEPT, good | {"whole": 2})
    assert hot_path._local.connection is not held
