"""The one place that turns a refusal or a fault into an answer: problem+json (RFC 9457) or a page.

Every refusal of the service is rendered here, so that it reads the same wherever it is met.
"""

from __future__ import annotations

import json
from http.client import responses
from typing import TYPE_CHECKING, Any

import structlog
from flask import Response, g, render_template, request
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException

from voucher_service.errors import Refusal

if TYPE_CHECKING:
    from flask import Flask

_log = structlog.get_logger(__name__)

_HTTP_SENTENCES_ZH = {
    400: "请求的格式不对。",
    401: "请先登录。",
    403: "您的角色不能做这件事。",
    404: "没有找到。",
    405: "这个地址不接受这种请求方法。",
    406: "无法提供所要求的格式。",
    413: "提交的内容太大。",
    415: "请用 application/json 提交。",
    422: "提交的内容不符合要求，请按提示修改。",
    429: "请求太频繁，请稍后再试。",
    500: "服务出错了，没有留下任何改动。请稍后再试，并报上编号。",
    503: "服务暂时不可用，请稍后用同一编号再试。",
}


def problem_of(refusal: Refusal) -> dict[str, Any]:
    """Return the problem document of a refusal, without anything that belongs to one request only."""
    document: dict[str, Any] = {
        "type": f"/problems/{refusal.code}",
        "title": refusal.code.replace("_", " "),
        "status": refusal.status,
        "code": refusal.code,
        "detail": refusal.sentence_en,
        "detail_zh": refusal.sentence_zh,
    }
    if refusal.clause:
        document["clause"] = refusal.clause
    if refusal.figures:
        document["figures"] = refusal.figures
    return document


def render_problem(document: dict[str, Any]) -> Response:
    """Render a problem for whoever asked: a page for a browser, problem+json for everything else."""
    status = int(document["status"])
    if wants_page():
        page = render_template("problem.html", problem=document, request_id=g.get("request_id", ""))
        return Response(page, status, mimetype="text/html")
    body = json.dumps({**document, "request_id": g.get("request_id", "")}, ensure_ascii=False, default=str)
    return Response(body, status, mimetype="application/problem+json")


def wants_page() -> bool:
    return not request.path.startswith("/api/") and "text/html" in request.headers.get("Accept", "")


def register_problems(app: Flask) -> None:
    app.register_error_handler(Refusal, _on_refusal)
    app.register_error_handler(HTTPException, _on_http_exception)
    app.register_error_handler(DataError, _on_data_error)
    app.register_error_handler(OperationalError, _on_operational_error)
    app.register_error_handler(Exception, _on_fault)


def _on_refusal(refusal: Refusal) -> Response:
    g.refusal_code = refusal.code
    response = render_problem(problem_of(refusal))
    if refusal.status == 503:  # noqa: PLR2004 - HTTP
        response.headers["Retry-After"] = "1"
    return response


def _on_http_exception(error: HTTPException) -> Response:
    status = error.code or 500
    code = responses.get(status, "error").lower().replace(" ", "_")
    document = _document(status, code, error.description or "")
    messages = getattr(error, "data", {}).get("messages") if hasattr(error, "data") else None
    if messages:
        document.update(code="invalid_input", title="invalid input", errors=messages)
    response = render_problem(document)
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after", "location", "www-authenticate"}:
            response.headers[name] = value
    if status < 400:  # noqa: PLR2004 - a redirect is raised as an exception too, and is no problem
        response.status_code = status
    return response


def _on_data_error(error: DataError) -> Response:
    """Answer a value that no column can hold: a field's own check should have refused it, so say so in the log."""
    _log.warning("value_beyond_column", request_id=g.get("request_id"), kind=type(error.orig).__name__)
    return render_problem(_document(422, "invalid_input", "A value is outside what can be stored."))


def _on_operational_error(error: OperationalError) -> Response:
    _log.error("database_unavailable", request_id=g.get("request_id"), kind=type(error.orig).__name__)
    response = render_problem(_document(503, "unavailable", "The database did not answer; retry with the same key."))
    response.headers["Retry-After"] = "1"
    return response


def _on_fault(error: Exception) -> Response:
    # Only the type goes to the log: a message or a local variable may hold a person's data.
    _log.error("fault", request_id=g.get("request_id"), kind=type(error).__name__, place=_place(error))
    return render_problem(_document(500, "internal_error", "The service failed; nothing was changed."))


def _place(error: Exception) -> list[str]:
    trace, places = error.__traceback__, []
    while trace is not None:
        places.append(f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}")
        trace = trace.tb_next
    return places[-6:]


def _document(status: int, code: str, detail: str) -> dict[str, Any]:
    return {
        "type": f"/problems/{code}",
        "title": code.replace("_", " "),
        "status": status,
        "code": code,
        "detail": detail,
        "detail_zh": _HTTP_SENTENCES_ZH.get(status, "请求没有被接受。"),
    }
