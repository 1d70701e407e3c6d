"""`sealing`: redemptions by pgbench with the sealer behind them until the last is sealed, against the same unsealed.

pgbench redeems faster than the service can, so the sealer's share of the machine is never larger than here.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final

from tests.load.benches.pairs import Pairs, take_turns
from tests.load.benches.pgbench import CONNECTIONS
from tests.load.benches.prepared import issue
from tests.load.benches.redeeming import pgbench_redeeming
from tests.load.benches.rig import Rig, standing
from voucher_service.ledger.sealing import PAUSE_SECONDS, seal_once

if TYPE_CHECKING:
    from datetime import datetime

AIM: Final = 0.92
A_SECOND: Final = 4000


def measure(seconds: float, pairs: int) -> dict[str, Any]:
    with standing() as rig:
        return Bench(rig, seconds, pairs).run()


class Bench:
    """Numbers of vouchers are dealt in order, one hand for each run."""

    def __init__(self, rig: Rig, seconds: float, pairs: int) -> None:
        self.rig, self.pairs = rig, pairs
        self.each = max(1, int(A_SECOND * seconds) // CONNECTIONS)
        self.now: datetime = rig.app.extensions["clock"].now()
        self.prepared = issue(rig, 2 * pairs * self.each * CONNECTIONS, self.now)
        self.dealt, self.sealed = 0, 0

    def run(self) -> dict[str, Any]:
        self._seal()
        self.sealed = 0
        ours, limit = take_turns(self.pairs, self._sealed, self._unsealed)
        line = Pairs("redeem and seal", "redeem", AIM, ours, limit)
        return {
            "lines": [line.as_document()],
            "connections": CONNECTIONS,
            "facts_sealed": self.sealed,
            "redeemed_counted": self.rig.count("redemption"),
            "durability": self.rig.durability(),
        }

    def _sealed(self, _: int) -> float:
        """Redeem while another thread seals every second as the service does, and wait until it has sealed all."""
        done = threading.Event()
        sealer = threading.Thread(target=self._seal_until, args=(done,))
        start = time.perf_counter()
        sealer.start()
        try:
            self._redeem()
        finally:
            done.set()
            sealer.join()
        return self.each * CONNECTIONS / (time.perf_counter() - start)

    def _unsealed(self, _: int) -> float:
        start = time.perf_counter()
        self._redeem()
        spent = time.perf_counter() - start
        self._seal()  # so that the next run pays for its own facts only
        return self.each * CONNECTIONS / spent

    def _redeem(self) -> None:
        first = 1 + self.dealt
        self.dealt += self.each * CONNECTIONS
        pgbench_redeeming(self.rig, first, self.each, self.prepared.classes, self.now)

    def _seal_until(self, done: threading.Event) -> None:
        while not done.wait(PAUSE_SECONDS):
            self._seal()
        self._seal()

    def _seal(self) -> None:
        with self.rig.app.app_context():
            while facts := seal_once(self.rig.app.extensions["clock"].now()):
                self.sealed += facts
