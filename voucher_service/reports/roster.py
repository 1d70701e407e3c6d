"""A class's trainees, each with what the service knows of the way from seat to value: three queries, however many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, select

from voucher_service.attendance.models import Attendance
from voucher_service.certificates.models import Certificate
from voucher_service.database import db
from voucher_service.redemptions.models import Redemption
from voucher_service.vouchers.models import Voucher


class Trainee(NamedTuple):
    """One seat. `sessions` are the numbers of those attended; `certificate` is the state of the one that counts."""

    region_id: int
    redemption_id: int
    voucher_id: int
    holder_id: int
    redeemed_at: datetime
    attended_permille: int | None
    state: str
    certify_by: datetime | None
    value_fen: int | None
    sessions: frozenset[int]
    certificate: str | None


def roster(class_region_id: int, class_id: int) -> Sequence[Trainee]:
    """Return those who hold a seat of a class, in the order in which they took it."""
    rows = db.session.execute(_seats(class_region_id, class_id)).all()
    present = _present(class_id)
    certificates = _certificates(class_region_id, class_id)
    return [
        Trainee(
            **row._asdict(),
            sessions=frozenset(present[row.redemption_id]),
            certificate=certificates.get((row.region_id, row.voucher_id)),
        )
        for row in rows
    ]


def would_complete(seats: Sequence[Trainee], held: int, permille_min: int) -> int:
    """Return how many have attended enough of the sessions held, as the records stand now."""
    return sum(len(seat.sessions) * 1000 >= permille_min * held for seat in seats) if held else 0


def _seats(class_region_id: int, class_id: int) -> Any:
    of_voucher = and_(Voucher.region_id == Redemption.region_id, Voucher.voucher_id == Redemption.voucher_id)
    return (
        select(
            Redemption.region_id,
            Redemption.redemption_id,
            Redemption.voucher_id,
            Redemption.holder_id,
            Redemption.redeemed_at,
            Redemption.attended_permille,
            Voucher.state,
            Voucher.certify_by,
            Voucher.value_fen,
        )
        .join(Voucher, of_voucher)
        .where(*_holding_a_seat(class_region_id, class_id))
        .order_by(Redemption.redeemed_at, Redemption.redemption_id)
    )


def _holding_a_seat(class_region_id: int, class_id: int) -> tuple[Any, ...]:
    return (
        Redemption.class_region_id == class_region_id,
        Redemption.class_id == class_id,
        Redemption.cancelled_at.is_(None),
    )


def _present(class_id: int) -> defaultdict[int, set[int]]:
    """The sessions that each redemption's holder was present at."""
    present: defaultdict[int, set[int]] = defaultdict(set)
    query = select(Attendance.redemption_id, Attendance.session_no).where(Attendance.class_id == class_id)
    for redemption_id, session_no in db.session.execute(query):
        present[redemption_id].add(session_no)
    return present


def _certificates(class_region_id: int, class_id: int) -> dict[tuple[int, int], str]:
    """The state of each voucher's latest certificate: a refused one may be followed by another."""
    of_voucher = and_(Certificate.region_id == Redemption.region_id, Certificate.voucher_id == Redemption.voucher_id)
    query = (
        select(Certificate.region_id, Certificate.voucher_id, Certificate.state)
        .join(Redemption, of_voucher)
        .where(*_holding_a_seat(class_region_id, class_id))
        .order_by(Certificate.entered_at)
    )
    return {(region_id, voucher_id): state for region_id, voucher_id, state in db.session.execute(query)}
