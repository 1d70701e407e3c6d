"""What a page has read is not asked again while it reads; whoever writes asks anew."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from tests.accounts.application import engine_url, on_each_engine, small_service
from voucher_service.database import asked_once, db, end_reading, unit_of_work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [on_each_engine, pytest.mark.usefixtures("app")]


@pytest.fixture
def app(request: pytest.FixtureRequest) -> Iterator[None]:
    with small_service(engine_url(request)) as app, app.app_context():
        yield


@pytest.fixture
def asked() -> list[str]:
    """What the database was asked."""
    return []


@pytest.fixture
def ask(asked: list[str]) -> Callable[..., int]:
    @asked_once
    def count(word: str, *, times: int = 1) -> int:
        asked.append(word)
        return times * int(db.session.scalar(text("SELECT count(*) FROM login_failure")) or 0)

    return count


def fail_a_log_in(name: str) -> None:
    added = text("INSERT INTO login_failure (login_hash, failures, window_started_at) VALUES (:name, 1, 1)")
    db.session.execute(added, {"name": hashlib.sha256(name.encode()).digest()})


def test_the_same_question_is_asked_once_and_others_as_well(ask: Callable[..., int], asked: list[str]) -> None:
    assert [ask("a"), ask("a"), ask("b"), ask("a", times=2)] == [0, 0, 0, 0]
    assert asked == ["a", "b", "a"]


def test_who_writes_asks_anew(ask: Callable[..., int]) -> None:
    assert ask("a") == 0
    with unit_of_work():
        assert ask("a") == 0
        fail_a_log_in("x")
        assert ask("a") == 1
        fail_a_log_in("y")
        assert ask("a") == 2
    assert ask("a") == 2


def test_what_was_read_is_forgotten_when_the_reading_ends(ask: Callable[..., int], asked: list[str]) -> None:
    ask("a")
    end_reading()
    ask("a")
    assert asked == ["a", "a"]
