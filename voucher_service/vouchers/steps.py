"""One voucher, one lawful step further: every step writes its fact, and whoever comes second is refused."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_, update

from voucher_service.database import db
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


def states(keys: Collection[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """Return where many vouchers stand, each (region_id, voucher_id), in one question."""
    asked = select(Voucher.region_id, Voucher.voucher_id, Voucher.state)
    found = db.session.execute(asked.where(tuple_(Voucher.region_id, Voucher.voucher_id).in_(keys)))
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
    stepping = update(Voucher).where(
        Voucher.region_id == voucher.region_id,
        Voucher.voucher_id == voucher.voucher_id,
        Voucher.state == voucher.state,
        Voucher.seq == voucher.seq,
    )
    if kind not in PASSES_HOLD:
        stepping = stepping.where(Voucher.holds == 0)
    changed = db.session.execute(
        stepping.values(state=to_state, seq=voucher.seq + 1, **changes).execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        if kind not in PASSES_HOLD:
            holds.require_free(voucher)
        raise VoucherNotInState(state=voucher.state)
    moved = ledger.Moved(voucher.region_id, voucher.voucher_id, voucher.seq + 1, voucher.programme_id, voucher.period)
    ledger.record(
        moved,
        kind=kind,
        from_state=voucher.state,
        to_state=to_state,
        actor=actor,
        now=now,
        amount_fen=amount_fen,
        reference_id=reference_id,
    )
    db.session.expire(voucher)


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


def leave_over(voucher: Voucher, now: datetime) -> None:
    """Mark a held voucher that its class closes without: from now on it carries its own promise of budget."""
    db.session.execute(
        update(Voucher)
        .where(Voucher.region_id == voucher.region_id, Voucher.voucher_id == voucher.voucher_id)
        .values(left_over_at=now)
        .execution_options(synchronize_session=False)
    )
    db.session.expire(voucher)


def end_unpaid(
    voucher: Voucher, kind: str, *, actor: ledger.Actor, now: datetime, reference_id: int | None = None
) -> None:
    """End a redeemed voucher without payment: what was reserved or owed is taken back and its value is 0.

    While the class is held, its seats carry the promise of the budget and the class gives it back when it closes; from
    then on each voucher carries its own and gives it back here. `kind` is one of UNPAID_ENDS.
    Refusals: VoucherNotInState, VoucherOnHold.
    """
    require_state(voucher, *origins(kind))
    carries_promise = voucher.state != "redeemed" or voucher.left_over_at is not None
    programme_id = voucher.programme_id
    amount_fen = (voucher.reserved_fen or 0) if voucher.value_fen is None else voucher.value_fen
    move(
        voucher, kind, UNPAID_ENDS[kind], actor=actor, now=now, amount_fen=amount_fen, reference_id=reference_id,
        value_fen=0, left_over_at=None,
    )  # fmt: skip
    if carries_promise:
        programmes.give_back_budget(programme_id, amount_fen)
