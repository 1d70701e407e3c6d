"""/problems: what each refusal code means, in Chinese and English; the `type` of every problem leads here."""

from __future__ import annotations

import string
from typing import Final, NamedTuple

from flask import Blueprint, render_template

from voucher_service.errors import NotFound
from voucher_service.faces.possible_refusals import all_refusals
from voucher_service.web.access import PUBLIC, allow

blueprint = Blueprint("problems", __name__, url_prefix="/problems")


class Explained(NamedTuple):
    """A code as its page explains it."""

    code: str
    status: int
    zh: str
    en: str
    clause: str | None = None


GENERAL: Final = {
    explained.code: explained
    for explained in (
        Explained("bad_request", 400, "请求的格式不对，服务读不懂。", "The request is malformed and cannot be read."),
        Explained("method_not_allowed", 405, "这个地址不接受这种请求方法。", "This address does not take this method."),
        Explained("not_acceptable", 406, "无法提供所要求的格式。", "The requested format cannot be provided."),
        Explained("request_entity_too_large", 413, "提交的内容太大。", "The body is too large."),
        Explained("request_uri_too_long", 414, "请求的地址太长。", "The address is too long."),
        Explained("unsupported_media_type", 415, "请用 application/json 提交。", "Send application/json."),
        Explained("too_many_requests", 429, "请求太频繁，请稍后再试。", "Too many requests; try again later."),
        Explained(
            "internal_error",
            500,
            "服务出错了，没有留下任何改动。请稍后再试，并报上编号。",
            "The service failed and changed nothing. Try again later, and quote the request id.",
        ),
        Explained(
            "unavailable",
            503,
            "服务暂时不可用，请稍后用同一编号再试。",
            "The service is not available at the moment; retry with the same key.",
        ),
    )
}
"""What the HTTP layer answers before any rule is asked; every other code is a refusal class."""


@blueprint.get("")
@allow(PUBLIC)
def list_problems() -> str:
    """List every code with its sentence."""
    return render_template("problems.html", problems=explained_codes().values())


@blueprint.get("/<string:code>")
@allow(PUBLIC)
def show_problem(code: str) -> str:
    """Explain one code; raises NotFound."""
    explained = explained_codes().get(code)
    if explained is None:
        raise NotFound
    return render_template("problem_code.html", problem=explained)


def explained_codes() -> dict[str, Explained]:
    """Return every code of the service, in order: those of the refusal classes and those of HTTP."""
    classes = {
        code: Explained(code, kind.status, without_figures(kind.zh), without_figures(kind.en), kind.clause)
        for code, kind in all_refusals().items()
    }
    return dict(sorted({**GENERAL, **classes}.items()))


def without_figures(sentence: str) -> str:
    """Return a refusal's sentence with an ellipsis wherever a number or an id of the case will stand."""
    return "".join(
        text + ("…" if field is not None else "") for text, field, _, _ in string.Formatter().parse(sentence)
    )
