"""`verify`: a full live code, from digits to verdict, against nothing but its Ed25519 signature, in one process."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.load.benches.pairs import Pairs, take_turns
from voucher_service.signing import voucher_code
from voucher_service.signing.key_directory import KeyDirectory, make_key
from voucher_service.signing.live_session import LiveSession
from voucher_service.signing.suites import SUITES
from voucher_service.signing.verification import verify
from voucher_service.signing.voucher_code import CodeType, Header

if TYPE_CHECKING:
    from collections.abc import Callable

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
AGES = {"fresh": (timedelta(0), 0.9), "24 h old": (timedelta(hours=24), 0.45)}
"""Age of the code's session and the ratio to reach: an old session costs one hash for each step since its start."""


def measure(seconds: float, pairs: int) -> dict[str, Any]:
    measured = [_measure_age(name, *age, seconds, pairs) for name, age in AGES.items()]
    return {"lines": [line.as_document() for line in measured]}


def _measure_age(name: str, age: timedelta, aim: float, seconds: float, pairs: int) -> Pairs:
    suite, secret = SUITES[1], SUITES[1].new_secret()
    key = make_key(
        1, suite, suite.public_key(secret), None, not_before=START - timedelta(days=1), not_after=START + timedelta(365)
    )
    directory = KeyDirectory({1: key}, frozenset())
    header = Header(CodeType.ROTATING, 1, 0, 1, 7, 9, voucher_code.minutes_since_epoch(START), 72, 0, b"tag")
    phone = LiveSession(secrets.token_bytes(16), header, b"")
    message = voucher_code.rotating_message(header.to_bytes(), phone.anchor)
    signature = suite.signer(secret)(message)
    moment = START + age
    digits = phone._replace(signature=signature).code_at(moment)
    bare = suite.verifier(key.public_key)

    def full() -> None:
        assert verify(digits, directory, moment).voucher_id == header.voucher_id

    def signature_alone() -> None:
        assert bare(signature, message)

    ours, limit = take_turns(pairs, lambda _: _rate(full, seconds), lambda _: _rate(signature_alone, seconds))
    return Pairs(f"verify a code, session {name}", "its Ed25519 signature alone", aim, ours, limit)


def _rate(act: Callable[[], None], seconds: float) -> float:
    """Do `act` for about so long; return how many times a second."""
    done, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        for _ in range(20):
            act()
        done += 20
    return done / spent
