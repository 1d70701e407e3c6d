"""Sixty-four at one door: everyone is ready before anyone moves."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.journey.city import PEOPLE, Town, Worker
from voucher_service.identifiers import to_hex
from voucher_service.ledger.invariants import check_invariants
from voucher_service.ledger.sealing import seal_once

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CROWD = 64
READY_SECONDS = 60.0
"""A crowd of which one member never comes breaks up instead of waiting for ever."""


class Outcome(NamedTuple):
    """How a race ended: answers by status and code, and what the winners were given."""

    answers: Counter[tuple[int, str | None]]
    won: list[dict[str, Any]]
    replayed: int
    documents: list[dict[str, Any]]

    def total(self, member: str) -> int:
        """Add up one member of the answers that have it."""
        return sum(int(found.get(member, 0)) for found in self.documents)


def race(acts: Sequence[Callable[[], Any]]) -> Outcome:
    """Let every act make its request at the same moment, each in a thread of its own."""
    start = Barrier(len(acts), timeout=READY_SECONDS)

    def run(act: Callable[[], Any]) -> Any:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as crowd:
        answers = list(crowd.map(run, acts))
    documents = [answer.get_json(force=True, silent=True) or {} for answer in answers]
    return Outcome(
        Counter((answer.status_code, found.get("code")) for answer, found in zip(answers, documents, strict=True)),
        [found for answer, found in zip(answers, documents, strict=True) if answer.status_code == 201],
        sum(answer.headers.get("Idempotency-Hit") == "true" for answer in answers),
        documents,
    )


def workers(town: Town, count: int = CROWD) -> list[Worker]:
    """Return so many people of the first school's region, logged in."""
    region_id = town.city.schools[0].region_id
    return [Worker(town, PEOPLE[number], region_id).log_in() for number in range(count)]


def holders_of_codes(town: Town, count: int = CROWD) -> list[Worker]:
    """Return so many people who have claimed a voucher and opened its live code."""
    crowd = workers(town, count)
    for worker in crowd:
        assert worker.claim().status_code == 201
        worker.open_code()
    return crowd


def first_class(town: Town) -> tuple[int, int]:
    """Return the class of the first school, as (region_id, class_id)."""
    region_id = town.city.schools[0].region_id
    return next(found for found in town.city.classes if found[0] == region_id)


def first_class_hex(town: Town) -> str:
    return to_hex(first_class(town)[1])


def assert_green(town: Town) -> None:
    """The ledger holds together before its tail is sealed and after."""
    with town.app.app_context():
        assert check_invariants() == []
        seal_once(town.clock.now())
        assert check_invariants() == []
