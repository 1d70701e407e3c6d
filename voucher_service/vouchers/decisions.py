"""What two persons decide about a voucher: one asks, another confirms or declines, and both are kept. 二(三)4."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from voucher_service.database import db
from voucher_service.errors import NotFound
from voucher_service.identifiers import new_id
from voucher_service.vouchers.errors import DecisionByOnePerson, DecisionMade, DecisionOpen
from voucher_service.vouchers.models import Voucher, VoucherDecision
from voucher_service.vouchers.rules import require_reason

if TYPE_CHECKING:
    from voucher_service.web.access import Caller


def ask(
    kind: str,
    voucher: Voucher,
    *,
    reason: str,
    note: str,
    caller: Caller,
    now: datetime,
    reference_id: int | None = None,
) -> VoucherDecision:
    """Ask for a decision of `kind` (void, revoke, undo) on a voucher, in the open unit of work.

    Refusals: ReasonUnknown, NoteMissing, DecisionOpen.
    """
    require_reason(kind, reason, note)
    asked = VoucherDecision(
        region_id=voucher.region_id,
        decision_id=new_id(),
        voucher_id=voucher.voucher_id,
        kind=kind,
        reason=reason,
        note=note,
        reference_id=reference_id,
        state="asked",
        asked_by=_person(caller),
        asked_at=now,
    )
    db.session.add(asked)
    try:
        db.session.flush()  # so that the unique key answers here, where it can be put into words
    except IntegrityError as error:
        raise DecisionOpen(kind=kind) from error
    return asked


def settle(decision: VoucherDecision, caller: Caller, now: datetime, *, confirmed: bool) -> None:
    """Make an open decision, as another person than the one who asked, in the open unit of work.

    Refusals: DecisionByOnePerson, DecisionMade.
    """
    if decision.asked_by == _person(caller):
        raise DecisionByOnePerson
    made = db.session.execute(
        update(VoucherDecision)
        .where(
            VoucherDecision.region_id == decision.region_id,
            VoucherDecision.decision_id == decision.decision_id,
            VoucherDecision.state == "asked",
        )
        .values(state="confirmed" if confirmed else "declined", decided_by=_person(caller), decided_at=now)
        .returning(VoucherDecision.decision_id)
        .execution_options(synchronize_session=False)
    )
    if made.first() is None:
        raise DecisionMade
    db.session.expire(decision)


def find(region_id: int, decision_id: int) -> VoucherDecision:
    """Return one decision; raises NotFound."""
    found = db.session.get(VoucherDecision, (region_id, decision_id), populate_existing=True)
    if found is None:
        raise NotFound
    return found


def find_open(kind: str, region_id: int, voucher_id: int) -> VoucherDecision | None:
    """Return what is asked of a voucher and not decided yet."""
    query = select(VoucherDecision).where(
        VoucherDecision.region_id == region_id,
        VoucherDecision.voucher_id == voucher_id,
        VoucherDecision.kind == kind,
        VoucherDecision.state == "asked",
    )
    return db.session.scalars(query).one_or_none()


def waiting(region_id: int | None = None, limit: int = 200) -> list[VoucherDecision]:
    """Return what waits for a second person, of one region or of the city, oldest first."""
    query = select(VoucherDecision).where(VoucherDecision.state == "asked")
    if region_id is not None:
        query = query.where(VoucherDecision.region_id == region_id)
    return list(db.session.scalars(query.order_by(VoucherDecision.asked_at).limit(limit)))


def _person(caller: Caller) -> int:
    """Return the natural person; an institution's system is its own."""
    return caller.person_id or caller.subject_id
