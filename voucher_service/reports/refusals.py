"""What was refused and why: scans at the class door, and every write that was answered with a refusal."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, NamedTuple

from sqlalchemy import func, literal_column, select

from voucher_service.database import db
from voucher_service.redemptions.models import RefusedScan
from voucher_service.web.idempotency import REFUSED_FROM, Idempotency

_REFUSED = Idempotency.status >= literal_column(str(REFUSED_FROM))
"""Written out, because a partial index is passed over for a number that is still to come."""


class Refusals(NamedTuple):
    """How often: scans by reason; kept answers by code; and, where a code stands for many rules, by the rule."""

    refusals: dict[str, int]
    answers: Counter[str]
    rules: Counter[str]


def refusals() -> Refusals:
    """Count what was refused so far. It reads every kept refusal once, and none of the other answers."""
    answers: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    kept = select(Idempotency.body).where(_REFUSED)
    for body in db.session.scalars(kept.execution_options(yield_per=1000)):
        problem: dict[str, Any] = json.loads(body)
        answers[problem["code"]] += 1
        rules.update(finding["rule_id"] for finding in problem.get("figures", {}).get("findings", ()))
    return Refusals(_scans_by_reason(), answers, rules)


def _scans_by_reason() -> dict[str, int]:
    scans = func.count().label("scans")
    query = select(RefusedScan.reason, scans).group_by(RefusedScan.reason).order_by(RefusedScan.reason)
    return {row.reason: row.scans for row in db.session.execute(query)}
