from __future__ import annotations

from voucher_service.simulation.rates import Stopwatch


def test_requests_are_counted_by_verb_whatever_thing_they_name() -> None:
    stopwatch = Stopwatch()
    for path in ("/api/v1/vouchers/00000000000000ab/return", "/api/v1/vouchers/00000000000000cd/return"):
        with stopwatch.timing("POST", path):
            pass
    with stopwatch.timing("GET", "/api/v1/programmes/1"):
        pass
    rates = stopwatch.rates(seconds=2.0)
    assert [(rate.verb, rate.requests, rate.per_second) for rate in rates] == [
        ("POST /api/v1/vouchers/…/return", 2, 1.0),
        ("GET /api/v1/programmes/…", 1, 0.5),
        ("total", 3, 1.5),
    ]
    assert all(0 <= rate.median_ms <= rate.p99_ms for rate in rates)


def test_a_year_without_requests_has_a_rate_too() -> None:
    assert [rate.requests for rate in Stopwatch().rates(seconds=1.0)] == [0]
