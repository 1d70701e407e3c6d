"""One effect for each key: the first answer is kept in the effect's own transaction and replayed ever after.

A machine that does not know whether its request arrived sends it again with the same `Idempotency-Key`. The same
body gets the first answer and the header `Idempotency-Hit: true`; another body with the same key is refused.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Final, ParamSpec

from flask import Response, current_app, request
from flask.globals import request_ctx
from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from voucher_service.database import STRICT, Instant, LargeInteger, Link, Model, db, retry_on_conflict, unit_of_work
from voucher_service.errors import Refusal
from voucher_service.web.access import caller
from voucher_service.web.problems import problem_of, render_problem

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")

REFUSED_FROM: Final = 400
"""The first HTTP status that is no answer but a refusal."""

_KEY = re.compile(r"[A-Za-z0-9_.:-]{8,64}")


class IdempotencyKeyMissing(Refusal):
    code = "idempotency_key_missing"
    status = 400
    zh = "缺少 Idempotency-Key 请求头（8 到 64 个字母、数字或 _.:-）。"
    en = "The Idempotency-Key header is missing or malformed (8 to 64 letters, digits or _.:-)."


class IdempotencyKeyReused(Refusal):
    code = "idempotency_key_reused"
    status = 422
    zh = "这个 Idempotency-Key 已用于另一个请求。"
    en = "This Idempotency-Key was used for another request."


class Idempotency(Model):
    """One kept answer. The region is the caller's, so that the key is found where the caller's rows live."""

    __tablename__ = "idempotency"
    __table_args__ = (
        CheckConstraint("length(request_hash) = 32", name="request_hash"),
        Index(
            "ix_idempotency_refused",
            "status",
            postgresql_where=text(f"status >= {REFUSED_FROM}"),
            sqlite_where=text(f"status >= {REFUSED_FROM}"),
        ),
        STRICT,
    )

    region_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    client_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    kept_at: Mapped[datetime] = mapped_column(Instant, index=True)


KEPT = "INSERT INTO idempotency (region_id, client_id, key, request_hash, status, body, kept_at)"


def kept_link(source: str, status: int, **members: str) -> Link:
    """Return the last link of a chain: keep the JSON object of `members` (name → SQL) as the answer, and return it."""
    pairs = ", ".join(f"'{name}', {expression}" for name, expression in members.items())
    answer = f"CAST({{json_object}}({pairs}) AS {{text}})"
    values = f":caller_region_id, :caller_id, :idempotency_key, :request_hash, {status}, {answer}, :now"
    return Link("kept", f"{KEPT} SELECT {values} FROM {source} RETURNING body", ("body",))


def required_key() -> str:
    """Return the request's Idempotency-Key; raises IdempotencyKeyMissing."""
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        raise IdempotencyKeyMissing
    return key


def request_hash() -> bytes:
    asked = request_ctx.request
    digest = hashlib.sha256(f"{asked.method} {asked.path}\n".encode())
    digest.update(asked.get_data(cache=True))
    return digest.digest()


def kept_answer(key: str, digest: bytes) -> Response | None:
    """Return the first answer to this key, or None if there is none yet; raises IdempotencyKeyReused."""
    found = db.session.get(Idempotency, (caller().region_id, caller().subject_id, key), populate_existing=True)
    if found is None:
        return None
    if found.request_hash != digest:
        raise IdempotencyKeyReused
    mimetype = "application/json" if found.status < REFUSED_FROM else "application/problem+json"
    return Response(found.body, found.status, {"Idempotency-Hit": "true"}, mimetype=mimetype)


def keep(key: str, digest: bytes, status: int, body: str) -> None:
    """Keep an answer in the open unit of work."""
    db.session.add(
        Idempotency(
            region_id=caller().region_id,
            client_id=caller().subject_id,
            key=key,
            request_hash=digest,
            status=status,
            body=body,
            kept_at=current_app.extensions["clock"].now(),
        )
    )


def idempotent(view: Callable[P, object]) -> Callable[P, Response]:
    """Run a view as one unit of work under its Idempotency-Key; goes right under the route decorator.

    A refusal that the verb raises is kept as the answer too: asking again cannot turn it into an effect.
    """

    @functools.wraps(view)
    def answered_once(*args: P.args, **kwargs: P.kwargs) -> Response:
        key, digest = required_key(), request_hash()
        try:
            return _answer(view, key, digest, *args, **kwargs)
        except IdempotencyKeyReused:
            raise
        except Refusal as refusal:
            return keep_refusal(refusal, key, digest)

    return answered_once


@retry_on_conflict
def _answer(view: Callable[P, object], key: str, digest: bytes, /, *args: P.args, **kwargs: P.kwargs) -> Response:
    try:
        with unit_of_work():
            if earlier := kept_answer(key, digest):
                return earlier
            response = current_app.make_response(view(*args, **kwargs))  # type: ignore[arg-type]
            keep(key, digest, response.status_code, response.get_data(as_text=True))
            return response
    except IntegrityError:
        # Somebody else may have kept this key between our look and our commit; then theirs is the answer.
        if earlier := kept_answer(key, digest):
            return earlier
        raise


def keep_refusal(refusal: Refusal, key: str, digest: bytes, record: Callable[[], None] | None = None) -> Response:
    """Keep a refusal as the answer to this key and return it; an answer that is there already wins.

    What else is written of the refusal, `record` writes in the same transaction: there is both or neither.
    """
    document = problem_of(refusal)
    try:
        with unit_of_work():
            if earlier := kept_answer(key, digest):
                return earlier
            if record:
                record()
            keep(key, digest, refusal.status, json.dumps(document, ensure_ascii=False, default=str))
    except IntegrityError:
        if earlier := kept_answer(key, digest):
            return earlier
        raise
    return render_problem(document)
