"""Holds: reasons why a voucher stands still. Placed at once, ended by two persons who agree, each kept for good.

A hold counts on the voucher's own row, where `steps.move` and the scan's statement look at it in the UPDATE that
would lead on: whoever of a hold and a step comes second finds what the first one did, on both databases.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Select, and_, select, update
from sqlalchemy.exc import IntegrityError

from voucher_service.database import db, keyed
from voucher_service.errors import NotFound
from voucher_service.identifiers import new_id, to_hex
from voucher_service.vouchers.errors import (
    DisputedAlready,
    HoldEnded,
    HoldOpinionTwice,
    VoucherNotInState,
    VoucherOnHold,
)
from voucher_service.vouchers.models import Hold, HoldEnd, HoldOpinion, Voucher
from voucher_service.vouchers.rules import held_since, require_reason, verdict_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from voucher_service.web.access import Caller


def place(
    voucher: Voucher, kind: str, *, reason: str, note: str, by: tuple[str, int], now: datetime, subject: int = 0,
    session_no: int = 0,
) -> Hold:  # fmt: skip
    """Stop a live voucher from now on, in the open unit of work; the voucher's row is locked by it.

    `kind` and `subject` (a redemption, a class's ruling; 0 for the voucher itself) say what the hold is about, `by` is
    role and person. One redemption or one sign-in is disputed once. Refusals: ReasonUnknown, NoteMissing,
    VoucherNotInState, DisputedAlready.
    """
    require_reason(kind, reason, note)
    hold_id = new_id()
    _count(voucher, 1)
    placed = Hold(
        region_id=voucher.region_id,
        hold_id=hold_id,
        voucher_id=voucher.voucher_id,
        kind=kind,
        subject_id=subject or hold_id,
        session_no=session_no,
        reason=reason,
        note=note,
        placed_role=by[0],
        placed_by=by[1],
        placed_at=now,
    )
    db.session.add(placed)
    try:
        db.session.flush()  # so that the unique key answers here, where it can be put into words
    except IntegrityError as error:
        raise DisputedAlready from error
    return placed


def opine(hold: Hold, verdict: str, reason: str, caller: Caller, now: datetime) -> str | None:
    """Sign one person's opinion on a hold; return what two persons agree on by now, or None.

    The voucher's row is locked, so that of many opinions at once each sees the earlier ones.
    Refusals: NotFound, HoldEnded, HoldOpinionTwice.
    """
    lock(hold.region_id, hold.voucher_id)
    if ended(hold) is not None:
        raise HoldEnded
    person = caller.person_id or caller.subject_id
    earlier = opinions(hold)
    if any(opinion.person_id == person for opinion in earlier):
        raise HoldOpinionTwice
    db.session.add(
        HoldOpinion(
            region_id=hold.region_id,
            hold_id=hold.hold_id,
            person_id=person,
            verdict=verdict,
            reason=reason,
            given_at=now,
        )
    )
    db.session.flush()  # Whoever asks for the opinions in this unit of work must find this one.
    return verdict_of([*(opinion.verdict for opinion in earlier), verdict])


def end(hold: Hold, outcome: str, reason: str, now: datetime) -> None:
    """End a hold as two persons decided; when none is left, the time that the voucher stood still is added to its days.

    Refusals: NotFound, HoldEnded.
    """
    voucher = lock(hold.region_id, hold.voucher_id)
    if ended(hold) is not None:
        raise HoldEnded
    shift: dict[str, datetime] = {}
    if voucher.holds == 1:
        lost = now - held_since(_spans(voucher), now)
        if voucher.state in {"offered", "claimed"}:
            shift["expires_at"] = voucher.expires_at + lost
        if voucher.certify_by is not None:
            shift["certify_by"] = voucher.certify_by + lost
    db.session.add(
        HoldEnd(region_id=hold.region_id, hold_id=hold.hold_id, outcome=outcome, reason=reason, ended_at=now)
    )
    db.session.flush()  # What follows in this unit of work asks which holds still stand.
    _count(voucher, -1, **shift)


def find(region_id: int, hold_id: int) -> Hold:
    """Return one hold, ended or not; raises NotFound."""
    found = db.session.get(Hold, (region_id, hold_id), populate_existing=True)
    if found is None:
        raise NotFound
    return found


def lock(region_id: int, voucher_id: int) -> Voucher:
    """Return a voucher that nobody else moves or holds until this unit of work ends; raises NotFound."""
    found = db.session.get(Voucher, (region_id, voucher_id), with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def lock_all(keys: Collection[tuple[int, int]]) -> dict[tuple[int, int], Voucher]:
    """Return many vouchers, each (region_id, voucher_id), locked as `lock` does, in one order for all who lock many."""
    of_keys = keyed(Voucher.region_id, Voucher.voucher_id, keys)
    query = select(Voucher).where(of_keys).order_by(Voucher.region_id, Voucher.voucher_id).with_for_update()
    found = db.session.scalars(query.execution_options(populate_existing=True))
    return {(voucher.region_id, voucher.voucher_id): voucher for voucher in found}


def of_voucher(region_id: int, voucher_id: int) -> list[tuple[Hold, HoldEnd | None]]:
    """Return every hold of a voucher with its end, if it has ended, oldest first."""
    return [(row.Hold, row.HoldEnd) for row in db.session.execute(_with_ends(region_id, voucher_id))]


def waiting(region_id: int | None = None, limit: int = 200) -> list[Hold]:
    """Return the holds that stand, of one region or of the city, oldest first."""
    query = select(Hold).outerjoin(HoldEnd, _SAME).where(HoldEnd.hold_id.is_(None))
    if region_id is not None:
        query = query.where(Hold.region_id == region_id)
    return list(db.session.scalars(query.order_by(Hold.placed_at).limit(limit)))


def opinions(hold: Hold) -> Sequence[HoldOpinion]:
    """Return what persons said of a hold, in the order in which they said it."""
    query = select(HoldOpinion).where(HoldOpinion.region_id == hold.region_id, HoldOpinion.hold_id == hold.hold_id)
    return db.session.scalars(query.order_by(HoldOpinion.given_at)).all()


def ended(hold: Hold) -> HoldEnd | None:
    """Return how a hold ended; None while it stands."""
    return db.session.get(HoldEnd, (hold.region_id, hold.hold_id), populate_existing=True)


def require_free(voucher: Voucher) -> None:
    """Let pass a voucher that nothing holds. Refuses with VoucherOnHold, naming the oldest hold's receipt."""
    if (refusal := hold_on(voucher)) is not None:
        raise refusal


def hold_on(voucher: Voucher) -> VoucherOnHold | None:
    """Return the refusal that a hold on a voucher would be; None when nothing holds it."""
    return holds_on([(voucher.region_id, voucher.voucher_id)]).get((voucher.region_id, voucher.voucher_id))


def holds_on(keys: Collection[tuple[int, int]]) -> dict[tuple[int, int], VoucherOnHold]:
    """Return the refusal of each held voucher among many, by its (region_id, voucher_id), in one question."""
    standing = select(Hold).outerjoin(HoldEnd, _SAME).where(HoldEnd.hold_id.is_(None))
    query = standing.where(keyed(Hold.region_id, Hold.voucher_id, keys)).order_by(Hold.placed_at.desc())
    return {
        (hold.region_id, hold.voucher_id): VoucherOnHold(receipt=to_hex(hold.hold_id), kind=hold.kind)
        for hold in db.session.scalars(query)  # the oldest comes last and is the one that is named
    }


def _count(voucher: Voucher, change: int, **shift: datetime) -> None:
    """Count a hold on the voucher's row, unless it has ended meanwhile; this UPDATE is what a step waits for."""
    counting = update(Voucher).where(Voucher.region_id == voucher.region_id, Voucher.voucher_id == voucher.voucher_id)
    if change > 0:
        counting = counting.where(Voucher.live)
    counted = db.session.execute(
        counting.values(holds=Voucher.holds + change, **shift)
        .returning(Voucher.voucher_id)
        .execution_options(synchronize_session=False)
    )
    if counted.first() is None:
        raise VoucherNotInState(state=voucher.state)
    db.session.expire(voucher)


_SAME = and_(HoldEnd.region_id == Hold.region_id, HoldEnd.hold_id == Hold.hold_id)


def _with_ends(region_id: int, voucher_id: int) -> Select[Hold, HoldEnd]:
    query = select(Hold, HoldEnd).outerjoin(HoldEnd, _SAME)
    return query.where(Hold.region_id == region_id, Hold.voucher_id == voucher_id).order_by(Hold.placed_at)


def _spans(voucher: Voucher) -> list[tuple[datetime, datetime | None]]:
    holds = of_voucher(voucher.region_id, voucher.voucher_id)
    return [(hold.placed_at, over.ended_at if over else None) for hold, over in holds]
