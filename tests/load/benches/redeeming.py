"""`redeem`: the scan over HTTP with everything real, against pgbench sending the same SQL to the same database."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import event

from tests.load.benches.connections import post, send_all
from tests.load.benches.pairs import Pairs, take_turns
from tests.load.benches.pgbench import CONNECTIONS, run_pgbench
from tests.load.benches.prepared import (
    CLASS_ID_FIRST,
    RANGE,
    SCATTER,
    Prepared,
    class_of,
    issue,
    open_sessions,
    person_of,
)
from tests.load.benches.rig import WORKERS, Rig, standing
from voucher_service.accounts import service as accounts
from voucher_service.calendar import add_months, local_date, month_of
from voucher_service.clock import to_microseconds
from voucher_service.database import db
from voucher_service.redemptions.service import REDEEM

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from voucher_service.demo.loading import School
    from voucher_service.signing.live_session import LiveSession

AIM: Final = 0.34
HTTP_A_SECOND, PGBENCH_A_SECOND = 2000, 6000
"""Redemptions that a run of one second is given: about what two cores do, so that a run lasts about its seconds."""

WARM_UP: Final = 200
COUNTED: Final = 20
PATH: Final = "/api/v1/redemptions"


def measure(seconds: float, pairs: int) -> dict[str, Any]:
    with standing() as rig:
        return Bench(rig, seconds, pairs).run()


class Bench:
    """Numbers of vouchers are dealt in order: warm-up and counting first, then a hand for each run of each side."""

    def __init__(self, rig: Rig, seconds: float, pairs: int) -> None:
        self.rig, self.pairs = rig, pairs
        self.http_each = int(HTTP_A_SECOND * seconds)
        self.pgbench_each = int(PGBENCH_A_SECOND * seconds) // CONNECTIONS * CONNECTIONS
        self.http_count = WARM_UP + COUNTED + pairs * self.http_each
        self.now: datetime = rig.app.extensions["clock"].now()
        self.prepared: Prepared = issue(rig, self.http_count + pairs * self.pgbench_each, self.now)
        numbers = range(1, self.http_count + 1)
        self.sessions = dict(zip(numbers, open_sessions(rig, self.prepared, numbers, self.now), strict=True))
        self.latencies: list[float] = []
        self.token = self._client_token()

    def run(self) -> dict[str, Any]:
        before = self.rig.count("redemption")
        statements = self._count_statements(range(WARM_UP + 1, WARM_UP + COUNTED + 1))
        with self.rig.serving() as self.address:
            self._send(range(1, WARM_UP + 1))
            ours, limit = take_turns(self.pairs, self._over_http, self._by_pgbench)
        line = Pairs("redeem over HTTP", "pgbench, same SQL and database", AIM, ours, limit)
        return {
            "lines": [line.as_document()],
            "connections": CONNECTIONS,
            "workers": WORKERS,
            "statements_each": statements,
            "latency_ms": _quantiles(self.latencies),
            "redeemed_said": self.prepared.count,
            "redeemed_counted": self.rig.count("redemption") - before,
            "durability": self.rig.durability(),
        }

    def _over_http(self, number: int) -> float:
        first = 1 + WARM_UP + COUNTED + number * self.http_each
        self.rig.wait_for_sealer()
        return self._send(range(first, first + self.http_each))

    def _send(self, numbers: Sequence[int]) -> float:
        """Redeem these vouchers; return how many a second. Codes live a minute, so they are made just before."""
        now = self.rig.app.extensions["clock"].now()
        requests = [post(PATH, self.token, f"bench-{n:012}", self._body(n, now)) for n in numbers]
        answered = send_all(self.address, requests, CONNECTIONS)
        assert set(answered.statuses) == {201}, set(answered.statuses)
        self.latencies += answered.latencies
        return len(numbers) / answered.seconds

    def _body(self, number: int, now: datetime) -> dict[str, Any]:
        session: LiveSession = self.sessions[number]
        person = person_of(number)
        return {
            "code": session.code_at(now),
            "class_id": class_of(number, self.prepared.classes),
            "person": {"id_number": person.id_number, "name": person.name},
        }

    def _count_statements(self, numbers: Sequence[int]) -> float:
        """Redeem these vouchers in this process, where every statement can be seen; the first few fill the caches."""
        sent, app, client = [0], self.rig.app, self.rig.app.test_client()
        hot_path = app.extensions["hot_path"]

        def count(*_: object) -> None:
            sent[0] += 1

        class Counting:
            close = hot_path.close

            def run(self, chain: Any, parameters: Any) -> Any:
                count()
                return hot_path.run(chain, parameters)

        with app.app_context():
            event.listen(db.engine, "before_cursor_execute", count)
        app.extensions["hot_path"] = Counting()
        for number in numbers:
            if number == numbers[len(numbers) // 2]:
                sent[0] = 0
            headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": f"bench-{number:012}"}
            body = self._body(number, app.extensions["clock"].now())
            answer = client.post(PATH, json=body, headers=headers)
            assert answer.status_code == 201, answer.text
        app.extensions["hot_path"] = hot_path
        return sent[0] / (len(numbers) - len(numbers) // 2)

    def _client_token(self) -> str:
        school = self.rig.city.schools[0]
        with self.rig.app.app_context():
            return accounts.client_token(school.client_id, school.client_secret)

    def _by_pgbench(self, number: int) -> float:
        """Redeem by the very statement that the service sends, prepared, as fast as PostgreSQL can take it."""
        self.rig.wait_for_sealer()
        first = 1 + self.http_count + number * self.pgbench_each
        return pgbench_redeeming(self.rig, first, self.pgbench_each // CONNECTIONS, self.prepared.classes, self.now)


def constants(school: School, now: datetime) -> dict[str, object]:
    """Return the parameters of REDEEM that are the same for every redemption of one measurement."""
    moment = to_microseconds(now)
    return {
        "institution_region_id": school.region_id,
        "institution_id": school.institution_id,
        "class_region_id": school.region_id,
        "class_hex": "0" * 16,
        "region_id": school.region_id,
        "voucher_hex": "0" * 16,
        "session_tag": 1,
        "step_at": moment,
        "certify_by": moment,
        "certify_by_text": now.isoformat(),
        "cooled_off_if_examined_by": add_months(local_date(now), -1).isoformat(),
        "redemption_hex": "0" * 16,
        "person_check": "typed",
        "waiver_reason": "-",
        "now": moment,
        "now_text": now.isoformat(),
        "month": month_of(now),
        "actor_role": "institution_client",
        "actor_id": school.client_id,
        "caller_region_id": school.region_id,
        "caller_id": school.client_id,
        "request_hash": "\\x" + "00" * 32,
    }


def pgbench_redeeming(rig: Rig, first: int, each: int, classes: int, now: datetime) -> float:
    """Redeem the vouchers from number `first` on, `each` by each connection; return how many a second."""
    variables = {"first": first, "turn": -1, **constants(rig.city.schools[0], now)}
    return run_pgbench(rig, REDEEM, _script(each, classes), variables, each)


def _script(each: int, classes: int) -> str:
    """Each of pgbench's clients goes through `each` vouchers of its own."""
    return (
        "\\set turn :turn + 1\n"
        f"\\set number :first + :client_id * {each} + :turn\n"
        f"\\set voucher_id :number * {SCATTER} % {RANGE}\n"
        f"\\set class_id {CLASS_ID_FIRST} + :number % {classes}\n"
        "\\set redemption_id random(1, 9000000000000000000)\n"
        "\\set reference_id :redemption_id\n"
        "\\set idempotency_key :redemption_id\n"
    )


def _quantiles(latencies: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(latencies, n=100)
    return {"p50": cuts[49] * 1000, "p99": cuts[98] * 1000, "max": max(latencies) * 1000}
