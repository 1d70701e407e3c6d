"""Writing facts: one verb for the comfortable path and one link for the hot one; both write the same row."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, literal_column, select

from voucher_service.calendar import month_of
from voucher_service.database import Link, db, keyed
from voucher_service.database.chain import DIALECT_WORDS
from voucher_service.ledger.models import VoucherFact
from voucher_service.ledger.rules import move_of

DIALECT_WORDS["postgresql"]["commit_no"] = "ledger_commit_no()"
DIALECT_WORDS["sqlite"]["commit_no"] = "(SELECT coalesce(max(rowid), 0) + 1 FROM voucher_fact)"
"""PostgreSQL numbers a fact by its transaction, SQLite's one writer by its place in the line (found in one step)."""

_COLUMNS = (
    "region_id, voucher_id, seq, prev_seq, kind, from_state, to_state, programme_id, period, month, amount_fen, "
    "actor_role, actor_id, reference_id, commitment, recorded_at, commit_no"
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who made a fact: the true author, never the person it is about (a system act is the system's)."""

    role: str
    actor_id: int


SYSTEM = Actor("system", 0)


@dataclass(frozen=True, slots=True)
class Moved:
    """A voucher as it stands after a move: `seq` is the number of the fact to be recorded."""

    region_id: int
    voucher_id: int
    seq: int
    programme_id: int
    period: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What one fact says of its own voucher, beside the kind, author and moment that it shares with others."""

    moved: Moved
    from_state: str
    amount_fen: int = 0
    reference_id: int | None = None
    commitment: bytes | None = None


def record(
    moved: Moved,
    *,
    kind: str,
    from_state: str,
    to_state: str,
    actor: Actor,
    now: datetime,
    amount_fen: int = 0,
    reference_id: int | None = None,
    commitment: bytes | None = None,
) -> None:
    """Write one fact into the open unit of work; an unlawful move raises KeyError before the database refuses it."""
    entry = Entry(moved, from_state, amount_fen, reference_id, commitment)
    record_all([entry], kind=kind, to_state=to_state, actor=actor, now=now)


def record_all(entries: Sequence[Entry], *, kind: str, to_state: str, actor: Actor, now: datetime) -> None:
    """Write one fact for each of many vouchers, in one statement; an unlawful move raises KeyError as `record` does."""
    for entry in entries:
        move_of(kind, entry.from_state, to_state)
    if not entries:
        return
    shared = {
        "kind": kind,
        "to_state": to_state,
        "month": month_of(now),
        "actor_role": actor.role,
        "actor_id": actor.actor_id,
        "recorded_at": now,
    }
    db.session.connection().execute(
        insert(VoucherFact).values(commit_no=_commit_no()), [_row(entry) | shared for entry in entries]
    )


def _row(entry: Entry) -> dict[str, Any]:
    moved = entry.moved
    return {
        "region_id": moved.region_id,
        "voucher_id": moved.voucher_id,
        "seq": moved.seq,
        "prev_seq": moved.seq - 1 if moved.seq > 1 else None,
        "from_state": entry.from_state,
        "programme_id": moved.programme_id,
        "period": moved.period,
        "amount_fen": entry.amount_fen,
        "reference_id": entry.reference_id,
        "commitment": entry.commitment,
    }


def fact_link(
    source: str, kind: str, from_state: str, to_state: str, *, amount_fen: str = "0", commitment: str = "NULL"
) -> Link:
    """Return the link that records one fact for the row of `source`.

    `source` is a link with region_id, voucher_id, seq, programme_id and period; `amount_fen` and `commitment` are SQL
    over it. Parameters: month, actor_role, actor_id, reference_id, now.
    """
    move_of(kind, from_state, to_state)
    seq = "1, NULL" if from_state == "none" else f"{source}.seq, {source}.seq - 1"
    return Link(
        "recorded",
        f"INSERT INTO voucher_fact ({_COLUMNS}) SELECT {source}.region_id, {source}.voucher_id, {seq}, "
        f"'{kind}', '{from_state}', '{to_state}', {source}.programme_id, {source}.period, :month, {amount_fen}, "
        f":actor_role, :actor_id, :reference_id, {commitment}, :now, {{commit_no}} FROM {source} RETURNING seq",
        ("seq",),
    )


def facts_of(region_id: int, voucher_id: int) -> list[VoucherFact]:
    """Return the facts of one voucher in their order."""
    query = select(VoucherFact).where(VoucherFact.region_id == region_id, VoucherFact.voucher_id == voucher_id)
    return list(db.session.scalars(query.order_by(VoucherFact.seq)))


def moments_of(kind: str, vouchers: Collection[tuple[int, int]]) -> dict[tuple[int, int], datetime]:
    """Return when each of many vouchers, (region_id, voucher_id), last had a fact of this kind, if it had one."""
    query = (
        select(VoucherFact.region_id, VoucherFact.voucher_id, VoucherFact.recorded_at)
        .where(
            keyed(VoucherFact.region_id, VoucherFact.voucher_id, vouchers),
            VoucherFact.kind == kind,
        )
        .order_by(VoucherFact.seq)
    )
    return {(region_id, voucher_id): moment for region_id, voucher_id, moment in db.session.execute(query)}


def _commit_no() -> ColumnElement[int]:
    return literal_column(DIALECT_WORDS[db.engine.dialect.name]["commit_no"])
