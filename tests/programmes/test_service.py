"""Programmes: open days, remembered numbers, standards by day, and a budget that is never overrun."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from voucher_service.database import db, unit_of_work
from voucher_service.demo.loading import BUDGET_FEN
from voucher_service.errors import NotFound
from voucher_service.identifiers import new_id
from voucher_service.programmes import service
from voucher_service.programmes.errors import BudgetExhausted, ProgrammeNotRunning, RulePackMissing, StandardMissing
from voucher_service.programmes.models import Allotment, RulePack, Standard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voucher_service.demo.loading import City

DAY = date(2023, 6, 1)


@pytest.fixture
def left_fen(city: City) -> Iterator[int]:
    """What is left of the budget; whatever a test promises is taken back after it."""
    before = committed_fen(city)
    yield BUDGET_FEN - before
    with unit_of_work():
        service.get(city.programme_id).committed_fen = before


def committed_fen(city: City) -> int:
    with unit_of_work():
        return service.get(city.programme_id).committed_fen


@pytest.mark.parametrize(
    ("day", "open_then"), [("2022-12-31", 0), ("2023-01-01", 1), ("2023-12-31", 1), ("2024-01-01", 0)]
)
@pytest.mark.usefixtures("city")
def test_a_programme_is_open_from_its_first_day_to_its_last(day: str, open_then: int) -> None:
    found = service.open_programmes(411202, date.fromisoformat(day))
    assert len(found) == open_then
    assert [offer.left for offer in found] == [offer.allotment.quota for offer in found]


def test_a_closed_programme_is_refused(city: City) -> None:
    assert service.require_running(city.programme_id, DAY).code == "2023"
    with pytest.raises(ProgrammeNotRunning) as refused:
        service.require_running(city.programme_id, date(2024, 1, 1))
    assert "2024-01-01" in refused.value.sentence_en
    with pytest.raises(NotFound):
        service.require_running(city.programme_id + 1, DAY)


def test_a_public_number_names_one_share_both_ways(city: City) -> None:
    for row in db.session.scalars(select(Allotment)).all():
        share = service.allotment_by_public_no(row.public_no)
        assert (share.region_id, share.programme_id) == (row.region_id, city.programme_id)
        assert service.share(row.region_id, city.programme_id) == share
    with pytest.raises(NotFound):
        service.allotment_by_public_no(0)


def test_a_public_number_is_remembered(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    share = service.share(411202, city.programme_id)
    service.allotment_by_public_no(share.public_no)
    monkeypatch.setattr(service, "db", None)
    assert service.allotment_by_public_no(share.public_no) == share
    assert service.share(411202, city.programme_id) == share


@pytest.mark.usefixtures("city")
def test_the_pack_in_force_is_the_latest_that_has_begun() -> None:
    with unit_of_work():
        db.session.add(RulePack(rule_pack_id=9, effective_from=date(2023, 9, 1), numbers={"trainees_max": 60}))
    assert service.rule_numbers(service.rule_pack_in_force(date(2023, 8, 31)))["trainees_max"] == 80
    assert service.rule_numbers(service.rule_pack_in_force(date(2023, 9, 1)))["trainees_max"] == 60
    with pytest.raises(RulePackMissing):
        service.rule_pack_in_force(date(2022, 12, 31))
    with pytest.raises(NotFound):
        service.rule_numbers(10)


@pytest.mark.usefixtures("city")
def test_the_standard_is_that_of_the_day() -> None:
    offer = ("DM01", "junior", "skill_level")
    later = Standard(
        standard_id=new_id(),
        effective_from=date(2023, 10, 1),
        occupation_code="DM01",
        level="junior",
        certificate_type="skill_level",
        amount_fen=1,
    )
    with unit_of_work():
        db.session.add(later)
    assert service.standard_fen(*offer, date(2023, 9, 30)) == 96_000
    assert service.standard_fen(*offer, date(2023, 10, 1)) == 1
    with pytest.raises(StandardMissing):
        service.standard_fen("DM01", "junior", "completion", DAY)
    with pytest.raises(StandardMissing):
        service.standard_fen(*offer, date(2022, 12, 31))


def test_the_last_fen_can_be_promised_and_no_more(city: City, left_fen: int) -> None:
    with unit_of_work():
        service.commit_budget(city.programme_id, left_fen)
    with pytest.raises(BudgetExhausted) as refused, unit_of_work():
        service.commit_budget(city.programme_id, 1)
    assert refused.value.figures == {"asked_fen": 1, "left_fen": 0}
    with unit_of_work():
        service.give_back_budget(city.programme_id, 1)
        service.commit_budget(city.programme_id, 1)


def test_a_refused_promise_leaves_the_budget_alone(city: City, left_fen: int) -> None:
    with pytest.raises(BudgetExhausted), unit_of_work():
        service.commit_budget(city.programme_id, left_fen + 1)
    assert committed_fen(city) == BUDGET_FEN - left_fen


def test_nothing_is_given_back_that_was_not_promised(city: City, left_fen: int) -> None:
    with pytest.raises(ValueError, match="more is given back"), unit_of_work():
        service.give_back_budget(city.programme_id, BUDGET_FEN - left_fen + 1)
