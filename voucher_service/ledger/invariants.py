"""What must always be true of the ledger, as one function that tests, commands and the nightly job share.

The ledger sees only its own tables. A room above adds what it knows by appending to `CHECKS`: a check yields a
violation for each thing it finds wrong; `disagreements` compares its own counts with those of the facts.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import func, select, text

from voucher_service.database import db
from voucher_service.identifiers import to_hex
from voucher_service.ledger import damage
from voucher_service.ledger.counts import counts
from voucher_service.ledger.models import RegionLog, StateRule, VoucherFact
from voucher_service.ledger.rules import ENDED, LIVE, MOVES, NOTHING


class Violation(NamedTuple):
    """One thing that should never be: the name of the check and what it found."""

    check: str
    detail: str


class Cell(NamedTuple):
    """What vouchers are counted by; `period` is their month of issue, yyyymm."""

    region_id: int
    programme_id: int
    period: int
    state: str


Counts = Mapping[Cell, int]
Check = Callable[[], Iterable[Violation]]


def check_invariants() -> list[Violation]:
    """Return everything that is wrong, which is nothing; reads every fact once, so it is work for the night."""
    return [violation for check in (*_OWN_CHECKS, *CHECKS) for violation in _answer_of(check)]


def _answer_of(check: Check) -> Iterator[Violation]:
    """Let a check find what it finds; a row that was altered until nothing can read it is found too."""
    try:
        yield from check()
    except (ValueError, TypeError, LookupError, ArithmeticError, struct.error) as error:
        yield Violation("every row can be read", f"{type(error).__name__}: {error}")


def vouchers_by_facts() -> Counter[Cell]:
    """Count the vouchers in each state by the last fact of each."""
    later = select(VoucherFact.seq).where(VoucherFact.region_id == FACT.region_id)
    later = later.where(VoucherFact.voucher_id == FACT.voucher_id, VoucherFact.prev_seq == FACT.seq)
    by = (FACT.region_id, FACT.programme_id, FACT.period, FACT.to_state)
    query = select(*by, func.count()).where(~later.exists()).group_by(*by)
    return Counter({Cell(*row[:-1]): row[-1] for row in db.session.execute(query)})


def vouchers_by_counts() -> Counter[Cell]:
    """Count the vouchers in each state by the roll-ups and the unsealed tail: what came in less what went out."""
    held: Counter[Cell] = Counter()
    for count in counts():
        held[Cell(count.region_id, count.programme_id, count.period, count.to_state)] += count.vouchers
        held[Cell(count.region_id, count.programme_id, count.period, count.from_state)] -= count.vouchers
    return Counter({cell: vouchers for cell, vouchers in held.items() if cell.state != NOTHING and vouchers})


def disagreements(check: str, found: Counts, expected: Counts | None = None) -> Iterator[Violation]:
    """Yield where counts differ from `expected`, which is what the facts say unless it is given."""
    truth = vouchers_by_facts() if expected is None else expected
    for cell in sorted({*found, *truth}):
        if found.get(cell, 0) != truth.get(cell, 0):
            yield Violation(check, f"{cell}: {found.get(cell, 0)}, expected {truth.get(cell, 0)}")


def counts_agree_with_facts() -> Iterator[Violation]:
    yield from disagreements("counts agree with facts", vouchers_by_counts())


def live_and_ended_are_issued() -> Iterator[Violation]:
    """Compare the vouchers that are somewhere with those that were ever issued, by region, programme and period."""
    issued: Counter[tuple[int, int, int]] = Counter()
    for count in counts():
        if count.from_state == NOTHING:
            issued[count.region_id, count.programme_id, count.period] += count.vouchers
    standing: Counter[tuple[int, int, int]] = Counter()
    for cell, vouchers in vouchers_by_facts().items():
        if cell.state in {*LIVE, *ENDED}:
            standing[cell[:3]] += vouchers
    for group in sorted({*issued, *standing}):
        if issued[group] != standing[group]:
            yield Violation("live + ended = issued", f"{group}: {standing[group]} stand, {issued[group]} were issued")


def state_rules_are_the_law() -> Iterator[Violation]:
    rows = {(rule.number, rule.kind, rule.from_state, rule.to_state, rule.money) for rule in _rules()}
    for row in sorted(rows ^ {tuple(move) for move in MOVES}):
        yield Violation("state_rule is the law", f"{row} is in only one of table and code")


def paths_are_gapless() -> Iterator[Violation]:
    """Each fact starts in the state in which the voucher's last one ended, and the first in none."""
    for region_id, voucher_id, seq, before in db.session.execute(_BROKEN_PATHS):
        name = f"region {region_id}, voucher {to_hex(voucher_id)}, fact"
        gone = f": {name} {seq - 1} is missing" if seq > 1 and before is None else ""
        yield Violation("paths are gapless", f"{name} {seq} starts from nowhere{gone}")


def trees_recompute() -> Iterator[Violation]:
    """Compare each region's sealed facts with its stored leaves, one by one, and its root with both."""
    for log in db.session.scalars(select(RegionLog).order_by(RegionLog.region_id)):
        yield from (Violation("trees recompute", found) for found in damage.damaged_facts(log))


def rollup_is_what_was_sealed() -> Iterator[Violation]:
    yield from (Violation("roll-up is what was sealed", found) for found in damage.damaged_cells())


def seals_and_heads_hold() -> Iterator[Violation]:
    yield from (Violation("seals continue one another", found) for found in damage.damaged_seals())
    yield from (Violation("heads are signed and published", found) for found in damage.damaged_heads())


def _rules() -> Iterable[StateRule]:
    return db.session.scalars(select(StateRule))


FACT = VoucherFact.__table__.alias("fact").c
_BROKEN_PATHS = text(
    "SELECT fact.region_id, fact.voucher_id, fact.seq, before.seq "
    "FROM voucher_fact AS fact LEFT JOIN voucher_fact AS before "
    "ON before.region_id = fact.region_id AND before.voucher_id = fact.voucher_id AND before.seq = fact.seq - 1 "
    "WHERE coalesce(before.to_state, 'none') <> fact.from_state OR (fact.seq > 1 AND before.seq IS NULL) "
    "ORDER BY fact.region_id, fact.voucher_id, fact.seq LIMIT 100"
)

_OWN_CHECKS: tuple[Check, ...] = (
    state_rules_are_the_law,
    paths_are_gapless,
    counts_agree_with_facts,
    live_and_ended_are_issued,
    trees_recompute,
    rollup_is_what_was_sealed,
    seals_and_heads_hold,
)

CHECKS: list[Check] = []
"""The checks of rooms above, appended when they are imported."""
