"""The benches measure what they say they measure; how fast that is depends on the machine and is nobody's failure."""

from __future__ import annotations

import json
import sys

import pytest

from tests.load.benches import decoding, reporting
from tests.load.benches.__main__ import main, measure

pytestmark = pytest.mark.load


def test_every_voucher_that_either_side_says_it_redeemed_is_redeemed() -> None:
    document = measure("redeem", seconds=0.1, pairs=1)
    assert document["redeemed_counted"] == document["redeemed_said"] > 0
    assert document["statements_each"] <= 2
    assert document["durability"]["fsync"] == document["durability"]["synchronous_commit"] == "on"
    assert document["lines"][0]["ratio"] > 0


def test_verification_is_held_against_the_bare_signature() -> None:
    document = measure("verify", seconds=0.05, pairs=2)
    assert {"seed", "machine", "lines"} <= document.keys()
    assert all(len(line["ours"]) == len(line["limit"]) == 2 for line in document["lines"])
    assert all(line["ratio"] > 0 for line in document["lines"])


def test_every_voucher_that_either_side_says_it_claimed_is_there() -> None:
    document = measure("claim", seconds=0.1, pairs=1)
    assert document["claimed_counted"] == document["claimed_said"] > 0
    assert document["lines"][0]["ratio"] > 0


def test_the_funnels_count_the_vouchers_that_they_are_measured_beside() -> None:
    document = reporting.measure(seconds=0.1, pairs=1, small=200, large=6000)
    assert document["issued"] == {"small": 200, "large": 6000}


def test_every_voucher_that_either_side_says_it_redeemed_on_sqlite_is_redeemed() -> None:
    document = measure("embedded", seconds=0.1, pairs=1)
    assert document["redeemed_counted"] == document["redeemed_said"] > 0
    assert document["durability"] == document["durability"] | {"synchronous": "FULL", "journal_mode": "wal"}
    assert [line["unit"] for line in document["lines"]] == ["/s", " ms"]
    assert all(line["ratio"] > 0 for line in document["lines"])


def test_sealing_is_measured_until_the_last_redemption_is_sealed() -> None:
    document = measure("sealing", seconds=0.1, pairs=1)
    assert document["facts_sealed"] == document["redeemed_counted"] > 0
    assert document["durability"]["fsync"] == "on"
    assert document["lines"][0]["ratio"] > 0


def test_every_row_of_an_imported_roster_is_checked() -> None:
    document = measure("import", seconds=0.1, pairs=1)
    assert document["rows"] == 20_000
    assert document["times_slower"] > 0
    assert document["kib_above_at_20000_rows"] < 32 * 1024


def test_the_picture_is_measured_in_both_forms() -> None:
    document = measure("picture", seconds=0.02, pairs=1)
    assert {"seed", "machine"} <= document.keys()
    assert len(document["lines"]) == 2
    assert all(line["ratio"] > 0 for line in document["lines"])


def test_a_start_is_measured_to_its_first_answer() -> None:
    document = measure("start", seconds=0.1, pairs=1)
    imported, answered = (line["limit_median"] for line in document["lines"])
    assert 0 < imported < answered


def test_every_bench_says_what_is_needed_to_run_it_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = ["scripts/bench", "picture", "--seconds", "0.01", "--pairs", "1", "--json"]
    monkeypatch.setattr(sys, "argv", wanted)
    assert main() in {0, 1}
    document = json.loads(capsys.readouterr().out)
    assert {"bench", "seed", "machine", "lines"} <= document.keys()
    assert {"python", "cores", "packages"} <= document["machine"].keys()


def test_every_reader_that_is_here_reads_the_code_and_none_invents_one() -> None:
    document = decoding.measure(0, 0, holds=2)
    for row in document["table"].values():
        assert sum(score["read"] for score in row.values()) > 0
        assert sum(score["wrong"] for score in row.values()) == 0
    assert document["lines"][0]["limit_median"] == 10
    assert "zxing-cpp" in decoding.page({"seed": 1, **document})
