from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import InvalidToken

from voucher_service.accounts.second_factor import accepted_step, code_at, new_secret, open_sealed, seal
from voucher_service.settings import Secrets

SECRETS = Secrets.drawn()
RFC_6238_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
NOW = datetime(2023, 6, 1, tzinfo=UTC)
STEP = timedelta(seconds=30)


def test_codes_are_those_of_the_standard() -> None:
    assert code_at(RFC_6238_SECRET, datetime.fromtimestamp(59, UTC)) == "287082"
    assert code_at(RFC_6238_SECRET, datetime.fromtimestamp(1234567890, UTC)) == "005924"


@pytest.mark.parametrize(("steps_off", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_phone_may_be_one_step_off(steps_off: int, *, accepted: bool) -> None:
    step = accepted_step(RFC_6238_SECRET, code_at(RFC_6238_SECRET, NOW + steps_off * STEP), 0, NOW)
    assert (step is not None) is accepted


def test_a_code_no_later_than_the_last_one_is_worth_nothing() -> None:
    code = code_at(RFC_6238_SECRET, NOW)
    step = accepted_step(RFC_6238_SECRET, code, 0, NOW)
    assert step is not None
    assert accepted_step(RFC_6238_SECRET, code, step - 1, NOW) == step
    assert accepted_step(RFC_6238_SECRET, code, step, NOW) is None


def test_a_secret_opens_in_its_own_row_only_and_under_rotated_keys() -> None:
    secret = new_secret()
    sealed = seal(SECRETS, 7, secret)
    assert secret.encode() not in sealed
    rotated = Secrets("x", {**SECRETS.field_keys, 2: b"k" * 32}, 2, SECRETS.index_key)
    assert open_sealed(rotated, 7, sealed) == secret
    with pytest.raises(InvalidToken):
        open_sealed(SECRETS, 8, sealed)
