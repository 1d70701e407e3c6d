"""The service behind nginx as `deploy/nginx.conf` has it: loaded, and asked through."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.nginx import CONFIGURATION, HOST, Nginx, Recorder, nginx_before, recorder
from tests.faults.service import RunningService, opened
from tests.journey.city import Town

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.faults

ELSEWHERE = "127.0.0.2"
"""Another address that reaches us from this machine: the loopback is a whole network."""
SPOOFED = "203.0.113.9"
MANY = 2000
KIB = 1024
ON_DISK = "buffered to a temporary file"


@pytest.fixture
def heard() -> Iterator[Recorder]:
    with recorder() as server:
        yield server


@pytest.fixture
def nginx(heard: Recorder, tmp_path: Path) -> Iterator[Nginx]:
    """Somebody who only keeps what is said, with nginx in front."""
    with nginx_before(heard.server_address[1], tmp_path / "nginx") as running:
        yield running


def test_a_caller_is_told_by_its_own_address_whatever_it_says(nginx: Nginx, heard: Recorder) -> None:
    claims = {"X-Forwarded-For": SPOOFED, "X-Forwarded-Proto": "http", "Connection": "upgrade"}
    assert nginx.ask("GET", "/my?code=1234", caller=ELSEWHERE, headers=claims).status == 200
    (told,) = heard.heard
    assert (told["x-forwarded-for"], told["x-forwarded-proto"], told["host"]) == (ELSEWHERE, "https", HOST)
    assert "connection" not in told
    assert f"{ELSEWHERE} [" in nginx.log()
    assert " GET /my 200 " in nginx.log()
    assert "1234" not in nginx.log(), "a log line holds no query string"


def test_connections_to_the_service_are_kept(nginx: Nginx, heard: Recorder) -> None:
    for _ in range(5):
        assert nginx.ask("GET", "/").status == 200
    assert len(heard.heard) == 5
    assert len(heard.connections) == 1


def test_whoever_comes_in_clear_is_led_to_tls(nginx: Nginx, heard: Recorder) -> None:
    led = nginx.ask_in_clear("/login?next=%2Fmy")
    assert (led.status, led.headers["Location"]) == (301, f"https://{HOST}/login?next=%2Fmy")
    assert heard.heard == []


def test_styles_are_compressed_and_pages_are_not(nginx: Nginx) -> None:
    accepts = {"Accept-Encoding": "gzip"}
    style = nginx.ask("GET", "/static/style.css", headers=accepts)
    assert (style.headers.get("Content-Encoding"), style.headers.get("Vary")) == ("gzip", "Accept-Encoding")
    assert "Content-Encoding" not in nginx.ask("GET", "/my", headers=accepts).headers


def test_figures_for_the_monitoring_are_for_this_machine_only(nginx: Nginx, heard: Recorder) -> None:
    assert nginx.ask("GET", "/metrics").status == 200
    assert nginx.ask("GET", "/metrics", caller=ELSEWHERE).status == 403
    assert len(heard.heard) == 1


def test_one_address_that_asks_too_much_is_held_back_and_no_other(nginx: Nginx) -> None:
    answers = (nginx.ask("GET", "/my").status for _ in range(MANY))
    assert next((status for status in answers if status != 200), None) == 429
    assert nginx.ask("GET", "/my", caller=ELSEWHERE).status == 200


def test_bodies_stay_in_memory_and_only_tables_are_large(nginx: Nginx, heard: Recorder) -> None:
    table = "/institution/classes/0123456789abcdef/roster"
    assert nginx.ask("POST", "/login", body=b"x" * 511 * KIB).status == 200
    assert nginx.ask("POST", "/login", body=b"x" * 513 * KIB).status == 413
    assert nginx.ask("POST", table, body=b"x" * 9000 * KIB).status == 200
    assert nginx.ask("POST", table, body=b"x" * 9300 * KIB).status == 413
    assert len(heard.heard) == 2
    assert ON_DISK not in nginx.complaints()


def test_a_body_that_would_lie_on_disk_is_seen(heard: Recorder, tmp_path: Path) -> None:
    """The control: nginx as it comes writes what does not fit into its buffer into a file, and says so."""
    small = {"client_body_buffer_size 512k;": "client_body_buffer_size 16k;"}
    with nginx_before(heard.server_address[1], tmp_path / "nginx", **small) as running:
        assert running.ask("POST", "/login", body=b"x" * 300 * KIB).status == 200
        assert ON_DISK in running.complaints()


@pytest.fixture
def served(sqlite_service: RunningService, tmp_path: Path) -> Iterator[tuple[Nginx, RunningService]]:
    """The service itself, with nginx in front of it."""
    sqlite_service.start()
    with nginx_before(int(sqlite_service.environment["PORT"]), tmp_path / "nginx") as running:
        yield running, sqlite_service


def test_the_service_knows_that_it_is_asked_over_tls_and_by_whom(served: tuple[Nginx, RunningService]) -> None:
    nginx, _ = served
    page = nginx.ask("GET", "/", headers={"Accept": "text/html"})
    assert page.status == 200
    assert "电子职业培训券" in page.data.decode()
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Cache-Control"] == "no-store"
    clock = json.loads(nginx.ask("GET", "/api/v1/trial/clock").data)
    for claimed in ("", SPOOFED):
        moved = nginx.ask("PUT", "/api/v1/trial/clock", json=clock, headers={"X-Forwarded-For": claimed})
        assert moved.status != 403, "the caller stays this machine, whatever it claims"


def test_what_is_too_large_is_said_by_the_service(served: tuple[Nginx, RunningService]) -> None:
    nginx, _ = served
    asked = {"Content-Type": "application/json", "Accept": "application/problem+json"}
    refused = nginx.ask("PUT", "/api/v1/trial/clock", body=b" " * 400 * KIB, headers=asked)
    assert (refused.status, json.loads(refused.data)["status"]) == (413, 413)


def test_every_view_that_takes_a_file_gets_it(sqlite_service: RunningService) -> None:
    """Addresses that nginx lets large bodies through to are those whose views take a file."""
    (pattern,) = re.findall(r"location ~ (\S+) \{", CONFIGURATION.read_text(encoding="utf-8"))
    with opened(sqlite_service) as town:
        large = [rule for rule in town.app.url_map.iter_rules() if _takes_file(town, rule.endpoint)]
        assert large
        for rule in large:
            values = {name: "roster" if name == "kind" else "0123456789abcdef" for name in rule.arguments}
            address = town.app.url_map.bind("").build(rule.endpoint, _fitting(rule, values), method="POST")
            assert re.match(pattern, address), address
        assert not re.match(pattern, "/institution/sheets/0123456789abcdef")


def _takes_file(town: Town, endpoint: str) -> bool:
    return getattr(town.app.view_functions[endpoint], "body_bytes_max", None) is not None


def _fitting(rule: Any, values: dict[str, str]) -> dict[str, str]:
    """The kinds of tables that a page takes are two."""
    return {**values, "kind": "results"} if "tables" in rule.rule else values
