"""Keyset pages: `after` is the last id seen, `limit` is bounded, and the order never changes under the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marshmallow import Schema, fields, validate

from voucher_service.identifiers import from_hex, to_hex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import InstrumentedAttribute, Session, scoped_session

LIMIT_MAX = 200


class PageArguments(Schema):
    after = fields.String(
        load_default=None,
        validate=validate.Regexp(r"[0-9a-f]{16}\Z"),
        metadata={"description": "`next` of the page before; leave out for the first page"},
    )
    limit = fields.Integer(load_default=50, strict=False, validate=validate.Range(1, LIMIT_MAX))


def page_of(
    session: scoped_session[Any] | Session,
    query: Select[Any],
    key: InstrumentedAttribute[int],
    after: str | None,
    limit: int,
) -> tuple[Sequence[Any], str | None]:
    """Return one page of scalars ordered by the id column `key`, and the `after` of the next page or None."""
    if after is not None:
        query = query.where(key > from_hex(after))
    rows = session.scalars(query.order_by(key).limit(limit + 1)).all()
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], to_hex(getattr(rows[limit - 1], key.key))
