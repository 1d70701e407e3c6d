"""The bytes of a sign-in code are these and no others: golden ones are made anew, tampered ones are not believed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from voucher_service.roll_calls import codes

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parent / "golden" / "roll-codes.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", GOLDEN["codes"], ids=lambda case: case["name"])
def test_the_golden_codes_are_made_anew(case: dict[str, Any]) -> None:
    salt = bytes.fromhex(case["salt"])
    secret = codes.secret_of(
        case["session_key"].encode(), case["region_id"], case["class_id"], case["session_no"], salt
    )
    made = codes.make(secret, case["class_id"], case["session_no"], case["step"])
    assert (secret.hex(), made.to_bytes().hex(), made.digits) == (case["secret"], case["code"], case["digits"])
    told = codes.read(bytes.fromhex(case["code"]))
    assert (told.class_id, told.session_no, told.step) == (case["class_id"], case["session_no"], case["step"])
    assert codes.is_genuine(secret, told)


@pytest.mark.parametrize("case", GOLDEN["tampered"], ids=lambda case: case["name"])
def test_the_tampered_codes_are_not_believed(case: dict[str, Any]) -> None:
    secret, code = bytes.fromhex(case["secret"]), bytes.fromhex(case["code"])
    if case["malformed"]:
        with pytest.raises(ValueError, match="not a sign-in code"):
            codes.read(code)
    else:
        assert not codes.is_genuine(secret, codes.read(code))


def test_no_changed_bit_is_believed() -> None:
    case = GOLDEN["codes"][0]
    secret, code = bytes.fromhex(case["secret"]), bytes.fromhex(case["code"])
    for place in range(8, codes.LENGTH * 8):
        bent = bytearray(code)
        bent[place // 8] ^= 1 << place % 8
        assert not codes.is_genuine(secret, codes.read(bytes(bent)))


def test_a_step_begins_with_its_second_and_ends_with_the_next() -> None:
    moment = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
    step = codes.step_at(moment, 30)
    assert codes.step_at(moment + timedelta(seconds=29, microseconds=999_999), 30) == step
    assert codes.step_at(moment + timedelta(seconds=30), 30) == step + 1
    assert codes.end_of_step(step, 30) == moment + timedelta(seconds=30)
