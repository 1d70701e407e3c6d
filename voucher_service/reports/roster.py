"""A class's trainees, each with what the service knows of the way from seat to value: a few queries, however many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, select

from voucher_service.attendance import service as attendance
from voucher_service.certificates.models import Certificate
from voucher_service.classes import service as classes
from voucher_service.database import db
from voucher_service.redemptions.models import Redemption
from voucher_service.vouchers.models import Voucher


class Trainee(NamedTuple):
    """One seat. `attendance` says what is missing, `sessions` which were attended; `certificate` is its state."""

    region_id: int
    redemption_id: int
    voucher_id: int
    holder_id: int
    redeemed_at: datetime
    fact_seq: int
    """The fact of the redemption, by which its receipt is found."""
    attended_permille: int | None
    state: str
    certify_by: datetime | None
    value_fen: int | None
    attendance: attendance.Attended
    certificate: str | None

    @property
    def sessions(self) -> frozenset[int]:
        return self.attendance.counted


def roster(class_region_id: int, class_id: int, now: datetime) -> Sequence[Trainee]:
    """Return those who hold a seat of a class, in the order in which they took it."""
    rows = db.session.execute(_seats(class_region_id, class_id)).all()
    attended = attendance.of_class(classes.get(class_region_id, class_id), now)
    by_seat = {(one.region_id, one.redemption_id): one for one in attended}
    certificates = _certificates(class_region_id, class_id)
    return [
        Trainee(
            **row._asdict(),
            attendance=by_seat[row.region_id, row.redemption_id],
            certificate=certificates.get((row.region_id, row.voucher_id)),
        )
        for row in rows
    ]


def would_complete(seats: Sequence[Trainee], permille_min: int) -> int:
    """Return how many have attended enough of the sessions held, as the records stand now."""
    return sum(attendance.completes(seat.attendance.permille, permille_min=permille_min) for seat in seats)


def _seats(class_region_id: int, class_id: int) -> Any:
    of_voucher = and_(Voucher.region_id == Redemption.region_id, Voucher.voucher_id == Redemption.voucher_id)
    return (
        select(
            Redemption.region_id,
            Redemption.redemption_id,
            Redemption.voucher_id,
            Redemption.holder_id,
            Redemption.redeemed_at,
            Redemption.fact_seq,
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
