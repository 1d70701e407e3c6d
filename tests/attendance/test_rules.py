from __future__ import annotations

import pytest

from voucher_service.attendance.rules import attended_permille, completes, freed_fen


@pytest.mark.parametrize(("attended", "held", "permille"), [(8, 8, 1000), (2, 3, 666), (0, 8, 0), (0, 0, 0)])
def test_attendance_is_rounded_down(attended: int, held: int, permille: int) -> None:
    assert attended_permille(attended, held) == permille


def test_the_threshold_itself_is_enough() -> None:
    assert completes(800, permille_min=800)
    assert not completes(799, permille_min=800)


def test_empty_seats_and_those_who_left_free_their_money() -> None:
    assert freed_fen(capacity=80, standard_fen=100_000, kept_fen=200_000) == 7_800_000
    assert freed_fen(capacity=2, standard_fen=100_000, kept_fen=200_000) == 0
