"""The golden vectors, which verifiers in other languages must agree with too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.golden import make_vectors
from tests.golden.verdicts import VERDICTS
from voucher_service.signing import errors, key_directory, verification
from voucher_service.signing.chain import SeenChains

GOLDEN = Path(__file__).parent.parent / "golden"
VECTORS = json.loads((GOLDEN / "vectors.json").read_text(encoding="ascii"))
DIRECTORY = key_directory.load(json.dumps(VECTORS["directory"]))


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_each_vector_gets_its_verdict(case: dict[str, Any]) -> None:
    at = key_directory.read_instant(case["at"])
    verdict = verification.judge(
        case["digits"], DIRECTORY, at, case["offline"], id_number=case["id"], name=case["name_given"]
    )
    assert verdict == case["expect"]


@pytest.mark.parametrize("case", [case for case in VECTORS["cases"] if "redemption" in case], ids=lambda c: c["name"])
def test_a_printed_code_does_not_redeem_alone(case: dict[str, Any]) -> None:
    verified = verification.verify(case["digits"], DIRECTORY, key_directory.read_instant(case["at"]))
    assert not verified.redeems_alone
    assert case["redemption"] == errors.CodeStaticNeedsPersonCheck.code


def test_chains_seen_before_change_no_verdict() -> None:
    seen = SeenChains()
    for case in VECTORS["cases"] * 2:
        window = verification.OFFLINE_WINDOW if case["offline"] else verification.ONLINE_WINDOW
        try:
            verification.verify(case["digits"], DIRECTORY, key_directory.read_instant(case["at"]), window, seen)
            verdict = "ok"
        except errors.CodeRefusal as refusal:
            verdict = refusal.code
        assert verdict == case["expect"]["verdict"], case["name"]


def test_the_file_is_what_its_script_draws() -> None:
    assert make_vectors.make_vectors() == (GOLDEN / "vectors.json").read_text(encoding="ascii")


def test_every_refusal_of_the_contract_has_a_vector() -> None:
    verdicts = {case["expect"]["verdict"] for case in VECTORS["cases"]}
    assert verdicts == VERDICTS
