from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from voucher_service.accounts.errors import PasswordTooShort
from voucher_service.accounts.rules import is_live, is_worth_noting, require_password

NOON = datetime(2023, 6, 1, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("kind", "idle", "left", "live"),
    [
        ("staff", 15 * MINUTE, MINUTE, False),
        ("staff", 15 * MINUTE - MINUTE / 60, MINUTE, True),
        ("staff", MINUTE, 0 * MINUTE, False),
        ("holder", 300 * MINUTE, MINUTE, True),
        ("client", 30 * MINUTE, MINUTE, True),
        ("client", 0 * MINUTE, 0 * MINUTE, False),
    ],
)
def test_a_session_ends_at_its_term_and_a_staff_session_by_idling_too(
    kind: str, idle: timedelta, left: timedelta, *, live: bool
) -> None:
    assert is_live(kind, NOON - idle, NOON + left, NOON) is live


@pytest.mark.parametrize(
    ("kind", "ago", "noted"), [("staff", MINUTE, True), ("staff", MINUTE / 2, False), ("holder", 60 * MINUTE, False)]
)
def test_only_staff_are_noted_and_at_most_every_minute(kind: str, ago: timedelta, *, noted: bool) -> None:
    assert is_worth_noting(kind, NOON - ago, NOON) is noted


def test_a_password_has_eight_characters() -> None:
    require_password("12345678")
    with pytest.raises(PasswordTooShort) as refused:
        require_password("1234567")
    assert refused.value.figures == {"characters_min": 8}
