"""Vouchers, one lawful step further: every step writes its fact, and whoever comes second is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, select, update

from voucher_service.database import db, keyed
from voucher_service.errors import NotFound
from voucher_service.ledger import service as ledger
from voucher_service.ledger.rules import MOVES
from voucher_service.programmes import service as programmes
from voucher_service.vouchers import holds
from voucher_service.vouchers.errors import VoucherNotInState
from voucher_service.vouchers.models import Voucher
from voucher_service.vouchers.rules import PASSES_HOLD

UNPAID_ENDS = {
    "VoucherForfeited": "forfeited",
    "VoucherRejected": "rejected",
    "VoucherRevoked": "revoked",
}
"""Kind of fact → the state in which a voucher that was redeemed ends without ever being paid."""


def find(region_id: int, voucher_id: int) -> Voucher:
    """Return one voucher; raises NotFound."""
    found = db.session.get(Voucher, (region_id, voucher_id), populate_existing=True)
    if found is None:
        raise NotFound
    return found


def find_all(keys: Collection[tuple[int, int]]) -> dict[tuple[int, int], Voucher]:
    """Return many vouchers, each by its (region_id, voucher_id), in one question; raises NotFound if one is missing."""
    query = select(Voucher).where(keyed(*_KEY, keys)).execution_options(populate_existing=True)
    found = {(voucher.region_id, voucher.voucher_id): voucher for voucher in db.session.scalars(query)}
    if len(found) < len(set(keys)):
        raise NotFound
    return found


def states(keys: Collection[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """Return where many vouchers stand, each (region_id, voucher_id), in one question."""
    asked = select(Voucher.region_id, Voucher.voucher_id, Voucher.state)
    found = db.session.execute(asked.where(keyed(*_KEY, keys)))
    return {(region_id, voucher_id): state for region_id, voucher_id, state in found}


def completed_at(keys: Collection[tuple[int, int]]) -> dict[tuple[int, int], datetime]:
    """Return when each of many vouchers, given as (region_id, voucher_id), completed its training, if it did."""
    return ledger.moments_of("TrainingCompleted", keys)


def of_holder(region_id: int, holder_id: int) -> list[Voucher]:
    """Return a holder's vouchers, newest first."""
    query = select(Voucher).where(Voucher.region_id == region_id, Voucher.holder_id == holder_id)
    return list(db.session.scalars(query.order_by(Voucher.issued_at.desc())))


def of_holders(people: Collection[tuple[int, int]]) -> dict[int, list[Voucher]]:
    """Return the vouchers of many holders, each (region_id, holder_id), by holder."""
    found: dict[int, list[Voucher]] = {}
    for region_id in {region_id for region_id, _ in people}:
        ids = [holder_id for lives_in, holder_id in people if lives_in == region_id]
        query = select(Voucher).where(Voucher.region_id == region_id, Voucher.holder_id.in_(ids))
        for voucher in db.session.scalars(query):
            found.setdefault(voucher.holder_id, []).append(voucher)
    return found


class Step(NamedTuple):
    """One of many vouchers that go the same lawful step further, with what its own fact says."""

    voucher: Voucher
    amount_fen: int = 0
    reference_id: int | None = None


def move(
    voucher: Voucher,
    kind: str,
    to_state: str,
    *,
    actor: ledger.Actor,
    now: datetime,
    amount_fen: int = 0,
    reference_id: int | None = None,
    **changes: Any,
) -> None:
    """Take a voucher one lawful step further and record the fact, in the open unit of work.

    The UPDATE is conditional on the state and number that were read: whoever comes second gets VoucherNotInState. A
    step that leads on is conditional on no hold, too, and gets VoucherOnHold.
    """
    move_all([Step(voucher, amount_fen, reference_id)], kind, to_state, actor=actor, now=now, **changes)


def move_all(
    steps: Sequence[Step], kind: str, to_state: str, *, actor: ledger.Actor, now: datetime, **changes: Any
) -> None:
    """Take many vouchers the same lawful step further, each on the conditions of `move`: all of them or none.

    One statement moves them and one records their facts, however many they are. Refuses as `move` does.
    """
    if not steps:
        return
    stepping = update(Voucher).where(
        Voucher.region_id == bindparam("of_region"),
        Voucher.voucher_id == bindparam("of_voucher"),
        Voucher.state == bindparam("of_state"),
        Voucher.seq == bindparam("of_seq"),
    )
    if kind not in PASSES_HOLD:
        stepping = stepping.where(Voucher.holds == 0)
    # Through the connection: the session would take a list for an update by primary key alone.
    changed = db.session.connection().execute(
        stepping.values(state=to_state, seq=Voucher.seq + 1, **changes), [_as_read(step.voucher) for step in steps]
    )
    if changed.rowcount != len(steps):
        _refuse([step.voucher for step in steps], kind)
    entries = [_entry(step) for step in steps]
    ledger.record_all(entries, kind=kind, to_state=to_state, actor=actor, now=now)
    for step in steps:
        db.session.expire(step.voucher)


