"""Column types that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Boolean, types

from voucher_service.clock import from_microseconds, to_microseconds

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

LargeInteger = BigInteger().with_variant(types.INTEGER(), "sqlite")
"""64-bit signed; SQLite's STRICT tables know it as INTEGER."""


class Instant(types.TypeDecorator[datetime]):
    """An aware UTC datetime, stored as whole microseconds since the Unix epoch.

    The integer is exact, sorts, and is the same bytes in both databases and in a ledger leaf. A naive datetime
    is refused with ValueError: it does not say when.
    """

    impl = LargeInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime does not say when")
        return to_microseconds(value.astimezone(UTC))

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else from_microseconds(value)


class Day(types.TypeDecorator[date]):
    """A calendar date of the city, stored as its ISO text: the same ten characters everywhere, and they sort."""

    impl = types.TEXT
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:  # noqa: ARG002
        return None if value is None else date.fromisoformat(value)


class Flag(types.TypeDecorator[bool]):
    """True or false; SQLite's STRICT tables know only INTEGER for it."""

    impl = Boolean
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> types.TypeEngine[Any]:
        return dialect.type_descriptor(types.INTEGER() if dialect.name == "sqlite" else Boolean())

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> bool | int | None:  # noqa: FBT001
        return int(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: bool | int | None, dialect: Dialect) -> bool | None:  # noqa: ARG002, FBT001
        return None if value is None else bool(value)


class JsonText(types.TypeDecorator[Any]):
    """A JSON document as text with sorted keys, for data that is kept and shown but never searched by a key."""

    impl = types.TEXT
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else json.loads(value)
