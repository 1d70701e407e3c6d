"""The one writer of SQLite answers everyone who waits for it, whatever goes wrong."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from voucher_service.database import Chain, Link
from voucher_service.database.hot_path import SQLiteWriter

PLAIN = Chain((Link("kept", "INSERT INTO note (text) VALUES (:text) RETURNING text", ("text",)),))
WAIT_SECONDS = 20


@pytest.fixture
def path(tmp_path: Path) -> str:
    made = tmp_path / "notes.sqlite3"
    with sqlite3.connect(made) as connection:
        connection.execute("CREATE TABLE note (text TEXT NOT NULL) STRICT")
    return str(made)


def test_a_fault_that_is_no_database_error_reaches_its_caller_and_the_writer_lives_on(path: str) -> None:
    class Faulty(Chain):
        def run_on_sqlite(self, *_: object) -> None:
            raise ZeroDivisionError

    writer = SQLiteWriter(path)
    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(ZeroDivisionError):
            pool.submit(writer.run, Faulty(PLAIN.links), {"text": "lost"}).result(WAIT_SECONDS)
        assert pool.submit(writer.run, PLAIN, {"text": "kept"}).result(WAIT_SECONDS) == {"text": "kept"}
    writer.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT text FROM note").fetchall() == [("kept",)]


def test_a_database_that_cannot_be_opened_is_told_and_tried_again(tmp_path: Path) -> None:
    folder = tmp_path / "away"
    writer = SQLiteWriter(str(folder / "notes.sqlite3"))
    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(OperationalError):
            pool.submit(writer.run, PLAIN, {"text": "lost"}).result(WAIT_SECONDS)
        folder.mkdir()
        with sqlite3.connect(folder / "notes.sqlite3") as connection:
            connection.execute("CREATE TABLE note (text TEXT NOT NULL) STRICT")
        assert pool.submit(writer.run, PLAIN, {"text": "kept"}).result(WAIT_SECONDS) == {"text": "kept"}
    writer.close()


def test_closing_while_many_write_leaves_nobody_waiting(path: str) -> None:
    writer = SQLiteWriter(path)
    with ThreadPoolExecutor(9) as pool:
        written = [pool.submit(writer.run, PLAIN, {"text": str(number)}) for number in range(200)]
        pool.submit(writer.close)
        assert [answer.result(WAIT_SECONDS) for answer in written] == [{"text": str(n)} for n in range(200)]
    writer.close()
