from __future__ import annotations

from itertools import product
from typing import NamedTuple

import pytest

from voucher_service.attendance.rules import (
    Standing,
    Tally,
    attended_permille,
    better,
    completes,
    freed_fen,
    hangs_on_doubts,
    missing,
    needed,
    needs_two_persons,
    standing_of,
    tally,
)


class Record(NamedTuple):
    method: str
    state: str
    flags: str = ""
    late_minutes: int = 0


TICK, CODE = Record("clerk", "unconfirmed"), Record("code", "confirmed")
DOUBTED, REFUSED = Record("code", "unconfirmed", "burst"), Record("face", "rejected", "not_live")
REPEAT, VOIDED = Record("code", "rejected", "repeated"), Record("code", "voided")


@pytest.mark.parametrize(("attended", "held", "permille"), [(8, 8, 1000), (2, 3, 666), (0, 8, 0), (0, 0, 0)])
def test_attendance_is_rounded_down(attended: int, held: int, permille: int) -> None:
    assert attended_permille(attended, held) == permille


def test_the_threshold_itself_is_enough() -> None:
    assert completes(800, permille_min=800)
    assert not completes(799, permille_min=800)


@pytest.mark.parametrize(("held", "permille_min"), [*product(range(1, 60), (0, 1, 799, 800, 801, 1000))])
def test_what_is_needed_is_the_fewest_that_complete(held: int, permille_min: int) -> None:
    fewest = needed(held, permille_min=permille_min)
    assert completes(attended_permille(fewest, held), permille_min=permille_min)
    assert fewest == 0 or not completes(attended_permille(fewest - 1, held), permille_min=permille_min)


@pytest.mark.parametrize(
    ("records", "standing"),
    [
        ([], Standing.NONE),
        ([CODE], Standing.CONFIRMED),
        ([TICK], Standing.UNCONFIRMED),
        ([TICK, CODE], Standing.CONFIRMED),
        ([CODE, REPEAT], Standing.CONFIRMED),
        ([TICK, REPEAT], Standing.UNCONFIRMED),
        ([REPEAT], Standing.NONE),
        ([DOUBTED], Standing.FLAGGED),
        ([DOUBTED, TICK], Standing.FLAGGED),
        ([DOUBTED, CODE._replace(method="face")], Standing.CONFIRMED),
        ([REFUSED, TICK], Standing.REJECTED),
        ([VOIDED, TICK], Standing.REJECTED),
        ([VOIDED, TICK._replace(state="confirmed")], Standing.CONFIRMED),
        ([TICK._replace(state="voided")], Standing.REJECTED),
        ([TICK._replace(flags="two_places")], Standing.FLAGGED),
        ([DOUBTED._replace(state="confirmed")], Standing.CONFIRMED),
        ([CODE._replace(late_minutes=31)], Standing.LATE),
        ([CODE._replace(late_minutes=31), TICK], Standing.LATE),
        ([CODE._replace(late_minutes=31), CODE._replace(method="face", late_minutes=30)], Standing.CONFIRMED),
        ([TICK._replace(late_minutes=31)], Standing.LATE),
    ],
)
def test_ones_own_sign_in_decides_and_a_tick_never_outweighs_a_doubt(records: list[Record], standing: Standing) -> None:
    assert standing_of(records, late_minutes_max=30) is standing
    assert standing_of(records[::-1], late_minutes_max=30) is standing


def test_a_make_up_only_ever_helps() -> None:
    assert better(Standing.NONE, Standing.UNCONFIRMED) is Standing.UNCONFIRMED
    assert better(Standing.CONFIRMED, Standing.REJECTED) is Standing.CONFIRMED


@pytest.mark.parametrize(("permille_max", "attended"), [(0, 2), (124, 2), (125, 3), (250, 4), (999, 5), (1000, 5)])
def test_ticks_count_up_to_their_share_rounded_down(permille_max: int, attended: int) -> None:
    standings = [Standing.CONFIRMED] * 2 + [Standing.UNCONFIRMED] * 3 + [Standing.FLAGGED, Standing.LATE, Standing.NONE]
    found = tally(standings, 1, unconfirmed_permille_max=permille_max)
    assert found == Tally(held=8, confirmed=2, unconfirmed=3, flagged=1, ahead=1, attended=attended)


def counted(attended: int, ahead: int = 0, flagged: int = 0, ticked: int = 0) -> Tally:
    return Tally(8, attended, ticked, flagged, ahead, attended)


def test_what_is_missing_is_named_with_its_figures() -> None:
    assert missing(counted(7), permille_min=800) == []
    found = missing(counted(3, ahead=2, flagged=1, ticked=1), permille_min=800)
    assert found == [("sessions_short", 4), ("flagged", 1), ("unconfirmed", 1), ("make_up_needed", 2)]


@pytest.mark.parametrize(
    ("before", "after", "two"),
    [
        (counted(8), counted(7), False),
        (counted(7), counted(6), True),
        (counted(6), counted(5), False),
        (counted(2, ahead=6), counted(1, ahead=6), False),
        (counted(1, ahead=6), counted(0, ahead=6), True),
        (counted(1, ahead=5), counted(0, ahead=5), False),
    ],
)
def test_two_persons_take_out_what_decides(before: Tally, after: Tally, two: bool) -> None:  # noqa: FBT001 - a column
    assert needs_two_persons(before, after, permille_min=800) is two


def test_a_close_waits_only_for_doubts_that_decide() -> None:
    assert hangs_on_doubts(counted(6, flagged=1), permille_min=800)
    assert not hangs_on_doubts(counted(7, flagged=1), permille_min=800)
    assert not hangs_on_doubts(counted(5, flagged=1), permille_min=800)


def test_empty_seats_and_those_who_left_free_their_money() -> None:
    assert freed_fen(capacity=80, standard_fen=100_000, kept_fen=200_000) == 7_800_000
    assert freed_fen(capacity=2, standard_fen=100_000, kept_fen=200_000) == 0
