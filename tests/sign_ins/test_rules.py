from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from voucher_service.roll_calls.rules import EARLIER_PACKS, Sitting
from voucher_service.sign_ins.places import Point, distance_metres
from voucher_service.sign_ins.rules import (
    BURST,
    FLAGS,
    TWO_CITIES,
    TWO_PLACES,
    Elsewhere,
    Mark,
    burst,
    in_order,
    late_minutes,
    met_elsewhere,
    place_flags,
    same_second,
    state_of,
)

NINE = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
SITTING = Sitting(1, NINE, NINE + timedelta(hours=6), "theory")


@pytest.mark.parametrize(("seconds", "minutes"), [(-600, 0), (0, 0), (59, 0), (60, 1), (1859, 30), (1860, 31)])
def test_lateness_is_in_whole_minutes_that_have_passed(seconds: int, minutes: int) -> None:
    assert late_minutes(SITTING, NINE + timedelta(seconds=seconds)) == minutes


@pytest.mark.parametrize(("metres", "flags"), [(None, []), (0, []), (500, []), (501, ["outside_place"])])
def test_a_place_that_is_not_known_speaks_against_nobody(metres: int | None, flags: list[str]) -> None:
    assert place_flags(metres, EARLIER_PACKS) == flags


def elsewhere(hours: int, minutes: int = 0, region_id: int = 411202, *, signs_in: bool = True) -> Elsewhere:
    starts_at = NINE + timedelta(hours=hours)
    signed_at = NINE + timedelta(minutes=minutes) if signs_in else None
    return Elsewhere((411202, 1), starts_at, starts_at + timedelta(hours=2), region_id, signed_at)


@pytest.mark.parametrize(
    ("other", "met"),
    [
        (elsewhere(5), TWO_PLACES),
        (elsewhere(6), None),
        (elsewhere(-2), None),
        (elsewhere(-1), TWO_PLACES),
        (elsewhere(-1, signs_in=False), TWO_PLACES),
        (elsewhere(7, 29, 411281), TWO_CITIES),
        (elsewhere(7, -29, 411281), TWO_CITIES),
        (elsewhere(7, 30, 411281), None),
        (elsewhere(7, 29), None),
        (elsewhere(7, 0, 411281, signs_in=False), None),
    ],
)
def test_nobody_is_in_two_sessions_at_once_or_in_two_regions_within_half_an_hour(
    other: Elsewhere, met: str | None
) -> None:
    found = met_elsewhere(SITTING, 411202, NINE, [other], EARLIER_PACKS)
    assert found == ({other.key: met} if met else {})


def marks(count: int, every_milliseconds: int, device_id: int | None = None) -> list[Mark]:
    return [
        Mark((1, number), NINE + timedelta(milliseconds=every_milliseconds * number), device_id)
        for number in range(count)
    ]


@pytest.mark.parametrize(
    ("others", "at_milliseconds", "together"),
    [
        (marks(59, 333), 20_000, 59),
        (marks(59, 333), 20_001, 0),
        (marks(58, 333), 20_000, 0),
        (marks(59, 333), 9_000, 59),
        (marks(80, 345), 27_000, 0),
        (marks(80, 330), 0, 61),
    ],
)
def test_sixty_within_twenty_seconds_are_too_many_wherever_the_last_of_them_falls(
    others: list[Mark], at_milliseconds: int, together: int
) -> None:
    assert len(burst(NINE + timedelta(milliseconds=at_milliseconds), others, EARLIER_PACKS)) == together


def test_one_second_holds_three_people_before_one_device() -> None:
    three, two = marks(3, 100, 7), marks(2, 100, 7)
    assert same_second(7, NINE + timedelta(milliseconds=999), three, EARLIER_PACKS) == [one.key for one in three]
    assert same_second(7, NINE + timedelta(milliseconds=999), two, EARLIER_PACKS) == []
    assert same_second(8, NINE, three, EARLIER_PACKS) == []
    assert same_second(7, NINE + timedelta(seconds=1), three, EARLIER_PACKS) == []


def test_a_repeat_is_rejected_a_doubt_waits_and_what_nothing_speaks_against_is_confirmed() -> None:
    assert [state_of(flags) for flags in ([], [BURST], ["repeated"], [BURST, "repeated"])] == [
        "confirmed",
        "unconfirmed",
        "rejected",
        "rejected",
    ]


def test_flags_are_named_once_and_in_one_order() -> None:
    assert in_order(reversed((*FLAGS, *FLAGS))) == list(FLAGS)


@pytest.mark.parametrize("latitude", [0, 34_773_000, -34_773_000, 60_000_000])
@pytest.mark.parametrize(("north", "east"), [(0, 0), (4_500, 0), (0, 5_000), (-3_000, 4_000), (90_000, -70_000)])
def test_metres_without_floats_are_those_of_the_sphere(latitude: int, north: int, east: int) -> None:
    radius, here = 111_195 * 180 / math.pi, math.radians(latitude / 1e6)
    there, turn = math.radians((latitude + north) / 1e6), math.radians(east / 1e6)
    arc = math.sin((there - here) / 2) ** 2 + math.cos(here) * math.cos(there) * math.sin(turn / 2) ** 2
    exact = 2 * radius * math.asin(math.sqrt(arc))
    found = distance_metres(Point(latitude, 111_200_000), Point(latitude + north, 111_200_000 + east))
    assert abs(found - exact) <= 2 + exact / 1000


def test_the_way_across_the_date_line_is_the_short_one() -> None:
    assert distance_metres(Point(0, 179_999_000), Point(0, -179_999_000)) == 222
