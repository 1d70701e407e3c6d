"""Who looked at a holder's particulars, when and what for: written down for the holder, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import cast

from flask import Response, after_this_request, current_app, has_request_context, request
from sqlalchemy import Table, insert, select

from voucher_service.calendar import local_date, start_of_day
from voucher_service.database import db, unit_of_work
from voucher_service.holders.models import HolderAccess
from voucher_service.identifiers import new_id
from voucher_service.web.access import HOLDER, PUBLIC, Caller, caller


def record_access(holder_id: int, region_id: int, who: Caller, purpose: str) -> None:
    """Write down for the holder, who lives in `region_id`, that `who` looked at them and what for."""
    db.session.add(
        HolderAccess(
            region_id=region_id,
            access_id=new_id(),
            holder_id=holder_id,
            actor_role=who.role,
            actor_id=who.subject_id,
            purpose=purpose,
            accessed_at=_now(),
        )
    )


def record_looks(looked_at: Sequence[tuple[int, int]], role: str, actor_id: int, purpose: str) -> None:
    """Write down for many holders at once, each (region_id, holder_id), who asked about them, in the open unit."""
    now = _now()
    rows = [
        {
            "region_id": region_id,
            "access_id": new_id(),
            "holder_id": holder_id,
            "actor_role": role,
            "actor_id": actor_id,
            "purpose": purpose,
            "accessed_at": now,
        }
        for region_id, holder_id in looked_at
    ]
    if rows:
        db.session.execute(insert(cast("Table", HolderAccess.__table__)), rows)


def accesses(holder_id: int, region_id: int, limit: int = 50) -> Iterable[HolderAccess]:
    """Who looked at a holder, latest first."""
    own = select(HolderAccess).where(HolderAccess.region_id == region_id, HolderAccess.holder_id == holder_id)
    return db.session.scalars(own.order_by(HolderAccess.accessed_at.desc()).limit(limit)).all()


def write_down_look(looked_at: Sequence[tuple[int, int]]) -> None:
    """Record who is shown these (region_id, holder_id), once a day for each page, before the answer leaves.

    The name of the view is the purpose. A look outside a request is the operator's own, at the machine.
    """
    if not has_request_context() or caller().role in {HOLDER, PUBLIC}:
        return
    who, purpose = caller(), (request.endpoint or "").rpartition(".")[2]

    @after_this_request
    def record(response: Response) -> Response:
        with unit_of_work():
            known = _looked_at_today(looked_at, who, purpose)
            for region_id, holder_id in looked_at:
                if holder_id not in known:
                    record_access(holder_id, region_id, who, purpose)
        return response


def _looked_at_today(looked_at: Sequence[tuple[int, int]], who: Caller, purpose: str) -> set[int]:
    """Return which of the holders' looks by this caller are written down today already, asked for all at once."""
    same = select(HolderAccess.holder_id).where(
        HolderAccess.region_id.in_({region_id for region_id, _ in looked_at}),
        HolderAccess.holder_id.in_([holder_id for _, holder_id in looked_at]),
        HolderAccess.accessed_at >= start_of_day(local_date(_now())),
        HolderAccess.actor_id == who.subject_id,
        HolderAccess.purpose == purpose,
    )
    return set(db.session.scalars(same))


def _now() -> datetime:
    now: datetime = current_app.extensions["clock"].now()
    return now
