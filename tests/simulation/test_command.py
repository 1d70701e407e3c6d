"""A small year through a service that the command starts itself, over real HTTP."""

from __future__ import annotations

import json

from click.testing import CliRunner

from voucher_service.cli import main


def test_a_small_year_is_counted_as_it_was_played() -> None:
    ran = CliRunner().invoke(main, ["simulate", "--issued", "40", "--used", "10", "--seed", "1", "--json"])
    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.stdout)
    assert told["differences"] == []
    assert told["ledger"] == {"green": True, "violations": []}
    assert told["funnel"]["total"] == {"issued": 40, "redeemed": 13, "completed": 12, "certified": 10, "paid": 0}
    assert told["refusals"] == {
        "already_redeemed": 1,
        "class_not_open": 1,
        "code_stale": 1,
        "holder_mismatch": 1,
    }
