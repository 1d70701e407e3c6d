"""Whatever arrives, the answer is a refusal with a code, and never a fault."""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.api.routes import BODIES, Route, api_routes, path_of, routes
from tests.architecture.source import ROOT
from tests.faces.browsing import PAGE, Visitor
from tests.journey.city import new_key
from voucher_service.web.access import PUBLIC

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.journey.city import Town

ALWAYS_REFUSED = {
    "nothing": b"",
    "half an object": b'{"programme_id": 1',
    "a list": b"[]",
    "null": b"null",
    "a number": b"7",
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "a byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "the same key twice": b'{"a": 1, "a": 2}',
    "an unknown member": b'{"unknown": 1}',
    "not a number": b'{"a": NaN}',
    "infinity": b'{"a": -Infinity}',
    "a number with 5,000 digits": b'{"a": ' + b"9" * 5000 + b"}",
    "a lone surrogate": b'{"a": "\\ud800"}',
    "a NUL": b'{"a": "\\u0000"}',
    "a NUL in a key": b'{"\\u0000": 1}',
    "a thousand nested lists": b"[" * 1000 + b"]" * 1000,
    "a hundred thousand nested lists": b"[" * 100_000,
}
HOSTILE: tuple[Any, ...] = (
    None, True, -1, 0, 2**31, 2**63, 10**400, 1.5, 1e308, [], {}, [[]], {"a": 1}, "", " ", "x" * 5000, "\x07",
    "\U0010ffff", "１２３４５６", "４１９９０２１９９００１０１００１９", "419902900101001", "419902199002300018",
    "41990219900101001x", "0001-01-01", "9999-12-31", "2026-02-30", "2026-13-01", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "2026-03-10T00:00:00", "' OR 1=1 --", "../../etc/passwd", "%00", "{detail}", "0" * 16, "f" * 16, "F" * 16,
)  # fmt: skip
"""What stands in for each member of an acceptable body in turn."""

HOSTILE_TEXTS = ("%00", "%ED%A0%80", "%FF", "０" * 16, "F" * 16, "x" * 16, "0" * 400, "-1", "..%2f..")
HOSTILE_NUMBERS = ("0", "-1", "9" * 40, "４１１２０２", "411202.0", "%00", "1e5")


def send(town: Town, route: Route, tokens: dict[str, str], body: bytes, path: str | None = None) -> Any:
    role = min(route.roles)
    headers = {"Authorization": f"Bearer {tokens[role]}", "Idempotency-Key": new_key()}
    return town.client().open(
        path or route.path, method=route.method, data=body, headers=headers, content_type="application/json"
    )


def assert_refused(answer: Any, what: object) -> None:
    assert 400 <= answer.status_code < 500, (what, answer.status_code, answer.text)
    document = answer.get_json(force=True)
    if "error" in document:  # the token endpoint speaks RFC 6749
        return
    assert answer.mimetype == "application/problem+json", what
    assert document["status"] == answer.status_code, what
    assert document["code"], what
    assert document["detail_zh"], what


def taking_bodies(town: Town) -> list[Route]:
    return api_routes(town.app, "POST", "PUT", "PATCH")


def replaced(document: Any, hostile: object) -> Iterator[Any]:
    """Yield the document once for each member, with that member replaced."""
    members = document.items() if isinstance(document, dict) else enumerate(document)
    for name, value in members:
        changed = copy.copy(document)
        changed[name] = hostile
        yield changed
        if isinstance(value, dict | list):
            for deeper in replaced(value, hostile):
                changed = copy.copy(document)
                changed[name] = deeper
                yield changed


def test_every_route_that_takes_a_body_is_known_here(town: Town) -> None:
    documented = town.client().get("/api/openapi.json").get_json()["paths"]
    with_body = {
        path
        for path, operations in documented.items()
        for method, operation in operations.items()
        if method == "post" and "requestBody" in operation and path != "/api/v1/token"
    }
    assert len(with_body) == len(BODIES)


@pytest.mark.parametrize("what", ALWAYS_REFUSED)
def test_a_body_that_no_reading_can_accept_is_refused(town: Town, tokens: dict[str, str], what: str) -> None:
    sent_to = taking_bodies(town)
    assert len(sent_to) > 10
    for route in sent_to:
        assert_refused(send(town, route, tokens, ALWAYS_REFUSED[what]), (route, what))


@pytest.mark.parametrize(
    "fault", ['"{name}": 1, "{name}": 1', '"{name}": NaN', '"{name}": "\\ud800"', '"{name}": "\\u0000"'],
    ids=["the same key twice", "not a number", "a lone surrogate", "a NUL"],
)  # fmt: skip
def test_json_that_two_parsers_read_differently_is_malformed(town: Town, tokens: dict[str, str], fault: str) -> None:
    for route in taking_bodies(town):
        if route.endpoint in BODIES:
            name = next(iter(BODIES[route.endpoint]))
            answer = send(town, route, tokens, ("{" + fault.replace("{name}", name) + "}").encode())
            assert_refused(answer, route)
            assert answer.status_code == 400, (route, answer.text)


