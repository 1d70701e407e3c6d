"""A small year through a service that the command starts itself, and through one that runs already, over real HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from voucher_service.cli import main
from voucher_service.simulation.local_service import LocalService


def simulate(*arguments: str, **environment: str) -> dict[str, Any]:
    """Run the command and return its document; a year that is not as it should be fails the test."""
    ran = CliRunner().invoke(main, ["simulate", *arguments, "--json"], env=environment)
    assert ran.exit_code == 0, ran.output
    told: dict[str, Any] = json.loads(ran.stdout)
    assert told["differences"] == []
    return told


def test_a_small_year_is_counted_as_it_was_played(empty_database_url: str) -> None:
    told = simulate("--issued", "40", "--used", "10", "--seed", "1", DATABASE_URL=empty_database_url)
    assert told["ledger"] == {"green": True, "violations": []}
    assert told["funnel"]["total"] == {"issued": 40, "redeemed": 14, "completed": 13, "certified": 10, "paid": 0}
    assert told["refused"] == told["expected_refused"]
    assert told["refused"]["scans"]["already_redeemed"] == 2
    assert told["refused"]["answers"]["certificate_older_than_training"] == 1
    assert {rule: told["refused"]["rules"][rule] for rule in ("R05", "R10", "R17c", "R17f", "R19")} == dict.fromkeys(
        ("R05", "R10", "R17c", "R17f", "R19"), 4
    )
    caught = ("satisfaction_too_low", "repair_not_over", "class_lost_subsidy", "voucher_not_in_state")
    assert [told["refused"]["answers"][code] for code in (*caught, "hold_opinion_twice")] == [1] * 5
    assert (told["frauds"]["absent"], told["frauds"]["twice_on_roster"]) == (1, 4)
    assert told["rates"][-1]["verb"] == "total"
    assert told["rates"][-1]["requests"] == sum(rate["requests"] for rate in told["rates"][:-1])
    assert told["people_per_second"] > 0


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalService:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return LocalService(tmp_path)


def test_a_year_on_a_running_service_is_checked_where_its_ledger_is_at_hand(
    running: LocalService, tmp_path: Path
) -> None:
    asked = ("--issued", "10", "--used", "3", "--url", running.address, "--workers", "2")
    with running.running():
        beside = simulate(*asked, "--seed", "1", DATA_DIR=str(tmp_path))
        elsewhere = simulate(*asked, "--seed", "2", DATA_DIR=str(tmp_path / "elsewhere"))
    assert beside["ledger"] == {"green": True, "violations": []}
    assert elsewhere["ledger"] is None
    assert not (tmp_path / "elsewhere").exists()


def test_it_says_in_words_what_was_tried_and_how_it_ended(running: LocalService) -> None:
    with running.running():
        asked = ["simulate", "--issued", "10", "--used", "3", "--url", running.address]
        told = CliRunner().invoke(main, asked, env={"DATA_DIR": "nowhere"}).output
    assert "tried one_too_many: 1, each refused as class_breaks_rules R17c" in told
    assert "refused by rule R17c: 1 (expected in this year 1)" in told
    assert "people a second" in told
    assert "counts: as expected" in told
    assert "the ledger was not checked" in told


@pytest.mark.parametrize(
    "arguments", [("--issued", "5", "--used", "6"), ("--url", "http://127.0.0.1:9", "--used", "1")]
)
def test_a_year_that_cannot_be_played_ends_in_one_line(arguments: tuple[str, ...]) -> None:
    ran = CliRunner().invoke(main, ["simulate", *arguments])
    assert ran.exit_code == 1
    assert "Error: " in ran.output
    assert "Traceback" not in ran.output


def test_an_address_without_a_scheme_is_a_wrong_option() -> None:
    ran = CliRunner().invoke(main, ["simulate", "--url", "localhost:8000"])
    assert ran.exit_code == 2
    assert "--url" in ran.output
