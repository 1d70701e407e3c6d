"""How often each verb was called in the year, and how long its answers took."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median, quantiles
from typing import NamedTuple

_NAMES_OF_ONE_THING = re.compile(r"/(?:[0-9a-f]{16}|[0-9]+)(?=/|$)")


class Rate(NamedTuple):
    """One verb's requests in `seconds` of the year, and the milliseconds of its answers."""

    verb: str
    requests: int
    per_second: float
    median_ms: float
    p99_ms: float


class Stopwatch:
    """Times every request, from any thread."""

    def __init__(self) -> None:
        self._timed: list[tuple[str, float]] = []

    @contextmanager
    def timing(self, method: str, path: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self._timed.append((f"{method} {_NAMES_OF_ONE_THING.sub('/…', path)}", time.perf_counter() - begun))

    def rates(self, seconds: float) -> list[Rate]:
        """Return the rates of all verbs, the most called first, and after them the total."""
        by_verb: dict[str, list[float]] = {}
        for verb, took in self._timed:
            by_verb.setdefault(verb, []).append(took)
        ordered = sorted(by_verb.items(), key=lambda entry: -len(entry[1]))
        return [_rate(verb, took, seconds) for verb, took in (*ordered, ("total", [took for _, took in self._timed]))]


def _rate(verb: str, took: list[float], seconds: float) -> Rate:
    slowest = quantiles(took, n=100)[-1] if len(took) > 1 else sum(took)
    middle = median(took) if took else 0.0
    return Rate(verb, len(took), round(len(took) / seconds, 1), round(middle * 1000, 1), round(slowest * 1000, 1))
