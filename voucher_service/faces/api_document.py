"""The OpenAPI document, completed: who may call what, how one proves who one is, and how each call can be refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from voucher_service.errors import Forbidden, InvalidInput, NotFound, Unauthenticated
from voucher_service.faces.possible_refusals import possible_refusals
from voucher_service.faces.problem_pages import GENERAL, without_figures
from voucher_service.web.access import COOKIE, PUBLIC, allowed_roles
from voucher_service.web.idempotency import IdempotencyKeyMissing

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.routing import Rule

METHODS: Final = {"get", "post", "put", "patch", "delete"}
PROBLEM: Final = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
DESCRIPTION: Final = """\
Electronic vocational-training vouchers: real-name, not transferable, worth something only with a certificate.
电子职业培训券：实名制、不得转让、以证换券、无证无价。

* Every identifier is 16 lower-case hex digits; money is whole fen; a moment has an offset from UTC.
* Every act takes an `Idempotency-Key`; the same key gets the first answer again, with `Idempotency-Hit: true`.
* Every refusal is `application/problem+json` (RFC 9457) with a stable `code`, a Chinese and an English sentence.
  All of them are listed at [/problems](/problems).
"""
TAGS: Final = {
    "accounts": "Logging in and out; tokens for institutions' systems",
    "holders": "Real-name log-in of workers",
    "institutions": "Training institutions, their licences and devices",
    "programmes": "Quotas, budgets and rule packs",
    "classes": "Training classes: registration, review, opening, closing",
    "vouchers": "Claiming, showing and giving back vouchers",
    "redemptions": "The scan at the class door",
    "roll_calls": "The code on a class's screen, and sessions made up on film",
    "sign_ins": "Signing in: the holder's own code, and face devices' records",
    "attendance": "Who stands how and what is missing; decisions about sign-ins; the close of a class",
    "certificates": "Certificates, entered and verified by different persons",
    "reports": "Progress against the targets",
    "ledger": "Proofs that the ledger only grew",
    "keys": "The signed key directory and revocation list",
}
SECURITY: Final = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "Token of a log-in: `/api/v1/token` for systems, `/api/v1/staff-sessions` for staff with "
        "password and one-time code, `/api/v1/holder-sessions` for workers.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "The cookie of the pages; a writing request also needs the page's `X-CSRFToken`.",
    },
}
PROBLEM_SCHEMA: Final = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "detail_zh"],
    "properties": {
        "type": {"type": "string", "description": "Page that explains the code", "examples": ["/problems/not_found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; the one member to decide by"},
        "detail": {"type": "string", "description": "An English sentence"},
        "detail_zh": {"type": "string", "description": "A Chinese sentence"},
        "clause": {"type": "string", "description": "Clause of the city's plan that the refusal rests on"},
        "figures": {"type": "object", "description": "Numbers and ids that explain the refusal"},
        "errors": {"type": "object", "description": "For each field, what is wrong with it"},
        "request_id": {"type": "string"},
    },
}


class Answer(NamedTuple):
    """One way in which a call can be refused."""

    status: int
    code: str
    sentence: str


def completed(document: dict[str, Any], app: Flask) -> dict[str, Any]:
    """Complete the library's document, in place, and return it."""
    document["info"] |= {"description": DESCRIPTION, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}}
    document["servers"] = [{"url": "/"}]
    components = document.setdefault("components", {})
    components["securitySchemes"] = SECURITY
    components.pop("responses", None)
    schemas = components.setdefault("schemas", {})
    for unused in ("Error", "PaginationMetadata"):
        schemas.pop(unused, None)
    schemas["Problem"] = PROBLEM_SCHEMA
    for tag in document.get("tags", []):
        tag["description"] = TAGS.get(tag["name"]) or tag.get("description") or tag["name"].capitalize()
    rules = {
        (path_of(rule), method.lower()): rule for rule in app.url_map.iter_rules() for method in rule.methods or ()
    }
    for path, operations in document["paths"].items():
        for method in METHODS & operations.keys():
            _complete_operation(operations[method], rules[path, method], app)
    return document


def path_of(rule: Rule) -> str:
    """Return a rule's path as OpenAPI writes it."""
    return re.sub(r"<(?:[^:>]*:)?(\w+)>", r"{\1}", rule.rule)


def answers_of(rule: Rule, app: Flask, operation: dict[str, Any]) -> list[Answer]:
    """Return how a call may be refused, by status and code."""
    kinds = possible_refusals(app.view_functions[rule.endpoint], app.extensions)
    if PUBLIC not in allowed_roles(app, rule.endpoint):
        kinds |= {Unauthenticated, Forbidden}
    if "requestBody" in operation or _has_query(operation):
        kinds |= {InvalidInput}
    if rule.arguments:  # what is no number there, or too large a one, is no address at all
        kinds |= {NotFound}
    found = {Answer(kind.status, kind.code, without_figures(kind.en)) for kind in kinds}
    found |= {Answer(GENERAL[code].status, code, GENERAL[code].en) for code in _general(operation)}
    return sorted(found)


def _general(operation: dict[str, Any]) -> set[str]:
    """Return the codes that come before any view: what a request can be in itself, and what can befall the service."""
    body = {"bad_request", "request_entity_too_large"} if "requestBody" in operation else set()
    return {"unavailable", "internal_error"} | body


def _has_query(operation: dict[str, Any]) -> bool:
    return any(parameter.get("in") == "query" for parameter in operation.get("parameters", []))


def _complete_operation(operation: dict[str, Any], rule: Rule, app: Flask) -> None:
    roles = sorted(allowed_roles(app, rule.endpoint))
    answers = answers_of(rule, app, operation)
    operation.setdefault("summary", rule.endpoint.rsplit(".", 1)[-1].replace("_", " ").capitalize() + ".")
    operation["operationId"] = rule.endpoint.replace(".", "_")
    operation["security"] = [{}] if PUBLIC in roles else [{"token": []}, {"session": []}]
    asked = "Anyone may call this." if PUBLIC in roles else f"Roles: {', '.join(f'`{role}`' for role in roles)}."
    operation["description"] = "\n\n".join(filter(None, (operation.get("description"), asked)))
    operation["x-problem-codes"] = sorted({answer.code for answer in answers})
    if IdempotencyKeyMissing.code in operation["x-problem-codes"]:
        operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
    responses = operation["responses"]
    refused = [status for status in responses if status == "default" or int(status) >= 400]  # noqa: PLR2004 - HTTP
    told = {status: responses.pop(status).get("content", {}) for status in refused}
    for status in sorted({answer.status for answer in answers}):
        shapes = PROBLEM | told.get(str(status), {})
        responses[str(status)] = _response([answer for answer in answers if answer.status == status], shapes)


def _response(answers: list[Answer], shapes: dict[str, Any]) -> dict[str, Any]:
    """Describe one status: its problems, and what else a view itself says that it answers with."""
    lines = [f"* [`{answer.code}`](/problems/{answer.code}): {answer.sentence}" for answer in answers]
    return {"description": "\n".join(lines), "content": shapes}


_IDEMPOTENCY_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Drawn by the caller for this act; sent again unchanged when no answer came.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{8,64}$"},
}
