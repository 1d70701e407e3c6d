from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from voucher_service.demo.tables import region_quotas
from voucher_service.simulation import plan
from voucher_service.simulation.frauds import (
    CATCHES,
    FAULTS,
    FLAGS,
    NEEDS_CERTIFICATES,
    NEEDS_GRADUATES,
    NEEDS_TRAINEES,
    OF_DOOMED_CLASSES,
    Manner,
    Scheme,
)
from voucher_service.simulation.plan import CAPACITY, MANNERS, ROUNDS, STAGES, Fate

OPENS = datetime(2026, 1, 5, 1, tzinfo=UTC)
CLOSES = datetime(2026, 12, 31, 16, tzinfo=UTC)
PARTS = plan.cast(issued=2000, used=500, seed=7)
YEAR = plan.rounds(PARTS, OPENS, CLOSES)


def test_a_seed_gives_the_same_year_and_another_seed_another() -> None:
    assert plan.cast(2000, 500, seed=7) == PARTS
    assert plan.cast(2000, 500, seed=8) != PARTS


def test_each_region_has_its_share_of_both_targets() -> None:
    assert Counter(part.region_id for part in PARTS) == Counter(region_quotas(2000))
    assert sum(part.fate is Fate.CERTIFIED for part in PARTS) == 500


def test_every_fate_is_played_and_every_fraud_is_tried() -> None:
    assert {part.fate for part in PARTS} == set(Fate)
    assert {fraud for turn in YEAR for fraud in turn.frauds()} | {Manner.PLAIN} == {*Manner, *Scheme}


def test_only_a_class_with_sixty_who_stay_is_signed_in_at_once() -> None:
    small = plan.rounds(plan.cast(40, 10, seed=7), OPENS, CLOSES)
    assert not any(Scheme.SIXTY_AT_ONCE in turn.frauds() for turn in small)


@pytest.mark.parametrize("days", [1, 9, 33, 60])
def test_what_is_left_of_a_year_has_no_more_rounds_than_its_teams_can_teach(days: int) -> None:
    opens = CLOSES - timedelta(days=days)
    rest = plan.rounds(plan.cast(200, 50, seed=7), opens, CLOSES)
    assert sum(len(turn.parts) for turn in rest) == 200
    begins = [turn.opens_at for turn in rest]
    assert all(later - earlier >= plan.ROUND_LASTS_MIN for earlier, later in pairwise(begins))


def test_every_fraud_has_a_refusal_that_names_it() -> None:
    assert CATCHES.keys() | FLAGS.keys() | FAULTS.keys() == {*Manner, *Scheme} - {Manner.PLAIN}
    assert len(CATCHES) + len(FLAGS) + len(FAULTS) == len(CATCHES.keys() | FLAGS.keys() | FAULTS.keys())


def test_people_try_only_what_their_fate_allows() -> None:
    for turn in YEAR:
        assert all(part.manner in {Manner.PLAIN, *MANNERS.get(part.fate, ())} for part in turn.parts)


def test_an_honest_certificate_is_there_before_its_number_is_sold() -> None:
    first, *_ = [part.manner for turn in YEAR for part in turn.parts if part.fate is Fate.CERTIFIED]
    assert first is Manner.PLAIN


def test_nobody_claims_the_next_voucher_when_the_programme_is_over() -> None:
    eager = [turn for turn in YEAR if any(part.manner is Manner.EAGER for part in turn.parts)]
    assert eager
    assert all(turn.closed_at < CLOSES for turn in eager)


def test_a_round_without_trainees_tries_nothing_that_needs_one() -> None:
    alone = plan.Round(OPENS, tuple(part for part in PARTS if not part.attends)[:3])
    tried = set(alone.frauds())
    assert tried.isdisjoint({*NEEDS_TRAINEES, *NEEDS_GRADUATES, *NEEDS_CERTIFICATES})
    assert Scheme.ONE_TOO_MANY in tried


def test_a_class_that_is_disqualified_is_no_ordinary_one() -> None:
    misled = plan.Round(OPENS, tuple(part for part in PARTS if part.fate is Fate.MISLED)[:3])
    assert list(misled.classes()) == []
    assert set(misled.frauds()) > OF_DOOMED_CLASSES
    rest = plan.Round(OPENS, tuple(part for part in PARTS if part.fate is not Fate.MISLED)[:30])
    assert set(rest.frauds()).isdisjoint(OF_DOOMED_CLASSES)


def test_a_class_that_everybody_fails_shows_no_certificate_too_soon() -> None:
    failed = plan.Round(OPENS, tuple(part for part in PARTS if part.fate is Fate.FAILED)[:3])
    tried = set(failed.frauds())
    assert tried.isdisjoint(NEEDS_CERTIFICATES)
    assert tried >= NEEDS_GRADUATES


def test_the_rounds_hold_everybody_once_while_the_programme_is_open() -> None:
    assert len(YEAR) == ROUNDS
    assert sorted(part.number for turn in YEAR for part in turn.parts) == list(range(2000))
    assert all(OPENS <= turn.opens_at < CLOSES for turn in YEAR)


def test_no_class_is_over_full_and_nobody_who_attends_is_left_out() -> None:
    for turn in YEAR:
        classes = list(turn.classes())
        assert all(0 < len(some) <= CAPACITY for some in classes)
        doomed = [part for some in turn.doomed_classes() for part in some]
        assert all(part.fate is Fate.MISLED for part in doomed)
        seated = [*(part for some in classes for part in some), *doomed]
        assert sorted(seated, key=turn.parts.index) == [part for part in turn.parts if part.attends]


def test_what_is_expected_adds_up() -> None:
    expected = plan.expected(YEAR)
    for cells in (expected.regions, expected.months):
        totals: Counter[str] = Counter()
        for (_, stage), count in cells.items():
            totals[stage] += count
        assert totals == {"issued": 2000, "redeemed": 625, "completed": 585, "certified": 500}
    not_refused = sum(expected.frauds[fraud.name.lower()] for fraud in (*FLAGS, *FAULTS))
    assert expected.answers.total() == expected.frauds.total() - not_refused
    assert expected.scans <= expected.answers
    assert expected.rules["R17c"] == ROUNDS


def test_a_stage_is_counted_in_the_month_in_which_it_is_reached() -> None:
    one = plan.Round(OPENS, tuple(part for part in PARTS if part.fate is Fate.CERTIFIED)[:1])
    months = {stage: month for month, stage in plan.expected([one]).months}
    assert months == {"issued": 202601, "redeemed": 202601, "completed": 202603, "certified": 202603}
    assert set(months) == {stage for stage, fates in STAGES.items() if fates}


@pytest.mark.parametrize(("issued", "used"), [(10, 0), (10, 11), (0, 0)])
def test_an_impossible_year_is_not_planned(issued: int, used: int) -> None:
    with pytest.raises(ValueError, match=r"somebody|weights"):
        plan.cast(issued, used, seed=1)
