"""A whole service with its demonstration city, and the people who use it through the HTTP API."""

from __future__ import annotations

import itertools
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from voucher_service.accounts import service as accounts
from voucher_service.app import create_app
from voucher_service.clock import FixedClock
from voucher_service.database import db, unit_of_work
from voucher_service.demo.loading import City, load
from voucher_service.demo.people import Person, Population
from voucher_service.programmes import service as programmes
from voucher_service.settings import Secrets, Settings
from voucher_service.signing.live_session import LiveSession
from voucher_service.signing.voucher_code import Header

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
WILLING = {"wants_training": True, "wants_work": True, "able_to_attend": True}
ANSWERS: dict[str, Any] = {**WILLING, "schooling": "none", "former_post": "other"}
"""Of somebody who may learn anything: at no school, and if employed, then moved from what no course teaches."""
PEOPLE = Population(seed=1, count=10_000)
_keys = itertools.count()


def new_key() -> str:
    return f"test-key-{next(_keys):08d}-{secrets.token_hex(4)}"


@dataclass
class Town:
    """The service, its clock, and the city that was loaded into it."""

    app: Flask
    clock: FixedClock
    city: City
    tokens: dict[str, str] = field(default_factory=dict)

    def client(self) -> FlaskClient:
        return self.app.test_client()

    def post(self, path: str, token: str, body: Any, key: str | None = None) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key or new_key()}
        return self.client().post(path, json=body, headers=headers)

    def get(self, path: str, token: str) -> Any:
        return self.client().get(path, headers={"Authorization": f"Bearer {token}"})

    def staff_token(self, login_name: str) -> str:
        if login_name not in self.tokens:
            who = self.city.staff[login_name]
            with self.app.app_context(), unit_of_work():
                self.tokens[login_name] = accounts.open_session(who)
        return self.tokens[login_name]


@dataclass
class Worker:
    """One person with a phone."""

    town: Town
    person: Person
    region_id: int
    token: str = ""
    voucher: str = ""
    live: LiveSession | None = None

    def log_in(self) -> Worker:
        asked = {
            "name": self.person.name,
            "id_number": self.person.id_number,
            "phone": self.person.phone,
            "region_id": self.region_id,
            "category": self.person.category,
        }
        client = self.town.client()
        challenge = client.post("/api/v1/holder-sessions/challenges", json=asked)
        assert challenge.status_code == 201, challenge.text
        shown = {"challenge_id": challenge.json["challenge_id"], "code": challenge.json["trial_code"]}
        logged_in = client.post("/api/v1/holder-sessions", json=shown)
        assert logged_in.status_code == 201, logged_in.text
        self.token = logged_in.json["token"]
        return self

    def claim(self, key: str | None = None, **declared: str | None) -> Any:
        """Claim with what is declared; None leaves an answer out."""
        answers = {name: said for name, said in (ANSWERS | declared).items() if said is not None}
        body = {"programme_id": self.town.city.programme_id, "answers": answers}
        answer = self.town.post("/api/v1/vouchers", self.token, body, key)
        if answer.status_code == 201:
            self.voucher = json.loads(answer.data)["voucher"]
        return answer

    def open_code(self) -> Worker:
        given = self.town.get(f"/api/v1/vouchers/{self.voucher}/code-header", self.token)
        assert given.status_code == 200, given.text
        header = Header.from_bytes(bytes.fromhex(given.json["header"]))
        phone = LiveSession(secrets.token_bytes(16), header, b"")
        body = {"header": given.json["header"], "anchor": phone.anchor.hex()}
        signed = self.town.post(f"/api/v1/vouchers/{self.voucher}/code-sessions", self.token, body)
        assert signed.status_code == 201, signed.text
        self.live = phone._replace(signature=bytes.fromhex(signed.json["signature"]))
        return self

    def code(self) -> str:
        assert self.live
        return self.live.code_at(self.town.clock.now())


def open_town(database_url: str, folder: Path, now: datetime = START, classes_each: int = 1) -> Town:
    settings = Settings("demo", database_url, folder, Secrets.drawn())
    clock = FixedClock(now)
    app = create_app(settings, clock)
    app.extensions["key_ring"].create()
    with app.app_context(), unit_of_work():
        # Most tests plan classes in passing and name nobody; what the demonstration asks is tested in tests/demo.
        city = load(now, classes_each, named_staff_required=False)
    return Town(app, clock, city)


def ask_for_names(town: Town) -> None:
    """Let the programme ask, as in production, that a class names its teachers and rooms from the register."""
    with town.app.app_context(), unit_of_work():
        programme = programmes.get(town.city.programme_id)
        programme.settings = {**programme.settings, "named_staff_required": True}


def redeem_body(worker: Worker, class_id: str, **person: str) -> dict[str, Any]:
    shown = {"id_number": worker.person.id_number, "name": worker.person.name, **person}
    return {"code": worker.code(), "class_id": class_id, "person": shown}


def close_town(town: Town) -> None:
    town.app.extensions["hot_path"].close()
    with town.app.app_context():
        db.session.remove()
        db.engine.dispose()
