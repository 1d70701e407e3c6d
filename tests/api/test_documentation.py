"""The API page, the OpenAPI document and the pages of the refusal codes say what the service really does."""

from __future__ import annotations

import ast
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.api.routes import BODIES, api_routes
from tests.architecture.source import ROOT
from tests.faces.browsing import Visitor
from voucher_service.app import create_app
from voucher_service.faces.possible_refusals import all_refusals, possible_refusals
from voucher_service.faces.problem_pages import GENERAL, explained_codes
from voucher_service.signing import errors
from voucher_service.web import problems
from voucher_service.web.access import PUBLIC

if TYPE_CHECKING:
    from tests.journey.city import Town

TOKEN = "/api/v1/token"


@pytest.fixture(scope="module")
def document(town: Town) -> dict[str, Any]:
    found: dict[str, Any] = town.client().get("/api/openapi.json").get_json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, told)
        for path, methods in document["paths"].items()
        for method, told in methods.items()
        if method != "parameters"
    ]


def test_every_operation_says_what_it_does_who_may_and_how_it_is_refused(document: dict[str, Any]) -> None:
    assert len(operations(document)) > 40
    for path, method, told in operations(document):
        assert told["summary"], (path, method)
        assert told["description"], (path, method)
        assert told["x-problem-codes"], (path, method)
        assert "security" in told, (path, method)
    names = [told["operationId"] for _, _, told in operations(document)]
    assert len(names) == len(set(names))


def test_the_token_is_refused_in_the_shape_that_is_documented(document: dict[str, Any], town: Town) -> None:
    told = document["paths"]["/api/v1/token"]["post"]["responses"]
    for asked in ({}, {"grant_type": "client_credentials", "client_id": "0" * 16, "client_secret": "x"}):
        refused = town.client().post("/api/v1/token", json=asked)
        shapes = told[str(refused.status_code)]["content"]
        assert shapes.keys() == {"application/problem+json", refused.mimetype}
        assert shapes["application/json"]["schema"]["required"] == list(refused.get_json())


@pytest.mark.parametrize("path", ["/api/v1/classes/enrolling/{region_id}", "/api/v1/programmes/open/{region_id}"])
@pytest.mark.parametrize("part", ["2837524311787514", "-1", "x"])
def test_an_address_that_is_none_is_refused_as_documented(
    document: dict[str, Any], town: Town, path: str, part: str
) -> None:
    refused = town.client().get(path.format(region_id=part))
    assert refused.get_json()["code"] in document["paths"][path]["get"]["x-problem-codes"]
    assert str(refused.status_code) in document["paths"][path]["get"]["responses"]


def test_every_address_with_a_part_may_be_absent(document: dict[str, Any]) -> None:
    parted = [told for path, _, told in operations(document) if "{" in path]
    assert parted
    assert all("404" in told["responses"] for told in parted)


def test_the_document_is_completed_once_however_many_ask_first(town: Town) -> None:
    app = create_app(town.app.extensions["settings"])
    with ThreadPoolExecutor(8) as crowd:
        given = set(crowd.map(lambda _: app.test_client().get("/api/openapi.json").text, range(8)))
    assert len(given) == 1
    assert json.loads(given.pop())["paths"]["/api/v1/token"]["post"]["description"].count("Anyone") == 1


def test_every_refusal_that_is_documented_has_a_page_and_its_status(document: dict[str, Any]) -> None:
    explained = explained_codes()
    for path, _, told in operations(document):
        for code in told["x-problem-codes"]:
            assert str(explained[code].status) in told["responses"], (path, code)
            assert f"/problems/{code}" in told["responses"][str(explained[code].status)]["description"]


def test_what_takes_a_role_says_how_to_show_it(document: dict[str, Any], town: Town) -> None:
    schemes = document["components"]["securitySchemes"]
    assert set(schemes) == {"token", "session"}
    told = document["paths"]["/api/v1/vouchers"]["post"]
    assert told["security"] == [{"token": []}, {"session": []}]
    assert {"unauthenticated", "forbidden", "quota_exhausted", "voucher_already_held"} <= set(told["x-problem-codes"])
    assert [parameter["name"] for parameter in told["parameters"]] == ["Idempotency-Key"]
    public = [route for route in api_routes(town.app, "GET") if PUBLIC in route.roles]
    assert public
    assert document["paths"]["/api/v1/ledger/heads/latest"]["get"]["security"] == [{}]


