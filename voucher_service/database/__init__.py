"""The database: one metadata, one type for time, one place that commits, one way to send a hot statement.

`unit_of_work` is for everything comfortable; `chain` is for the three hot paths, which must be one round trip.
"""

from __future__ import annotations

from voucher_service.database.chain import Chain, Link
from voucher_service.database.engine import STRICT, Model, db
from voucher_service.database.keyed import keyed
from voucher_service.database.migration import SchemaOutOfStep, migrate, require_newest
from voucher_service.database.reading import asked_once
from voucher_service.database.types import Day, Flag, Instant, JsonText, LargeInteger
from voucher_service.database.unit_of_work import end_reading, in_unit_of_work, retry_on_conflict, unit_of_work

__all__ = [
    "STRICT",
    "Chain",
    "Day",
    "Flag",
    "Instant",
    "JsonText",
    "LargeInteger",
    "Link",
    "Model",
    "SchemaOutOfStep",
    "asked_once",
    "db",
    "end_reading",
    "in_unit_of_work",
    "keyed",
    "migrate",
    "require_newest",
    "retry_on_conflict",
    "unit_of_work",
]
