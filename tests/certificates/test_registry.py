"""The register of certificates: what it says bars or confirms, and what a hostile or slow one cannot do."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from tests.journey.town import Door, Trainee, a_door, refused, row
from voucher_service.certificates.adapters import HttpRegistry, LocalRegistry, Record
from voucher_service.certificates.errors import CertificateRegistryUnavailable
from voucher_service.settings import Settings, UnsafeSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.journey.city import Town

DRIPS = 600
"""Blanks before a slow answer, twenty a second."""
RECORD = {
    "found": True,
    "name": "测甲乙",
    "id_number": "419902199001010019",
    "occupation": "DM01",
    "level": "junior",
    "certificate_type": "skill_level",
    "examined_on": "2026-06-01",
    "issued_on": "2026-06-02",
}
ENTERED = Record("测甲乙", "419902199001010019", "DM01", "junior", "skill_level", date(2026, 6, 1), date(2026, 6, 2))


class Says:
    """A register that has something else than what was entered, or nothing."""

    def __init__(self, change: Callable[[Record], Record | None]) -> None:
        self.change = change

    def look_up(self, _issuer: str, _number: str, entered: Record) -> Record | None:
        return self.change(entered)


def changed(**fields: Any) -> Callable[[Record], Record]:
    from dataclasses import replace  # noqa: PLC0415

    return lambda entered: replace(entered, **fields)


@pytest.fixture
def registered(town: Town) -> Iterator[tuple[Door, list[Trainee]]]:
    """Two trainees who passed; the register of the test is gone afterwards."""
    door = a_door(town)
    trainees = door.complete(2)
    door.examine(trainees)
    yield door, trainees
    town.app.extensions.pop("certificate_registry", None)


def enter(door: Door, trainee: Trainee) -> str:
    entered = door.post("/api/v1/certificates", door.certificate(trainee))
    assert entered.status_code == 201, entered.text
    certificate: str = entered.get_json()["certificate"]
    return certificate


def ask(town: Town, certificate: str, who: str = "bureau-clerk") -> Any:
    town.tokens.clear()
    return town.post(f"/api/v1/certificates/{certificate}/registry-check", town.staff_token(who), {})


def decide(town: Town, certificate: str, *, genuine: bool = True) -> Any:
    town.tokens.clear()
    path = f"/api/v1/certificates/{certificate}/decision"
    return town.post(path, town.staff_token("bureau-clerk"), {"genuine": genuine})


@pytest.mark.parametrize(
    ("change", "answer", "fields"),
    [
        (changed(name="虚丙丁"), "differs", ["name"]),
        (changed(id_number="419902199001010027"), "differs", ["id_number"]),
        (changed(occupation="厨师"), "differs", ["occupation"]),
        (changed(level="senior", certificate_type="completion"), "differs", ["certificate_type", "level"]),
        (changed(examined_on=date(2020, 1, 1), issued_on=date(2020, 1, 2)), "differs", ["examined_on", "issued_on"]),
        (lambda _: None, "unknown", []),
    ],
)
def test_a_certificate_that_the_register_contradicts_is_not_verified(
    registered: tuple[Door, list[Trainee]], change: Callable[[Record], Record | None], answer: str, fields: list[str]
) -> None:
    door, (trainee, _) = registered
    town = door.town
    certificate = enter(door, trainee)
    town.app.extensions["certificate_registry"] = Says(change)
    told = ask(town, certificate).get_json()
    assert (told["registry_answer"], told["registry_fields"]) == (answer, fields)
    assert refused(decide(town, certificate)) == (409, "certificate_contradicted")
    assert row(town, trainee.worker).state == "completed"
    town.app.extensions["certificate_registry"] = LocalRegistry()
    assert ask(town, certificate).get_json()["registry_answer"] == "matches"
    assert decide(town, certificate).status_code == 200
    assert row(town, trainee.worker).state == "certified"
    assert refused(ask(town, certificate)) == (409, "certificate_decided")


def test_what_the_register_contradicts_can_be_turned_down_and_what_nobody_asked_decided(
    registered: tuple[Door, list[Trainee]],
) -> None:
    door, (first, second) = registered
    town = door.town
    town.app.extensions["certificate_registry"] = Says(lambda _: None)
    contradicted, unasked = enter(door, first), enter(door, second)
    assert ask(town, contradicted).status_code == 200
    assert decide(town, contradicted, genuine=False).get_json()["state"] == "refused"
    assert decide(town, unasked).get_json()["state"] == "verified"
    assert refused(ask(town, "0" * 15 + "1")) == (404, "not_found")
    assert refused(ask(town, unasked, "auditor1")) == (403, "forbidden")


@contextmanager
def register(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A register on the loopback, and what it was asked."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append({"body": json.loads(body), "token": self.headers["Authorization"]})
            try:
                answer(self)
            except OSError:  # whoever asked has gone
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Keep the test's output to the test."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/certificates", asked
        server.shutdown()
        thread.join()


def says(document: Any, status: int = 200, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def drips(handler: BaseHTTPRequestHandler) -> None:
    """Say something good in the end: whoever waits that long takes it."""
    body = json.dumps(RECORD).encode()
    handler.send_response(200)
    handler.send_header("Content-Length", str(DRIPS + len(body)))
    handler.end_headers()
    for _ in range(DRIPS):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)
    handler.wfile.write(body)


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"found"')
    handler.wfile.flush()
    handler.connection.close()


def test_it_is_asked_by_issuer_and_number_and_by_nobodys_name() -> None:
    with register(says(RECORD)) as (url, asked):
        assert HttpRegistry(url, "token").look_up("示例评价机构", "A1", ENTERED) == ENTERED
    assert asked == [{"body": {"issuer": "示例评价机构", "number": "A1"}, "token": "Bearer token"}]
    with register(says({"found": False})) as (url, asked):
        assert HttpRegistry(url).look_up("示例评价机构", "A1", ENTERED) is None
    assert asked[0]["token"] is None


@pytest.mark.parametrize(
    "answer",
    [
        says(b""),
        says(b"<html>"),
        says(b'{"found": true, "found": false}'),
        says(b'{"found": NaN}'),
        says(b"[" * 5000),
        says([]),
        says({"found": "yes"}),
        says({"found": True}),
        says({**RECORD, "name": 1}),
        says({**RECORD, "name": "x" * 201}),
        says({**RECORD, "issued_on": "2026-02-30"}),
        says({**RECORD, "issued_on": 20260602}),
        says(RECORD, status=500),
        says(RECORD, status=302, Location="http://127.0.0.1:9/"),
        says({**RECORD, "padding": "x" * 20_000}),
        drips,
        hangs_up,
    ],
)
def test_half_an_answer_is_none(answer: Callable[[BaseHTTPRequestHandler], None]) -> None:
    with register(answer) as (url, _), pytest.raises(CertificateRegistryUnavailable):
        HttpRegistry(url, answer_seconds=0.5).look_up("示例", "A1", ENTERED)


def test_a_register_that_is_not_there_holds_nothing_up(registered: tuple[Door, list[Trainee]]) -> None:
    door, (trainee, _) = registered
    certificate = enter(door, trainee)
    door.town.app.extensions["certificate_registry"] = HttpRegistry("http://127.0.0.1:9/")
    assert refused(ask(door.town, certificate)) == (503, "certificate_registry_unavailable")
    assert decide(door.town, certificate).status_code == 200


@pytest.mark.parametrize("url", ["http://example.test/", "ftp://example.test/", "example.test"])
def test_only_a_sealed_line_leads_to_the_register(tmp_path: Path, url: str) -> None:
    with pytest.raises(UnsafeSettings):
        Settings.from_environment({"DATA_DIR": str(tmp_path), "CERTIFICATE_REGISTRY_URL": url})
