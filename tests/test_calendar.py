from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voucher_service.calendar import (
    CalendarYearUnknown,
    WorkingCalendar,
    add_months,
    end_of_day,
    first_day_of,
    local_date,
    month_of,
    month_of_date,
    start_of_day,
)

PUBLISHED = WorkingCalendar()
DAYS_2018_TO_2026 = [date(2018, 1, 1) + timedelta(days=n) for n in range(9 * 365 + 2)]
WORKING_DAYS_2018_TO_2026 = [day for day in DAYS_2018_TO_2026 if PUBLISHED.is_working_day(day)]


def days(*spans: tuple[date, date]) -> set[date]:
    return {first + timedelta(days=n) for first, last in spans for n in range((last - first).days + 1)}


# Typed from the State Council's notices, independently of the library that the service reads.
HOLIDAYS = days(
    (date(2023, 1, 1), date(2023, 1, 2)),
    (date(2023, 1, 21), date(2023, 1, 27)),
    (date(2023, 4, 5), date(2023, 4, 5)),
    (date(2023, 4, 29), date(2023, 5, 3)),
    (date(2023, 6, 22), date(2023, 6, 24)),
    (date(2023, 9, 29), date(2023, 10, 6)),
    (date(2024, 1, 1), date(2024, 1, 1)),
    (date(2024, 2, 10), date(2024, 2, 17)),
    (date(2024, 4, 4), date(2024, 4, 6)),
    (date(2024, 5, 1), date(2024, 5, 5)),
    (date(2024, 6, 10), date(2024, 6, 10)),
    (date(2024, 9, 15), date(2024, 9, 17)),
    (date(2024, 10, 1), date(2024, 10, 7)),
)
MAKE_UP_WORKING_DAYS = {
    date(2023, 1, 28),
    date(2023, 1, 29),
    date(2023, 4, 23),
    date(2023, 5, 6),
    date(2023, 6, 25),
    date(2023, 10, 7),
    date(2023, 10, 8),
    date(2024, 2, 4),
    date(2024, 2, 18),
    date(2024, 4, 7),
    date(2024, 4, 28),
    date(2024, 5, 11),
    date(2024, 9, 14),
    date(2024, 9, 29),
    date(2024, 10, 12),
}


def test_every_day_of_2023_and_2024_agrees_with_the_published_notices() -> None:
    for day in (day for day in DAYS_2018_TO_2026 if day.year in {2023, 2024}):
        worked = day in MAKE_UP_WORKING_DAYS or (day.weekday() < 5 and day not in HOLIDAYS)
        assert PUBLISHED.is_working_day(day) == worked, day


def test_a_notice_across_the_national_holiday_counts_the_make_up_weekend() -> None:
    assert PUBLISHED.add_working_days(date(2023, 9, 28), 5) == date(2023, 10, 11)
    assert PUBLISHED.add_working_days(date(2023, 10, 6), 1) == date(2023, 10, 7)


@given(st.sampled_from(DAYS_2018_TO_2026[:-120]), st.integers(1, 40))
def test_adding_working_days_is_indexing_the_list_of_all_working_days(start: date, count: int) -> None:
    later = [day for day in WORKING_DAYS_2018_TO_2026 if day > start]
    assert PUBLISHED.add_working_days(start, count) == later[count - 1]


@given(st.sampled_from(DAYS_2018_TO_2026), st.integers(-30, 400))
def test_working_days_between_counts_after_the_first_through_the_last(first: date, length: int) -> None:
    last = min(first + timedelta(days=length), DAYS_2018_TO_2026[-1])
    oracle = [day for day in WORKING_DAYS_2018_TO_2026 if first < day <= last]
    assert PUBLISHED.working_days_between(first, last) == len(oracle)


@given(st.sampled_from(DAYS_2018_TO_2026[:-120]), st.integers(1, 40))
def test_adding_and_counting_are_inverse(start: date, count: int) -> None:
    assert PUBLISHED.working_days_between(start, PUBLISHED.add_working_days(start, count)) == count


def test_adding_fewer_than_one_working_day_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        PUBLISHED.add_working_days(date(2023, 1, 3), 0)


