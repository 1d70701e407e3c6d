"""The rows behind a number: the moves that make up a cell of the funnel, and the vouchers that stand in a state.

Rows name a voucher by its opaque id. Pages are keyset pages: `after` names the last row seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_

from voucher_service.database import db
from voucher_service.errors import InvalidInput
from voucher_service.identifiers import from_hex, to_hex
from voucher_service.institutions.service import CITY_REGION
from voucher_service.ledger.models import VoucherFact
from voucher_service.ledger.rules import MOVES, STATES
from voucher_service.reports.rules import FUNNEL, crosses
from voucher_service.vouchers.models import Voucher
from voucher_service.web.access import Caller

ROWS_A_PAGE: Final = 50
STANDING: Final = STATES[1:]
_CURSOR: Final = re.compile(r"([1-9][0-9]{5})-([0-9a-f]{16})-([1-9][0-9]{0,3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: of a stage (moves) or in a state (vouchers), if given of one region, one month, before a moment.

    `month` is the month of the event for a stage and the month of issue for a state.
    """

    programme_id: int
    region_id: int | None = None
    month: int | None = None
    stage: str | None = None
    state: str | None = None
    until: datetime | None = None


class Row(NamedTuple):
    """`counts` is what the row adds to the number: 1, or -1 for a move back, such as an undone redemption."""

    region_id: int
    voucher_id: int
    seq: int
    period: int
    month: int
    kind: str
    state: str
    recorded_at: datetime
    counts: int


class Page(NamedTuple):
    rows: Sequence[Row]
    after: str | None


def rows_behind(wanted: Wanted, caller: Caller, after: str | None = None, limit: int = ROWS_A_PAGE) -> Page:
    """Return one page of the rows behind a number, those of the caller's region unless they are the city's.

    Refuses with InvalidInput for a stage or state that there is not, or an `after` that cannot be.
    """
    query = _of_stage(wanted.stage) if wanted.stage is not None else _of_state(wanted.state)
    query = query.where(VoucherFact.programme_id == wanted.programme_id)
    for condition in _narrowed(wanted, caller):
        query = query.where(condition)
    key = (VoucherFact.region_id, VoucherFact.voucher_id, VoucherFact.seq)
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(*_read(after)))
    found = [_row(row, wanted.stage) for row in db.session.execute(query.order_by(*key).limit(limit + 1))]
    if len(found) <= limit:
        return Page(found, None)
    last = found[limit - 1]
    return Page(found[:limit], f"{last.region_id}-{to_hex(last.voucher_id)}-{last.seq}")


def _of_stage(stage: str | None) -> Select[VoucherFact, str]:
    """The moves that lead over a stage's threshold, there or back."""
    if stage not in FUNNEL:
        raise InvalidInput({"stage": list(FUNNEL)})
    moves = {(move.from_state, move.to_state) for move in MOVES if crosses(move.from_state, move.to_state, stage)}
    crossing = (
        and_(VoucherFact.from_state == before, VoucherFact.to_state == after) for before, after in sorted(moves)
    )
    return _facts().where(or_(*crossing))


def _of_state(state: str | None) -> Select[VoucherFact, str]:
    """The vouchers that stand in a state, each by the fact that brought it there."""
    if state not in STANDING:
        raise InvalidInput({"state": list(STANDING)})
    return _facts().where(Voucher.state == state, VoucherFact.seq == Voucher.seq)


def _facts() -> Select[VoucherFact, str]:
    of_voucher = and_(Voucher.region_id == VoucherFact.region_id, Voucher.voucher_id == VoucherFact.voucher_id)
    return select(VoucherFact, Voucher.state).join(Voucher, of_voucher)


def _narrowed(wanted: Wanted, caller: Caller) -> list[ColumnElement[bool]]:
    month = VoucherFact.month if wanted.stage is not None else VoucherFact.period
    conditions = []
    if wanted.region_id is not None:
        conditions.append(VoucherFact.region_id == wanted.region_id)
    if caller.region_id != CITY_REGION:
        conditions.append(VoucherFact.region_id == caller.region_id)
    if wanted.month is not None:
        conditions.append(month == wanted.month)
    if wanted.until is not None:
        conditions.append(VoucherFact.recorded_at < wanted.until)
    return conditions


def _row(found: Any, stage: str | None) -> Row:
    fact: VoucherFact = found[0]
    counts = 1 if stage is None else crosses(fact.from_state, fact.to_state, stage)
    return Row(
        fact.region_id,
        fact.voucher_id,
        fact.seq,
        fact.period,
        fact.month,
        fact.kind,
        found[1],
        fact.recorded_at,
        counts,
    )


def _read(after: str) -> tuple[int, int, int]:
    read = _CURSOR.fullmatch(after)
    if read is None:
        raise InvalidInput({"after": ["region-voucher-number"]})
    return int(read[1]), from_hex(read[2]), int(read[3])
