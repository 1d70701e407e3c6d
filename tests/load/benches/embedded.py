"""`embedded`: the scan over HTTP on SQLite, against one Python thread that sends the same SQL and groups its commits.

Nobody may starve beside the one writer either, so the slowest wait is held against fifty times the median one.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.load.benches.connections import post, send_all
from tests.load.benches.pairs import Pairs, take_turns
from tests.load.benches.pgbench import CONNECTIONS
from tests.load.benches.prepared import CLASS_ID_FIRST, VOUCHERS_A_CLASS, class_of, person_of, session_of, voucher_id_of
from tests.load.benches.redeeming import PATH, WARM_UP, constants
from tests.load.benches.rig import serving
from voucher_service.accounts import service as accounts
from voucher_service.app import create_app
from voucher_service.calendar import month_of
from voucher_service.clock import to_microseconds
from voucher_service.database import db, migrate, unit_of_work
from voucher_service.database.engine import prepare_sqlite_connection
from voucher_service.demo.loading import City, load
from voucher_service.redemptions.service import REDEEM
from voucher_service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from flask import Flask

    from voucher_service.demo.loading import School

AIM: Final = 0.35
WAITS_MAX: Final = 50
HTTP_A_SECOND, THREAD_A_SECOND = 800, 4000

_FACT = """
INSERT INTO voucher_fact (region_id, voucher_id, seq, kind, from_state, to_state, programme_id, period, month,
  amount_fen, actor_role, actor_id, commitment, recorded_at, commit_no)
VALUES (:region_id, :voucher_id, 1, 'VoucherClaimed', 'none', 'claimed', :programme_id, :month, :month, 0, 'holder',
  :number, zeroblob(32), :now, :number)
"""
_VOUCHER = """
INSERT INTO voucher (region_id, voucher_id, programme_id, period, holder_id, kind, state, seq, issued_at, expires_at,
  session_tag)
VALUES (:region_id, :voucher_id, :programme_id, :month, :number, 'general', 'claimed', 1, :now, :expires_at, :tag)
"""


def measure(seconds: float, pairs: int) -> dict[str, Any]:
    with _standing() as rig:
        return Bench(rig, seconds, pairs).run()


@dataclass(frozen=True, slots=True)
class _Rig:
    path: str
    environment: dict[str, str]
    app: Flask
    city: City

    @property
    def school(self) -> School:
        return self.city.schools[0]

    def connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=30)
        prepare_sqlite_connection(connection)
        return connection


@contextmanager
def _standing() -> Iterator[_Rig]:
    """Migrate a database file, load the city, and clear everything away at the end."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "voucher.sqlite3"))
        environment = {**os.environ, "DATABASE_URL": f"sqlite:///{path}", "DATA_DIR": folder}
        migrate(environment["DATABASE_URL"])
        app = create_app(Settings.from_environment(environment))
        app.extensions["key_ring"].create()
        with app.app_context(), unit_of_work():
            city = load(app.extensions["clock"].now())
        try:
            yield _Rig(path, environment, app, city)
        finally:
            app.extensions["hot_path"].close()
            with app.app_context():
                db.session.remove()
                db.engine.dispose()