def test_the_door_lists_every_verdict_on_a_code(document: dict[str, Any]) -> None:
    """These are raised far below the route, some through an object that the route never names."""
    told = set(document["paths"]["/api/v1/redemptions"]["post"]["x-problem-codes"])
    assert {
        *("code_malformed", "code_unknown_key", "code_suite_mismatch", "code_key_revoked", "code_stale"),
        *("code_bad_signature", "code_voucher_revoked", "code_already_used", "holder_mismatch", "class_full"),
    } <= told


def test_answers_that_tests_have_met_are_documented(
    town: Town, tokens: dict[str, str], document: dict[str, Any]
) -> None:
    """Send an acceptable body to every route; whatever refuses it must be one of the codes that are written down."""
    asked = 0
    for route in api_routes(town.app, "GET", "POST"):
        path = next(
            (path for path, _, told in operations(document) if told["operationId"] == route.endpoint.replace(".", "_")),
            None,
        )
        if path is None or path == TOKEN:
            continue
        answer = town.client().open(
            route.path,
            method=route.method,
            json=BODIES.get(route.endpoint) if route.method == "POST" else None,
            headers={
                "Authorization": f"Bearer {tokens[min(route.roles)]}",
                "Idempotency-Key": f"documented-{asked:06d}",
            },
        )
        if answer.status_code >= 400:
            told = document["paths"][path][route.method.lower()]
            assert answer.get_json(force=True)["code"] in told["x-problem-codes"], (route, answer.text)
        asked += 1
    assert asked > 40


def test_every_code_has_a_page_in_both_languages(town: Town) -> None:
    listed = Visitor(town).open("/problems").text
    for code, explained in explained_codes().items():
        page = Visitor(town).open(f"/problems/{code}")
        assert page.status_code == 200
        assert explained.zh.split("…")[0] in page.text
        assert f'href="/problems/{code}"' in listed
        assert "{" not in explained.zh + explained.en


def test_every_refusal_class_in_the_source_is_known(town: Town) -> None:
    """Read the sources: a class with a code that no page explains would have been forgotten here."""
    assert town
    written = {
        str(statement.value.value)
        for path in (ROOT / "voucher_service").rglob("*.py")
        if "static" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        and {"zh", "en"}
        <= {
            target.id
            for part in node.body
            if isinstance(part, ast.Assign)
            for target in part.targets
            if isinstance(target, ast.Name)
        }
        for statement in node.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and statement.targets[0].id == "code"
        and isinstance(statement.value, ast.Constant)
    }
    assert len(written) > 80
    assert written <= all_refusals().keys()


def test_every_answer_of_http_itself_has_a_page() -> None:
    codes = {problems.responses[status].lower().replace(" ", "_") for status in problems._HTTP_SENTENCES_ZH}
    answered_by_others = {"unauthorized", "unprocessable_entity", "internal_server_error", "service_unavailable"}
    assert codes - answered_by_others <= explained_codes().keys()
    assert {"internal_error", "unavailable"} <= GENERAL.keys()


def test_an_unknown_code_is_absent(town: Town) -> None:
    assert Visitor(town).open("/problems/never_heard_of").status_code == 404
    assert Visitor(town).open("/problems/%00").status_code == 404


def test_a_refusal_leads_to_its_page(town: Town) -> None:
    refused = town.client().get("/api/v1/holders/me").get_json()
    assert town.client().get(refused["type"]).status_code == 200


def test_a_refusal_behind_an_import_or_a_table_is_found(town: Town) -> None:
    table = {"stale": errors.CodeStale}

    def through_a_closure() -> None:
        raise table["stale"]

    def through_an_import() -> None:
        from voucher_service.signing.errors import CodeMalformed  # noqa: PLC0415 - it is what is tried here

        raise CodeMalformed

    def innocent() -> int:
        return len("code_stale")

    innocent.__module__ = through_an_import.__module__ = through_a_closure.__module__ = "voucher_service.examples"
    extensions = town.app.extensions
    assert possible_refusals(through_a_closure, extensions) == {errors.CodeStale}
    assert possible_refusals(through_an_import, extensions) == {errors.CodeMalformed}
    assert possible_refusals(innocent, extensions) == set()


def test_the_page_loads_only_what_lies_here(town: Town) -> None:
    page = town.client().get("/api/docs")
    assert page.status_code == 200
    assert "swagger-ui-bundle.js" in page.text
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]
    for script in ("scripts/api-docs.js", "vendor/swagger-ui-dist-5.35.0/swagger-ui.css"):
        with town.client().get(f"/static/{script}") as served:
            assert served.status_code == 200
