"""Random days without a net: nothing doubled, nothing lost, and no order of arrival matters where it must not.

A share of them is held against the rules here and all of them in `tests/load`; some run through the service itself.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.races.crowd import assert_green
from tests.scanning.book import BROKEN, Book
from tests.scanning.door import on_each_engine
from tests.scanning.judgement import faults_of
from tests.scanning.living import LIVES_AT_ONCE, DyingDoor, HttpDoor, VerbDoor, live_all, scans_kept
from tests.scanning.many_days import EVERY_KIND, SEED, live_through, page
from tests.scanning.schedules import Schedule, drawn

if TYPE_CHECKING:
    from tests.journey.city import Town

SHARE = 8_000
AT_ONCE = LIVES_AT_ONCE // 2


def some_schedules(count: int, seed: int = SEED) -> list[Schedule]:
    draw = random.Random(seed)  # noqa: S311 - a schedule, not a secret
    return [drawn(draw) for _ in range(count)]


def faults_lived(town: Town, chosen: list[Schedule], kind: type[HttpDoor]) -> list[list[str]]:
    return [faults_of(*lived) for lived in zip(chosen, live_all(town, chosen, kind), strict=True)]


def test_no_schedule_doubles_or_loses_a_scan_and_no_order_of_arrival_matters() -> None:
    tally = live_through(SHARE)
    assert tally.faults == []
    assert tally.kinds.keys() == EVERY_KIND.keys()
    assert f"Scans made: {tally.scans:,}" in page(tally)


@pytest.mark.parametrize("broken", BROKEN)
def test_a_service_that_is_broken_in_one_way_is_found_out(broken: type[Book]) -> None:
    assert live_through(500, broken).faults != []


@on_each_engine
def test_the_service_and_its_database_answer_every_schedule_as_the_rules_say(town: Town) -> None:
    chosen = some_schedules(AT_ONCE)
    assert faults_lived(town, chosen, VerbDoor) == [[]] * AT_ONCE
    sent = sum(len(schedule.scans) * len(schedule.lives) for schedule in chosen)
    assert scans_kept(town) == (sent, 0)
    assert_green(town)


@on_each_engine
def test_a_service_that_dies_in_every_upload_answers_the_same_in_the_end(town: Town) -> None:
    chosen, deaths = some_schedules(3, seed=3), DyingDoor.deaths
    assert faults_lived(town, chosen, DyingDoor) == [[], [], []]
    assert DyingDoor.deaths - deaths > len(chosen)
    assert_green(town)


def test_every_schedule_is_answered_the_same_over_http(town: Town) -> None:
    assert faults_lived(town, some_schedules(2, seed=2), HttpDoor) == [[], []]
    assert_green(town)


def test_a_service_that_asks_no_rule_is_found_out(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voucher_service.scanning.rules.against_moment", lambda *_: None)
    assert faults_lived(town, some_schedules(AT_ONCE), VerbDoor) != [[]] * AT_ONCE