def test_a_body_above_the_limit_is_too_large(town: Town, tokens: dict[str, str]) -> None:
    body = json.dumps({"reason": "x" * 300_000}).encode()
    for route in taking_bodies(town):
        if route.endpoint in BODIES:
            answer = send(town, route, tokens, body)
            assert_refused(answer, route)
            assert answer.status_code == 413, route


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda value: repr(value)[:30])
def test_no_member_of_a_body_can_make_the_service_fail(town: Town, tokens: dict[str, str], hostile: object) -> None:
    for route in taking_bodies(town):
        for body in replaced(BODIES.get(route.endpoint, {}), hostile):
            answer = send(town, route, tokens, json.dumps(body).encode())
            if answer.status_code != 201:  # some are acceptable, such as a question that is simply answered yes
                assert_refused(answer, (route, body))


@pytest.mark.parametrize("endpoint", BODIES)
def test_an_unknown_member_is_refused(town: Town, tokens: dict[str, str], endpoint: str) -> None:
    route = next(route for route in taking_bodies(town) if route.endpoint == endpoint)
    answer = send(town, route, tokens, json.dumps({**BODIES[endpoint], "unknown": 1}).encode())
    assert_refused(answer, route)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid_input")


def test_no_parameter_in_a_path_can_make_the_service_fail(town: Town, tokens: dict[str, str]) -> None:
    rules = {rule.endpoint: rule.rule for rule in town.app.url_map.iter_rules() if "<" in rule.rule}
    for route in api_routes(town.app, "GET", "POST"):
        if route.endpoint not in rules:
            continue
        body = json.dumps(BODIES.get(route.endpoint, {})).encode()
        paths = [path_of(rules[route.endpoint], text=text) for text in HOSTILE_TEXTS]
        paths += [path_of(rules[route.endpoint], number=number) for number in HOSTILE_NUMBERS]
        for path in paths:
            answer = send(town, route, tokens, body, path)
            assert answer.status_code < 500, (route, path, answer.text)


@pytest.mark.parametrize("query", ["after=%00", "limit=0", "limit=1e9", "limit=" + "9" * 400, "unknown=1", "after=%FF"])
def test_a_page_that_cannot_be_is_refused(town: Town, tokens: dict[str, str], query: str) -> None:
    answer = town.get(f"/api/v1/institutions/?{query}", tokens["bureau_clerk"])
    assert_refused(answer, query)


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "with space", "汉字汉字汉字汉字".encode().decode("latin-1")])
def test_an_act_without_a_sound_idempotency_key_is_refused(town: Town, tokens: dict[str, str], key: str) -> None:
    headers = {"Authorization": f"Bearer {tokens['holder']}", **({"Idempotency-Key": key} if key else {})}
    answer = town.client().post("/api/v1/vouchers", json=BODIES["vouchers.claim"], headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "idempotency_key_missing")


def test_an_address_says_which_methods_it_has(town: Town) -> None:
    known = {(route.path, route.method) for route in routes(town.app)}
    for path in {path for path, _ in known}:
        for method in ("POST", "PUT", "DELETE", "TRACE"):
            answer = town.client().open(path, method=method)
            if (path, method) not in known and answer.status_code != 404:  # a stand-in may be no possible parameter
                assert answer.status_code == 405, (path, method)
                assert answer.headers["Allow"], (path, method)


@pytest.mark.parametrize("mimetype", ["text/plain", "application/x-www-form-urlencoded", "text/xml", None])
def test_a_body_that_does_not_say_it_is_json_is_refused(
    town: Town, tokens: dict[str, str], mimetype: str | None
) -> None:
    for route in taking_bodies(town):
        headers = {"Authorization": f"Bearer {tokens[min(route.roles)]}", "Idempotency-Key": new_key()}
        body = json.dumps(BODIES.get(route.endpoint, {}))
        answer = town.client().open(route.path, method=route.method, data=body, content_type=mimetype, headers=headers)
        assert_refused(answer, (route, mimetype))


@pytest.mark.parametrize("hostile", ["", "\0", "\u202e", "9" * 400, "-1", "2026-02-30", "１２３", "x" * 5000])
def test_no_form_can_make_the_service_fail(town: Town, tokens: dict[str, str], hostile: str) -> None:
    pages = [path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html")]
    names = {name for page in pages for name in re.findall(r'name="(\w+)"', page)}
    for route in routes(town.app):
        if route.method == "POST" and not route.path.startswith("/api/"):
            visitor = Visitor(town)
            visitor.http.set_cookie("voucher_session", tokens[min(route.roles)])
            proof = visitor.hidden("/login" if PUBLIC in route.roles else "/rules")
            form = dict.fromkeys(names, hostile) | {"nonce": "a" * 32} | proof
            answer = visitor.http.post(route.path, data=form, headers=PAGE)
            assert answer.status_code < 500, (route, answer.text)