def _keys(vouchers: Sequence[Voucher]) -> list[tuple[int, int]]:
    return [(voucher.region_id, voucher.voucher_id) for voucher in vouchers]


def _as_read(voucher: Voucher) -> dict[str, Any]:
    return {
        "of_region": voucher.region_id,
        "of_voucher": voucher.voucher_id,
        "of_state": voucher.state,
        "of_seq": voucher.seq,
    }


def _entry(step: Step) -> ledger.Entry:
    voucher = step.voucher
    moved = ledger.Moved(voucher.region_id, voucher.voucher_id, voucher.seq + 1, voucher.programme_id, voucher.period)
    return ledger.Entry(moved, voucher.state, step.amount_fen, step.reference_id)


def _refuse(vouchers: Sequence[Voucher], kind: str) -> None:
    """Say why not every voucher has moved: one is held, or somebody else was quicker."""
    if kind not in PASSES_HOLD:
        held = select(Voucher).where(keyed(*_KEY, _keys(vouchers)), Voucher.holds > 0).limit(1)
        for voucher in db.session.scalars(held):
            holds.require_free(voucher)
    raise VoucherNotInState(state=vouchers[0].state)


def require_state(voucher: Voucher, *states: str) -> None:
    """Raise VoucherNotInState unless the voucher is in one of the states."""
    if voucher.state not in states:
        raise VoucherNotInState(state=voucher.state)


def state_at(voucher: Voucher, now: datetime) -> str:
    """Return the state as of now: an overdue voucher reads as expired before the sweep has come by."""
    overdue = voucher.state in {"offered", "claimed"} and voucher.expires_at <= now and not voucher.holds
    return "expired" if overdue else voucher.state


def origins(kind: str) -> tuple[str, ...]:
    """Return the states from which a fact of this kind lawfully leads on."""
    return tuple(step.from_state for step in MOVES if step.kind == kind)


def leave_over(vouchers: Sequence[Voucher], now: datetime) -> None:
    """Mark held vouchers that their class closes without: from now on each carries its own promise of budget."""
    if not vouchers:
        return
    db.session.execute(
        update(Voucher)
        .where(keyed(*_KEY, _keys(vouchers)))
        .values(left_over_at=now)
        .execution_options(synchronize_session=False)
    )
    for voucher in vouchers:
        db.session.expire(voucher)


def end_unpaid(
    voucher: Voucher, kind: str, *, actor: ledger.Actor, now: datetime, reference_id: int | None = None
) -> None:
    """End a redeemed voucher without payment: what was reserved or owed is taken back and its value is 0.

    While the class is held, its seats carry the promise of the budget and the class gives it back when it closes; from
    then on each voucher carries its own and gives it back here. `kind` is one of UNPAID_ENDS.
    Refusals: VoucherNotInState, VoucherOnHold.
    """
    end_all_unpaid([(voucher, reference_id)], kind, actor=actor, now=now)


def end_all_unpaid(
    ends: Sequence[tuple[Voucher, int | None]], kind: str, *, actor: ledger.Actor, now: datetime
) -> None:
    """End many vouchers, each with its fact's reference, as `end_unpaid` ends one: all of them or none."""
    steps, carried_fen = [], Counter[int]()
    for voucher, reference_id in ends:
        require_state(voucher, *origins(kind))
        step = Step(voucher, _at_stake_fen(voucher), reference_id)
        steps.append(step)
        if voucher.state != "redeemed" or voucher.left_over_at is not None:
            carried_fen[voucher.programme_id] += step.amount_fen
    move_all(steps, kind, UNPAID_ENDS[kind], actor=actor, now=now, value_fen=0, left_over_at=None)
    for programme_id, fen in sorted(carried_fen.items()):
        programmes.give_back_budget(programme_id, fen)


def _at_stake_fen(voucher: Voucher) -> int:
    """What a voucher is worth or, while it has no value, what is reserved for it."""
    return (voucher.reserved_fen or 0) if voucher.value_fen is None else voucher.value_fen


_KEY: Final = (Voucher.region_id, Voucher.voucher_id)