class Bench:
    """Numbers of vouchers are dealt in order: a hand for the warm-up, then one for each run of each side."""

    def __init__(self, rig: _Rig, seconds: float, pairs: int) -> None:
        self.rig, self.pairs = rig, pairs
        self.http_each, self.thread_each = int(HTTP_A_SECOND * seconds), int(THREAD_A_SECOND * seconds)
        self.http_count = WARM_UP + pairs * self.http_each
        self.count = self.http_count + pairs * self.thread_each
        self.classes = max(64, self.count // VOUCHERS_A_CLASS)
        self.now: datetime = rig.app.extensions["clock"].now()
        self.sessions = self._issue()
        self.waits: list[tuple[float, float]] = []
        with rig.app.app_context():
            self.token = accounts.client_token(rig.school.client_id, rig.school.client_secret)

    def run(self) -> dict[str, Any]:
        with serving(self.rig.environment) as self.address:
            self._send(range(1, WARM_UP + 1))
            self.waits.clear()
            ours, limit = take_turns(self.pairs, self._over_http, self._by_one_thread)
        rate = Pairs("redeem over HTTP on SQLite", "one Python thread, same SQL and database", AIM, ours, limit)
        bounds, slowest = zip(*self.waits, strict=True)
        patience = Pairs(f"{WAITS_MAX} × the median wait", "the slowest wait", 1.0, bounds, slowest, " ms")
        with closing(self.rig.connect()) as connection:
            (redeemed,) = connection.execute("SELECT count(*) FROM redemption").fetchone()
            (synchronous,) = connection.execute("PRAGMA synchronous").fetchone()
            (journal_mode,) = connection.execute("PRAGMA journal_mode").fetchone()
        return {
            "lines": [rate.as_document(), patience.as_document()],
            "connections": CONNECTIONS,
            "workers": 1,
            "redeemed_said": self.count,
            "redeemed_counted": redeemed,
            "durability": {
                "synchronous": {1: "NORMAL", 2: "FULL"}[synchronous],
                "journal_mode": journal_mode,
                "server_version": f"SQLite {sqlite3.sqlite_version}",
            },
        }

    def _issue(self) -> list[Any]:
        """Issue the vouchers, open their classes and the live sessions of those that go over HTTP."""
        ring, school = self.rig.app.extensions["key_ring"], self.rig.school
        with closing(self.rig.connect()) as connection:
            share = "SELECT public_no FROM allotment WHERE region_id = ?"
            (public_no,) = connection.execute(share, (school.region_id,)).fetchone()
            sessions = [session_of(ring, number, public_no, self.now) for number in range(1, self.http_count + 1)]
            tags = [int.from_bytes(session.anchor[:8], signed=True) for session in sessions]
            tags += [1] * (self.count - len(tags))
            values = [self._values(number, tag) for number, tag in enumerate(tags, start=1)]
            connection.execute("BEGIN IMMEDIATE")
            self._open_classes(connection)
            connection.executemany(_FACT, values)
            connection.executemany(_VOUCHER, values)
            connection.execute(
                "UPDATE allotment SET quota = ?, issued = ? WHERE region_id = ?",
                (self.count, self.count, school.region_id),
            )
            connection.execute("COMMIT")
            connection.execute("ANALYZE")
        return sessions

    def _values(self, number: int, tag: int) -> dict[str, int]:
        return {
            "region_id": self.rig.school.region_id,
            "programme_id": self.rig.city.programme_id,
            "voucher_id": voucher_id_of(number),
            "number": number,
            "tag": tag,
            "month": month_of(self.now),
            "now": to_microseconds(self.now),
            "expires_at": to_microseconds(self.now + timedelta(days=90)),
        }

    def _open_classes(self, connection: sqlite3.Connection) -> None:
        """Copy the demonstration's class of that region so many times, with seats enough."""
        region_id = self.rig.school.region_id
        template = next(class_id for class_region_id, class_id in self.rig.city.classes if class_region_id == region_id)
        found = connection.execute("SELECT * FROM training_class WHERE class_id = ?", (template,))
        names = [column[0] for column in found.description]
        row = dict(zip(names, found.fetchone(), strict=True)) | {"capacity": 4 * VOUCHERS_A_CLASS, "seats_taken": 0}
        connection.executemany(
            f"INSERT INTO training_class ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})",
            [row | {"class_id": CLASS_ID_FIRST + number} for number in range(self.classes)],
        )

    def _over_http(self, number: int) -> float:
        first = 1 + WARM_UP + number * self.http_each
        return self._send(range(first, first + self.http_each))

    def _send(self, numbers: Sequence[int]) -> float:
        now = self.rig.app.extensions["clock"].now()
        requests = [post(PATH, self.token, f"bench-{n:012}", self._body(n, now)) for n in numbers]
        answered = send_all(self.address, requests, CONNECTIONS)
        assert set(answered.statuses) == {201}, set(answered.statuses)
        waits = [latency * 1000 for latency in answered.latencies]
        self.waits.append((WAITS_MAX * statistics.median(waits), max(waits)))
        return len(numbers) / answered.seconds

    def _body(self, number: int, now: datetime) -> dict[str, Any]:
        person = person_of(number)
        return {
            "code": self.sessions[number - 1].code_at(now),
            "class_id": class_of(number, self.classes),
            "person": {"id_number": person.id_number, "name": person.name},
        }

    def _by_one_thread(self, number: int) -> float:
        """Redeem as many to a commit as there are connections, which is the most that wait for one over HTTP."""
        first = 1 + self.http_count + number * self.thread_each
        hands = [self._parameters(n) for n in range(first, first + self.thread_each)]
        start = time.perf_counter()
        with closing(self.rig.connect()) as connection:
            for at in range(0, len(hands), CONNECTIONS):
                connection.execute("BEGIN IMMEDIATE")
                for parameters in hands[at : at + CONNECTIONS]:
                    assert REDEEM.run_on_sqlite(connection, parameters)
                connection.execute("COMMIT")
        return len(hands) / (time.perf_counter() - start)

    def _parameters(self, number: int) -> dict[str, Any]:
        return {
            **constants(self.rig.school, self.now),
            "class_id": CLASS_ID_FIRST + number % self.classes,
            "voucher_id": voucher_id_of(number),
            "redemption_id": number,
            "reference_id": number,
            "idempotency_key": f"thread-{number:012}",
            "request_hash": bytes(32),
        }
