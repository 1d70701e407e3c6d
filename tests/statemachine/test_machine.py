"""Random histories of the whole service, each step held against an independent model and the ledger's invariants.

STATEMACHINE_EXAMPLES=500 looks much further than a normal run does. A normal run draws the same histories every time,
so that a change is judged and not the luck of the draw.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.databases import postgresql_copies, sqlite_copies, whole
from tests.statemachine.machine import LedgerMachine
from tests.statemachine.site import Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.postgresql import Server

EXAMPLES = int(os.environ.get("STATEMACHINE_EXAMPLES", "0"))
NORMAL = {"sqlite": 10, "postgresql": 3}
STEPS = 40
EXAMPLES_TO_FIND = 40


@pytest.fixture(scope="module")
def sqlite_site(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    built = Path(shutil.copyfile(migrated_sqlite, folder / "built.sqlite3"))
    site = Site(f"sqlite:///{built}", sqlite_copies(built))
    whole(built)
    yield site
    site.close()


@pytest.fixture(scope="module")
def postgresql_site(postgresql_server: Server, migrated_postgresql: str) -> Iterator[Site]:
    with postgresql_server.fresh_database(migrated_postgresql) as built:
        site = Site(postgresql_server.url(built), postgresql_copies(postgresql_server, built))
        yield site
        site.close()


def look_for_disagreements(built: Site, examples: int) -> None:
    """Play so many histories; raises what the first disagreement raises. Nothing is shrunk: that may take minutes."""

    class Machine(LedgerMachine):
        site = built

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            derandomize=not EXAMPLES,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )


@pytest.mark.timeout(3600 if EXAMPLES else 300)
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_every_history_agrees_with_the_model(engine: str, request: pytest.FixtureRequest) -> None:
    look_for_disagreements(request.getfixturevalue(f"{engine}_site"), EXAMPLES or NORMAL[engine])


def nothing(*_: object, **__: object) -> int:
    return 0


PLANTED = {
    "a returned voucher keeps its quota": ("voucher_service.programmes.service.free_quota", nothing),
    "an undone redemption keeps its seat": ("voucher_service.classes.service.free_seat", nothing),
    "an answer is not kept": ("voucher_service.web.idempotency.keep", nothing),
}


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found(bug: str, sqlite_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*PLANTED[bug])
    with pytest.raises(AssertionError):
        look_for_disagreements(sqlite_site, EXAMPLES_TO_FIND)
