"""What the service reports after the year, held against what the plan expected, and put into words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from voucher_service.demo.loading import PROGRAMME_ID
from voucher_service.demo.tables import rows
from voucher_service.simulation.actors import Offices
from voucher_service.simulation.connection import Connection
from voucher_service.simulation.frauds import CATCHES, FAULTS, FLAGS, Manner, Scheme
from voucher_service.simulation.plan import STAGES, Expected
from voucher_service.simulation.rates import Rate

Key = TypeVar("Key", str, tuple[int, str])


@dataclass(frozen=True, slots=True)
class Account:
    """The bureau's reports at one moment: the funnel, refused scans, refusals by code and by rule, and flags."""

    funnel: dict[str, Any]
    scans: Counter[str]
    answers: Counter[str]
    rules: Counter[str]
    flags: Counter[str]

    @property
    def regions(self) -> Counter[tuple[int, str]]:
        return _cells(self.funnel["regions"], "region_id")

    @property
    def months(self) -> Counter[tuple[int, str]]:
        return _cells(self.funnel["months"], "month")


def read_account(service: Connection) -> Account:
    """Ask for the funnel and for the refusals, as a reviewer of the bureau."""
    token = Offices(service).token("bureau1")
    funnel = service.get(f"/api/v1/reports/funnel/{PROGRAMME_ID}", token)
    refused = service.get("/api/v1/reports/refusals", token)
    scans, answers, rules = (Counter[str](refused[name]) for name in ("refusals", "answers", "rules"))
    return Account(funnel, scans, answers, rules, _flags(service, token))


def differences(before: Account, after: Account, expected: Expected) -> list[str]:
    """Every count that the year should have changed otherwise than it did; what stood there before is left out."""
    return [
        *_compared("region", after.regions, before.regions, expected.regions),
        *_compared("month", after.months, before.months, expected.months),
        *_compared("refused scans", after.scans, before.scans, expected.scans),
        *_compared("refusals", after.answers, before.answers, expected.answers),
        *_compared("refusals by rule", after.rules, before.rules, expected.rules),
        *_compared("sign-ins flagged", after.flags, before.flags, expected.flags),
    ]


def in_words(account: Account, expected: Expected) -> Iterator[str]:
    """The funnel by region and by month against the targets, and the refusals by code and rule, line by line."""
    names = {int(row["code"]): row["name"] for row in rows("counties-2023")}
    funnel = account.funnel
    total = funnel["total"]
    yield _line("region", *STAGES, "quota", "target")
    for region in funnel["regions"]:
        yield _line(region["region_id"], *_reached(region["reached"]), region["quota"], region["target_used"]) + (
            f"  {names[region['region_id']]}"
        )
    yield _line("total", *_reached(total), funnel["target_issued"], funnel["target_used"])
    yield _line("month", *STAGES)
    for month in funnel["months"]:
        yield _line(month["month"], *_reached(month["reached"]))
    for fraud in (*Manner, *Scheme):
        if tried := expected.frauds[fraud.name.lower()]:
            yield f"tried {fraud.name.lower()}: {tried}, each {_end_of(fraud)}"
    for title, found, wanted in (
        ("refused scan", account.scans, expected.scans),
        ("refused", account.answers, expected.answers),
        ("refused by rule", account.rules, expected.rules),
        ("sign-ins flagged", account.flags, expected.flags),
    ):
        for code, count in sorted(found.items()):
            yield f"{title} {code}: {count} (expected in this year {wanted[code]})"
    yield f"used of issued: {_permille(total['certified'], total['issued'])}"
    yield f"refused of scans: {_permille(account.scans.total(), total['redeemed'] + account.scans.total())}"
    yield funnel["definition"]


def _end_of(fraud: Manner | Scheme) -> str:
    if fraud in FLAGS:
        return f"recorded, not counted, and flagged as {', '.join(FLAGS[fraud])}"
    if fraud in FAULTS:
        return f"turned down, its row marked as {FAULTS[fraud]}"
    return f"refused as {' '.join(CATCHES[fraud]).strip()}"


def _flags(service: Connection, token: str) -> Counter[str]:
    """What the sign-ins are flagged as that wait for the bureau's decision."""
    found: Counter[str] = Counter()
    page: dict[str, Any] = {"next": ""}
    while page["next"] is not None:
        after = f"&after={page['next']}" if page["next"] else ""
        page = service.get(f"/api/v1/attendance/flagged?limit=200{after}", token)
        found.update(flag for sign_in in page["sign_ins"] for flag in sign_in["flags"])
    return found


def rates_in_words(rates: list[Rate]) -> Iterator[str]:
    """One line for each verb, and the total."""
    yield _line("requests", "a second", "median ms", "p99 ms")
    for rate in rates:
        yield _line(rate.requests, rate.per_second, rate.median_ms, rate.p99_ms) + f"  {rate.verb}"


def _compared(what: str, now: Counter[Key], earlier: Counter[Key], wanted: Counter[Key]) -> Iterator[str]:
    for key in sorted(now.keys() | wanted.keys(), key=str):
        if now[key] - earlier[key] != wanted[key]:
            yield f"{what} {key}: expected {wanted[key]}, reported {now[key] - earlier[key]}"


def _cells(entries: list[dict[str, Any]], key: str) -> Counter[tuple[int, str]]:
    return Counter({(entry[key], stage): count for entry in entries for stage, count in entry["reached"].items()})


def _reached(counts: dict[str, int]) -> list[int]:
    return [counts[stage] for stage in STAGES]


def _line(first: object, *rest: object) -> str:
    return f"{first!s:>8}" + "".join(f"{column!s:>11}" for column in rest)


def _permille(part: int, whole: int) -> str:
    return f"{part} of {whole}, {part * 1000 // max(whole, 1)} ‰"
