"""What a history is played with: a town beside its model, and what must hold after every step of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant
from sqlalchemy import func, select

from tests.journey.city import ANSWERS, Worker, new_key
from tests.statemachine.model import Answer
from tests.statemachine.site import HOMES, Site
from tests.statemachine.things import Redemption, Shown, Voucher
from voucher_service.classes.models import TrainingClass
from voucher_service.database import db
from voucher_service.ledger.invariants import check_invariants, vouchers_by_facts
from voucher_service.programmes.models import Allotment
from voucher_service.signing.live_session import LiveSession

STAFF_IDLES = timedelta(minutes=10)
HOLDER_SESSION = timedelta(hours=11)
TIME_MAX = timedelta(days=700)
"""The signing key of the example ends after two years."""


@dataclass
class Sent:
    """A request that has its answer, to be sent again."""

    who: str
    path: str
    body: Any
    key: str
    status: int
    answer: dict[str, Any]


class History(RuleBasedStateMachine):
    """Subclasses set `site`."""

    site: Site

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()

    @initialize()
    def open_town(self) -> None:
        self.example = self._stack.enter_context(self.site.example())
        self.town, self.city = self.example.town, self.example.city
        self.logged_in_at = [self.city.now] * len(HOMES)
        self.staff_since = self.city.now
        self.phones: dict[int, list[tuple[LiveSession, datetime]]] = {}
        """By person: every opening of the newest voucher's live code, and when it was."""
        self.screenshots: dict[int, tuple[str, Shown]] = {}
        self.voucher_ids: dict[int, str] = {}
        self.redemption_ids: dict[int, str] = {}
        self.exam_ids: dict[str, str] = {}
        self.certificate_ids: dict[int, str] = {}
        self.sent: list[Sent] = []

    def teardown(self) -> None:
        self._stack.close()

    # what must hold after every step

    @invariant()
    def ledger_is_whole(self) -> None:
        with self.town.app.app_context():
            assert check_invariants() == []
            by_state: Counter[str] = Counter()
            for cell, vouchers in vouchers_by_facts().items():
                by_state[cell.state] += vouchers
            assert by_state == self.city.by_state()
            issued = {
                row.region_id: row.issued for row in db.session.execute(select(Allotment.region_id, Allotment.issued))
            }
            assert all(issued[region_id] == self.city.issued(region_id) for region_id in set(HOMES))
            taken = db.session.scalar(select(func.sum(TrainingClass.seats_taken)))
        assert taken == sum(course.taken for course in self.example.courses.values())

    @invariant()
    def reports_say_what_happened(self) -> None:
        bureau = self._token("bureau1")
        report = self.town.get(f"/api/v1/reports/funnel/{self.town.city.programme_id}", bureau).get_json()
        total: Counter[tuple[int, str]] = Counter()
        months: Counter[tuple[int, str]] = Counter()
        for (region_id, month, stage), vouchers in self.city.reached.items():
            total[region_id, stage] += vouchers
            months[month, stage] += vouchers
        told = {
            (region["region_id"], stage): n for region in report["regions"] for stage, n in region["reached"].items()
        }
        assert {cell: n for cell, n in told.items() if n} == {cell: n for cell, n in total.items() if n}
        told = {(month["month"], stage): n for month in report["months"] for stage, n in month["reached"].items()}
        assert {cell: n for cell, n in told.items() if n} == {cell: n for cell, n in months.items() if n}
        refusals = self.town.get("/api/v1/reports/refusals", bureau).get_json()["refusals"]
        assert refusals == dict(self.city.refused_scans)

    # how requests are made

    def _post(self, who: str, path: str, body: Any, expected: Answer) -> dict[str, Any]:
        """Send a request, hold its answer against what the model expects, and return it unless it is a refusal."""
        key = new_key()
        answered = self._send(who, path, json.dumps(body), key)
        document = answered.get_json(force=True)
        assert (answered.status_code, document.get("code")) == expected, f"{path} {document}"
        self.sent.append(Sent(who, path, body, key, answered.status_code, document))
        return document if answered.status_code < 300 else {}

    def _send(self, who: str, path: str, body: str, key: str) -> Any:
        headers = {"Authorization": f"Bearer {self._token(who)}", "Idempotency-Key": key}
        return self.town.client().post(path, data=body, headers=headers, content_type="application/json")

    def _token(self, who: str) -> str:
        if not who.startswith("holder"):
            return self.town.staff_token(who)
        person = int(who.removeprefix("holder"))
        if self.city.now - self.logged_in_at[person] > HOLDER_SESSION:
            self._worker(person).log_in()
            self.logged_in_at[person] = self.city.now
        return self._worker(person).token

    def _wait_until(self, moment: datetime) -> None:
        if self.city.now < moment < self.town.clock.now() + TIME_MAX:
            self.city.now = self.town.clock.moment = moment
        if self.city.now - self.staff_since > STAFF_IDLES:
            self.town.tokens.clear()
            self.staff_since = self.city.now

    def _worker(self, person: int) -> Worker:
        return self.example.workers[person]

    def _newest(self, person: int) -> Voucher:
        voucher = self.city.newest(person)
        assert voucher
        return voucher

    def _holders(self) -> list[int]:
        return [person for person, held in enumerate(self.city.held) if held]

    def _trainees(self) -> list[int]:
        return [person for person in self._holders() if self._newest(person).redemptions]

    @staticmethod
    def _among(those: Sequence[Any], number: int) -> Any:
        """One of those, whatever the number: a rule that finds nobody would waste a step."""
        return those[number % len(those)]

    def _redemptions(self) -> list[Redemption]:
        return [found for held in self.city.held for voucher in held for found in voucher.redemptions]

    @staticmethod
    def _claim_body() -> dict[str, Any]:
        return {"programme_id": 1, "answers": ANSWERS}
