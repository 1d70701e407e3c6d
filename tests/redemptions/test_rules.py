from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from voucher_service.redemptions.errors import (
    AlreadyRedeemed,
    AttendedAlready,
    RedemptionOver,
    UndoTooLate,
    VoucherExpired,
)
from voucher_service.redemptions.rules import require_undoable

THEN = datetime(2026, 3, 2, 1, 15, tzinfo=UTC)


@dataclass
class Redeemed:
    redeemed_at: datetime = THEN
    first_attended_at: datetime | None = None
    cancelled_at: datetime | None = None


def test_a_redemption_can_be_undone_for_five_days_to_the_second() -> None:
    require_undoable(Redeemed(), THEN + timedelta(days=5), days_max=5)
    with pytest.raises(UndoTooLate) as late:
        require_undoable(Redeemed(), THEN + timedelta(days=5, seconds=1), days_max=5)
    assert late.value.figures == {"days_max": 5}


def test_the_first_attended_session_ends_the_right_to_undo() -> None:
    with pytest.raises(AttendedAlready) as attended:
        require_undoable(Redeemed(first_attended_at=THEN), THEN, days_max=5)
    assert attended.value.figures == {"first_attended_at": "2026-03-02T01:15:00+00:00"}


def test_what_was_undone_cannot_be_undone() -> None:
    with pytest.raises(RedemptionOver):
        require_undoable(Redeemed(cancelled_at=THEN, first_attended_at=THEN), THEN + timedelta(days=9), days_max=5)


@pytest.mark.parametrize(
    ("refusal", "figure"),
    [
        (AlreadyRedeemed(redeemed_at=THEN), "redeemed_at"),
        (VoucherExpired(expired_at=THEN), "expired_at"),
        (AttendedAlready(first_attended_at=THEN), "first_attended_at"),
    ],
)
def test_a_person_reads_the_citys_time_and_a_machine_utc(refusal: AlreadyRedeemed, figure: str) -> None:
    assert refusal.figures == {figure: "2026-03-02T01:15:00+00:00"}
    for sentence in (refusal.sentence_zh, refusal.sentence_en):
        assert "2026-03-02 09:15" in sentence
        assert "01:15" not in sentence
