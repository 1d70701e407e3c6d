"""The sealer killed at each point of a pass: the next one seals on, nothing twice, and the ledger verifies."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from tests.faults.service import ROOT, built
from tests.journey.city import PEOPLE, Worker
from voucher_service.database import db
from voucher_service.ledger.invariants import check_invariants
from voucher_service.ledger.sealing import seal_once

if TYPE_CHECKING:
    from tests.faults.service import RunningService
    from tests.journey.city import Town

CLAIMED = 3

POINTS = {
    "facts read, nothing written": "_seal_region",
    "trees and roll-ups written, the head not yet signed": "_add_head",
    "committed, the head not yet published": "publish_heads",
}
"""Where the sealer dies: when it is about to call this function of `ledger.sealing`."""

DYING = """
import os, signal
from voucher_service.ledger import sealing
sealing.{point} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
from voucher_service.cli import main
main(["seal"])
"""

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest) -> RunningService:
    found: RunningService = request.getfixturevalue(f"{request.param}_service")
    return found


def claim(town: Town, first: int) -> None:
    """Have some people claim vouchers, which then wait for the sealer."""
    for number in range(first, first + CLAIMED):
        assert Worker(town, PEOPLE[number], town.city.schools[0].region_id).log_in().claim().status_code == 201


def rows(query: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in db.session.execute(text(query))]


def assert_sealed_once(town: Town, facts: int, heads: int) -> None:
    """Every fact is in the trees and the roll-ups once, every head signed and published once, and all of it holds."""
    assert rows("SELECT sum(facts), max(tree_size) FROM seal") == [(facts, facts)]
    assert rows("SELECT sum(vouchers) FROM rollup") == [(facts,)]
    assert rows("SELECT head_no FROM head ORDER BY head_no") == [(number,) for number in range(1, heads + 1)]
    published = town.app.extensions["settings"].heads_file.read_text().splitlines()
    assert [json.loads(line)["head_no"] for line in published] == list(range(1, heads + 1))
    assert check_invariants() == []


def test_a_sealer_that_is_killed_is_followed_by_one_that_seals_on(service: RunningService) -> None:
    with built(service) as town:
        for heads, (where, point) in enumerate(POINTS.items(), start=1):
            claim(town, heads * CLAIMED)
            died = subprocess.run(
                [sys.executable, "-c", DYING.format(point=point)], env=service.environment, check=False, cwd=ROOT
            )
            assert died.returncode == -signal.SIGKILL, where
            with town.app.app_context():
                committed = point == "publish_heads"
                assert rows("SELECT count(*) FROM head") == [(heads if committed else heads - 1,)], where
                assert check_invariants() == [], where
                db.session.remove()
                assert seal_once(town.clock.now()) == (0 if committed else CLAIMED), where
                assert seal_once(town.clock.now()) == 0
                assert_sealed_once(town, heads * CLAIMED, heads)
                db.session.remove()
    assert service.verdict() == {"green": True, "violations": []}
