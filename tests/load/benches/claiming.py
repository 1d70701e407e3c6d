"""`claim`: enrolled people claim over HTTP, against pgbench sending the same SQL to the same database."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from tests.load.benches.connections import post, send_all
from tests.load.benches.pairs import Pairs, take_turns
from tests.load.benches.pgbench import CONNECTIONS, run_pgbench
from tests.load.benches.prepared import SEED
from tests.load.benches.rig import WORKERS, Rig, standing
from voucher_service.accounts import service as accounts
from voucher_service.calendar import month_of
from voucher_service.clock import to_microseconds
from voucher_service.database import unit_of_work
from voucher_service.demo.people import Population
from voucher_service.holders import service as holders
from voucher_service.holders.rules import Identity
from voucher_service.vouchers.service import CLAIM
from voucher_service.web.access import HOLDER, Caller

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from voucher_service.demo.people import Person

CLAIMS_A_SECOND, PGBENCH_A_SECOND = 500, 5000
WARM_UP: Final = 100
ANSWERS: Final = {
    **dict.fromkeys(("wants_training", "wants_work", "able_to_attend"), True),
    "schooling": "none",
    "former_post": "other",
}


def measure(seconds: float, pairs: int) -> dict[str, Any]:
    with standing() as rig:
        return Bench(rig, seconds, pairs).run()


class Bench:
    """Everybody claims in one region, whose quota row they all pass: the rush at its worst."""

    def __init__(self, rig: Rig, seconds: float, pairs: int) -> None:
        self.rig, self.pairs = rig, pairs
        self.http_each = int(CLAIMS_A_SECOND * seconds)
        self.pgbench_each = int(PGBENCH_A_SECOND * seconds) // CONNECTIONS
        self.said = WARM_UP + pairs * (self.http_each + self.pgbench_each * CONNECTIONS)
        self.region_id = rig.city.schools[0].region_id
        self.now: datetime = rig.app.extensions["clock"].now()
        self.tokens = self._enrol(WARM_UP + pairs * self.http_each)
        with rig.connect() as connection:
            connection.execute("UPDATE allotment SET quota = %s WHERE region_id = %s", (self.said, self.region_id))

    def run(self) -> dict[str, Any]:
        with self.rig.serving() as self.address:
            self._send(self.tokens[:WARM_UP])
            ours, limit = take_turns(self.pairs, self._over_http, self._by_pgbench)
        return {
            "lines": [Pairs("claim over HTTP", "pgbench, same SQL and database", None, ours, limit).as_document()],
            "connections": CONNECTIONS,
            "workers": WORKERS,
            "claimed_said": self.said,
            "claimed_counted": self.rig.count("voucher"),
            "durability": self.rig.durability(),
        }

    def _enrol(self, count: int) -> list[str]:
        """Enrol people and log them in; return their tokens."""
        with self.rig.app.app_context(), unit_of_work():
            return [self._log_in(person) for person in Population(SEED, count)]

    def _log_in(self, person: Person) -> str:
        identity = Identity(person.name, person.id_number, person.phone)
        holder_id = holders.enrol(identity, self.region_id, person.category)
        return accounts.open_session(Caller(HOLDER, holder_id, self.region_id))

    def _over_http(self, number: int) -> float:
        self.rig.wait_for_sealer()
        first = WARM_UP + number * self.http_each
        return self._send(self.tokens[first : first + self.http_each])

    def _send(self, tokens: Sequence[str]) -> float:
        body = {"programme_id": self.rig.city.programme_id, "answers": ANSWERS}
        requests = [post("/api/v1/vouchers", token, "bench-claim", body) for token in tokens]
        answered = send_all(self.address, requests, CONNECTIONS)
        assert set(answered.statuses) == {201}, set(answered.statuses)
        return len(tokens) / answered.seconds

    def _by_pgbench(self, _: int) -> float:
        self.rig.wait_for_sealer()
        return run_pgbench(self.rig, CLAIM, _SCRIPT, self._constants(), self.pgbench_each)

    def _constants(self) -> dict[str, object]:
        return {
            "region_id": self.region_id,
            "programme_id": self.rig.city.programme_id,
            "voucher_hex": "0" * 16,
            "month": month_of(self.now),
            "now": to_microseconds(self.now),
            "expires_at": to_microseconds(self.now + timedelta(days=90)),
            "expires_text": self.now.isoformat(),
            "answers": "{}",
            "only_family": "machining",
            "not_family": "none",
            "commitment": "\\x" + "00" * 32,
            "actor_role": "holder",
            "reference_id": 0,
            "caller_region_id": self.region_id,
            "request_hash": "\\x" + "00" * 32,
        }


_SCRIPT = """
\\set holder_id random(1, 9000000000000000000)
\\set voucher_id :holder_id
\\set actor_id :holder_id
\\set caller_id :holder_id
\\set idempotency_key :holder_id
"""