@pytest.mark.parametrize("day", [date(2003, 12, 31), date(2099, 1, 5), date(2099, 1, 3)])
def test_a_year_without_an_arrangement_is_refused_even_on_a_weekend(day: date) -> None:
    with pytest.raises(CalendarYearUnknown) as refused:
        PUBLISHED.is_working_day(day)
    assert refused.value.code == "calendar_year_unknown"
    assert str(day.year) in refused.value.sentence_zh
    assert str(day.year) in refused.value.sentence_en


def test_a_deadline_that_runs_into_an_unknown_year_is_refused() -> None:
    last_known = date(2026, 12, 31)
    assert PUBLISHED.is_working_day(last_known)
    with pytest.raises(CalendarYearUnknown):
        PUBLISHED.working_days_between(last_known, date(2099, 1, 1))


def test_an_override_wins_over_the_published_arrangement_both_ways() -> None:
    flood_day, extra_saturday = date(2023, 7, 12), date(2023, 7, 15)
    corrected = WorkingCalendar({flood_day: False, extra_saturday: True})
    assert PUBLISHED.is_working_day(flood_day)
    assert not corrected.is_working_day(flood_day)
    assert corrected.is_working_day(extra_saturday)
    assert corrected.add_working_days(date(2023, 7, 11), 3) == date(2023, 7, 15)


def test_a_declared_year_follows_the_plain_week_except_for_its_overrides() -> None:
    declared = WorkingCalendar({date(2099, 1, 1): False, date(2099, 1, 4): True}, declared_years={2099})
    expected = [False, True, False, True, True]
    assert [declared.is_working_day(date(2099, 1, day)) for day in range(1, 6)] == expected
    with pytest.raises(CalendarYearUnknown):
        declared.is_working_day(date(2098, 12, 31))


def test_an_override_in_an_undeclared_year_answers_for_that_day_only() -> None:
    partly = WorkingCalendar({date(2099, 1, 1): False})
    assert not partly.is_working_day(date(2099, 1, 1))
    with pytest.raises(CalendarYearUnknown):
        partly.is_working_day(date(2099, 1, 2))


def test_the_city_day_turns_at_sixteen_hundred_utc() -> None:
    assert local_date(datetime(2023, 6, 30, 15, 59, 59, tzinfo=UTC)) == date(2023, 6, 30)
    assert local_date(datetime(2023, 6, 30, 16, 0, tzinfo=UTC)) == date(2023, 7, 1)
    assert month_of(datetime(2023, 12, 31, 16, 0, tzinfo=UTC)) == 202401


def test_a_moment_in_another_zone_names_the_same_city_day() -> None:
    new_york_winter = timezone(timedelta(hours=-5))
    assert local_date(datetime(2023, 6, 30, 11, 0, tzinfo=new_york_winter)) == date(2023, 7, 1)


def test_a_naive_moment_names_no_day() -> None:
    with pytest.raises(ValueError, match="time zone"):
        local_date(datetime(2023, 6, 30))  # noqa: DTZ001 - the point of the test


@given(st.dates(date(1992, 1, 1), date(2100, 12, 30)))
def test_a_day_holds_its_own_moments_and_no_others(day: date) -> None:
    start, end = start_of_day(day), end_of_day(day)
    assert start.tzinfo is UTC
    assert end - start == timedelta(hours=24)
    assert local_date(start) == local_date(end - timedelta(microseconds=1)) == day
    assert local_date(end) == day + timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2023, 11, 30), 3, date(2024, 2, 29)),
        (date(2023, 3, 31), -1, date(2023, 2, 28)),
        (date(2023, 5, 15), 0, date(2023, 5, 15)),
        (date(2023, 12, 1), 1, date(2024, 1, 1)),
    ],
)
def test_months_are_clamped_at_the_end_of_a_shorter_month(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(-240, 240))
def test_adding_months_moves_the_month_and_never_lengthens_the_day(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year - day.year) * 12 + moved.month - day.month == months
    assert moved.day == day.day or (moved.day < day.day and (moved + timedelta(days=1)).day == 1)


def test_a_month_is_written_as_year_and_month() -> None:
    assert month_of_date(date(2023, 2, 28)) == 202302
    assert first_day_of(202302) == date(2023, 2, 1)
    with pytest.raises(ValueError, match="month"):
        first_day_of(202313)
