"""What the vouchers' and the redemptions' tables owe the ledger: checks for it to run, and rows for it to export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, case, func, or_, select

from voucher_service.database import db
from voucher_service.identifiers import to_hex
from voucher_service.ledger.export import EXPORTS
from voucher_service.ledger.invariants import CHECKS, Cell, Violation, disagreements
from voucher_service.ledger.models import VoucherFact
from voucher_service.redemptions.models import Redemption
from voucher_service.vouchers.models import Hold, HoldEnd, Voucher

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

SPENT: Final = ("redeemed", "completed", "certified", "valued", "publicised", "payable", "paid")
"""A voucher in one of these has exactly one redemption that stands."""

UNSPENT: Final = ("offered", "claimed", "returned", "voided", "expired")
"""And in one of these none; how the others ended says nothing about it."""

NAMED_MAX: Final = 100
"""Missing facts that are named one by one; more of them are one disaster."""


def vouchers_agree_with_facts() -> Iterator[Violation]:
    """Compare the vouchers' rows with their facts, by region, programme, period and state."""
    by = (Voucher.region_id, Voucher.programme_id, Voucher.period, Voucher.state)
    rows = db.session.execute(select(*by, func.count()).group_by(*by))
    yield from disagreements("vouchers agree with facts", {Cell(*row[:-1]): row[-1] for row in rows})


def vouchers_stand_on_their_facts() -> Iterator[Violation]:
    """Name the fact that a voucher's row says was its last, where there is none that led there."""
    its_last = and_(
        VoucherFact.region_id == Voucher.region_id,
        VoucherFact.voucher_id == Voucher.voucher_id,
        VoucherFact.seq == Voucher.seq,
        VoucherFact.to_state == Voucher.state,
    )
    query = select(Voucher.region_id, Voucher.voucher_id, Voucher.seq, Voucher.state).outerjoin(VoucherFact, its_last)
    query = query.where(VoucherFact.seq.is_(None)).order_by(Voucher.region_id, Voucher.voucher_id).limit(NAMED_MAX)
    for region_id, voucher_id, seq, state in db.session.execute(query):
        detail = f"region {region_id}, voucher {to_hex(voucher_id)}, fact {seq}, which made it {state}, is missing"
        yield Violation("vouchers stand on their facts", detail)


def redeemed_vouchers_have_one_redemption() -> Iterator[Violation]:
    standing = func.count(Redemption.redemption_id)
    expected = case((Voucher.state.in_(SPENT), 1), else_=0)
    of_voucher = and_(
        Redemption.region_id == Voucher.region_id,
        Redemption.voucher_id == Voucher.voucher_id,
        Redemption.cancelled_at.is_(None),
    )
    query = (
        select(Voucher.region_id, Voucher.voucher_id, Voucher.state, standing)
        .outerjoin(Redemption, of_voucher)
        .where(or_(Voucher.state.in_(SPENT), Voucher.state.in_(UNSPENT)))
        .group_by(Voucher.region_id, Voucher.voucher_id, Voucher.state)
        .having(standing != expected)
        .order_by(Voucher.region_id, Voucher.voucher_id)
    )
    for region_id, voucher_id, state, count in db.session.execute(query):
        detail = f"region {region_id}, voucher {to_hex(voucher_id)} is {state} and has {count}"
        yield Violation("one live redemption for each redeemed voucher", detail)


def holds_are_counted() -> Iterator[Violation]:
    """Compare the number of holds on each voucher's row with the holds that stand: a step looks only at the number."""
    standing = (
        select(Hold.region_id, Hold.voucher_id, func.count().label("holds"))
        .outerjoin(HoldEnd, and_(HoldEnd.region_id == Hold.region_id, HoldEnd.hold_id == Hold.hold_id))
        .where(HoldEnd.hold_id.is_(None))
        .group_by(Hold.region_id, Hold.voucher_id)
        .subquery()
    )
    of_voucher = and_(standing.c.region_id == Voucher.region_id, standing.c.voucher_id == Voucher.voucher_id)
    counted = func.coalesce(standing.c.holds, 0)
    query = select(Voucher.region_id, Voucher.voucher_id, Voucher.holds, counted).outerjoin(standing, of_voucher)
    query = query.where(Voucher.holds != counted).order_by(Voucher.region_id, Voucher.voucher_id).limit(NAMED_MAX)
    for region_id, voucher_id, said, found in db.session.execute(query):
        detail = f"region {region_id}, voucher {to_hex(voucher_id)} counts {said}, and {found} stand"
        yield Violation("holds are counted", detail)


def exported_vouchers(connection: Connection) -> Iterator[dict[str, Any]]:
    """Yield each voucher's state, as the standalone verifier compares it with the facts."""
    columns = select(Voucher.region_id, Voucher.voucher_id, Voucher.seq, Voucher.state)
    for row in connection.execute(columns.order_by(Voucher.region_id, Voucher.voucher_id)).mappings():
        yield {**row, "voucher_id": to_hex(row["voucher_id"])}


CHECKS += [
    vouchers_agree_with_facts,
    vouchers_stand_on_their_facts,
    redeemed_vouchers_have_one_redemption,
    holds_are_counted,
]
EXPORTS["vouchers.jsonl"] = exported_vouchers
