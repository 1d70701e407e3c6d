"""Pace and forecast: plain arithmetic over months."""

from __future__ import annotations

from datetime import date

import pytest

from voucher_service.reports.pace import Course, Forecast, MonthOfPace, by_month, forecast


def course(day: date) -> Course:
    return Course(date(2023, 1, 1), date(2023, 12, 31), day)


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2022, 12, 31), 0),
        (date(2023, 1, 1), 54),
        (date(2023, 7, 1), 9_972),
        (date(2023, 12, 31), 20_000),
        (date(2024, 6, 1), 20_000),
    ],
)
def test_the_pace_is_a_straight_line_from_nothing_to_the_target(day: date, due: int) -> None:
    assert course(day).due(20_000, day) == due


def test_months_add_up_and_those_to_come_have_nothing_yet() -> None:
    months = by_month({202301: 5, 202303: 7}, course(date(2023, 3, 10)), 365)
    assert months[:4] == [
        MonthOfPace(202301, 5, 31),
        MonthOfPace(202302, 5, 59),
        MonthOfPace(202303, 12, 90),
        MonthOfPace(202304, None, 120),
    ]
    assert len(months) == 12
    assert months[-1].due == 365


def test_what_comes_after_the_last_month_of_the_programme_is_shown_too() -> None:
    months = by_month({202312: 1, 202402: 4}, course(date(2024, 2, 5)), 10)
    assert months[-1] == MonthOfPace(202402, 5, 10)


def test_there_is_no_forecast_before_a_whole_month_nor_after_the_end() -> None:
    assert forecast({202301: 9}, course(date(2023, 1, 30))) is None
    assert forecast({202301: 9}, course(date(2023, 12, 31))) is None
    assert forecast({202301: 31}, course(date(2023, 1, 31))) == Forecast(31 + 334, None)


def test_the_forecast_carries_the_last_three_whole_months_on() -> None:
    reached = {202301: 1_000, 202302: 28, 202303: 31, 202304: 30, 202305: 2}
    found = forecast(reached, course(date(2023, 5, 10)))
    assert found is not None
    assert found.expected == 1_091 + 235  # one a day for what is left of the year


def test_the_error_is_that_of_the_same_method_in_the_months_before() -> None:
    steady = {month: 10 * days for month, days in ((202301, 31), (202302, 28), (202303, 31))}
    assert forecast(steady, course(date(2023, 3, 31))) == Forecast(900 + 2_750, 0)
    jumpy = {202301: 0, 202302: 280, 202303: 0}
    found = forecast(jumpy, course(date(2023, 3, 31)))
    assert found is not None
    misses = (280 - 0, 280 * 31 // 59)  # February from January, March from both
    assert found.error == sum(misses) * 10 // 2
