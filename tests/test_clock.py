"""The clock never goes back, whatever the machine's time does, and says how far behind that is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from voucher_service.clock import FixedClock, SteadyClock, TrialClock, to_microseconds

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class MachineTime(SteadyClock):
    """A clock whose machine is set by hand."""

    def __init__(self, moment: datetime) -> None:
        super().__init__()
        self.machine = moment

    def _read(self) -> int:
        return to_microseconds(self.machine)


def test_it_follows_the_machine_forward() -> None:
    clock = MachineTime(NOON)
    assert clock.now() == NOON
    clock.machine += HOUR
    assert (clock.now(), clock.behind()) == (NOON + HOUR, timedelta(0))


def test_it_stands_still_while_the_machine_is_behind_and_goes_on_afterwards() -> None:
    clock = MachineTime(NOON)
    clock.now()
    clock.machine -= HOUR
    assert (clock.now(), clock.behind()) == (NOON, HOUR)
    clock.machine += HOUR + timedelta(seconds=1)
    assert (clock.now(), clock.behind()) == (NOON + timedelta(seconds=1), timedelta(0))


@pytest.mark.parametrize("kept", [NOON + HOUR, NOON - HOUR])
def test_it_begins_no_earlier_than_what_is_kept(kept: datetime) -> None:
    clock = MachineTime(NOON)
    clock.not_before(kept)
    assert clock.now() == max(NOON, kept)
    assert clock.behind() == max(kept - NOON, timedelta(0))


def test_a_trial_clock_is_as_steady(tmp_path: Path) -> None:
    clock = TrialClock(tmp_path / "clock")
    clock.move_to(NOON + HOUR)
    told = clock.now()
    clock.move_to(NOON)
    assert clock.now() == told
    assert HOUR <= clock.behind() < HOUR + timedelta(minutes=1)


def test_a_clock_that_is_set_by_hand_is_never_behind() -> None:
    clock = FixedClock(NOON)
    clock.not_before(NOON + HOUR)
    assert (clock.now(), clock.behind()) == (NOON, timedelta(0))
