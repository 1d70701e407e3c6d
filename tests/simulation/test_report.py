"""What the service reports is believed only where it is what the year did."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from voucher_service.simulation.frauds import Manner, Scheme
from voucher_service.simulation.plan import Expected
from voucher_service.simulation.report import Account, differences, in_words

REACHED = {"issued": 2, "redeemed": 1, "completed": 1, "certified": 1, "paid": 0}


def account(issued: int = 2, refused: int = 1) -> Account:
    reached = {**REACHED, "issued": issued}
    funnel: dict[str, Any] = {
        "total": reached,
        "target_issued": 20,
        "target_used": 5,
        "definition": "certified",
        "regions": [{"region_id": 411202, "quota": 20, "target_used": 5, "reached": reached}],
        "months": [{"month": 202601, "reached": reached}],
    }
    return Account(funnel, Counter(), Counter(class_breaks_rules=refused), Counter(R17c=refused), Counter())


def expected() -> Expected:
    counts = Expected(
        Counter({(411202, stage): count for stage, count in REACHED.items()}),
        Counter({(202601, stage): count for stage, count in REACHED.items()}),
    )
    counts.catch(Scheme.ONE_TOO_MANY)
    return counts


def nothing() -> Account:
    return replace(account(0, 0), funnel={"regions": [], "months": []})


def test_equal_counts_are_no_difference() -> None:
    assert differences(nothing(), account(), expected()) == []


def test_what_was_there_before_the_year_is_left_out() -> None:
    assert differences(account(), account(issued=4, refused=2), expected()) != []
    twice = {name: 2 * count for name, count in REACHED.items()}
    after = account()
    after.funnel["regions"][0]["reached"] = after.funnel["months"][0]["reached"] = twice
    assert (
        differences(account(), replace(after, answers=Counter(class_breaks_rules=2), rules=Counter(R17c=2)), expected())
        == []
    )


def test_a_missing_voucher_and_a_missing_refusal_are_named() -> None:
    assert differences(nothing(), account(issued=1, refused=0), expected()) == [
        "region (411202, 'issued'): expected 2, reported 1",
        "month (202601, 'issued'): expected 2, reported 1",
        "refusals class_breaks_rules: expected 1, reported 0",
        "refusals by rule R17c: expected 1, reported 0",
    ]


def test_a_refusal_that_nobody_expected_is_named() -> None:
    surprised = replace(account(), scans=Counter(code_stale=1))
    assert differences(nothing(), surprised, expected()) == ["refused scans code_stale: expected 0, reported 1"]


def test_frauds_are_told_with_the_rule_that_caught_them() -> None:
    lines = list(in_words(account(), expected()))
    assert "tried one_too_many: 1, each refused as class_breaks_rules R17c" in lines
    assert "refused class_breaks_rules: 1 (expected in this year 1)" in lines


def test_flagged_sign_ins_are_held_against_the_plan_too() -> None:
    haunted = expected()
    haunted.catch(Manner.GHOST)
    assert differences(nothing(), account(), haunted) == ["sign-ins flagged outside_time: expected 2, reported 0"]
    told = list(in_words(replace(account(), flags=Counter(outside_time=2)), haunted))
    assert "tried ghost: 1, each recorded, not counted, and flagged as outside_time" in told
    assert "sign-ins flagged outside_time: 2 (expected in this year 2)" in told
