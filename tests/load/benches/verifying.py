"""`verify`: a full live code, from digits to verdict, against nothing but its Ed25519 signature, in one process.

The limit is OpenSSL's verification, which most programs would use; the service's own is libsodium's, twice as fast.

A code costs one hash for each step from it to the nearest link that this process knows: the anchor, or what it has
seen of the session before. Those hashes come one after the other, 2,880 for a session of a day that nobody here has
seen, and no order of work can save them; so that line has no aim. The service's own sessions end after two hours.
"""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.load.benches.pairs import Pairs, take_turns
from voucher_service.signing import voucher_code
from voucher_service.signing.chain import SeenChains
from voucher_service.signing.key_directory import KeyDirectory, make_key
from voucher_service.signing.live_session import LiveSession
from voucher_service.signing.suites import SUITES
from voucher_service.signing.verification import verify
from voucher_service.signing.voucher_code import CodeType, Header

if TYPE_CHECKING:
    from collections.abc import Callable

START: Final = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class Session(NamedTuple):
    """How old the session is, how long ago this process saw its last code, and the ratio to reach."""

    name: str
    age: timedelta
    seen_ago: timedelta | None
    aim: float | None


SESSIONS: Final = (
    Session("fresh", timedelta(0), None, 0.9),
    Session("2 h old, never seen", timedelta(hours=2), None, None),
    Session("24 h old, seen an hour ago", timedelta(hours=24), timedelta(hours=1), 0.45),
    Session("24 h old, never seen", timedelta(hours=24), None, None),
)


def measure(seconds: float, pairs: int) -> dict[str, Any]:
    return {"lines": [_measure(session, seconds, pairs).as_document() for session in SESSIONS]}


def _measure(session: Session, seconds: float, pairs: int) -> Pairs:
    suite, secret = SUITES[1], SUITES[1].new_secret()
    key = make_key(
        1, suite, suite.public_key(secret), None, not_before=START - timedelta(days=1), not_after=START + timedelta(365)
    )
    directory = KeyDirectory({1: key}, frozenset())
    header = Header(CodeType.ROTATING, 1, 0, 1, 7, 9, voucher_code.minutes_since_epoch(START), 72, 0, b"tag")
    phone = LiveSession(secrets.token_bytes(16), header, b"")
    message = voucher_code.rotating_message(header.to_bytes(), phone.anchor)
    phone = phone._replace(signature=suite.signer(secret)(message))
    moment = START + session.age
    digits = phone.code_at(moment)
    memory = _seen(phone, moment - session.seen_ago) if session.seen_ago else None
    bare = Ed25519PublicKey.from_public_bytes(key.public_key).verify

    def full() -> None:
        seen = memory() if memory else None
        assert verify(digits, directory, moment, seen=seen).voucher_id == header.voucher_id

    def signature_alone() -> None:
        bare(phone.signature, message)

    ours, limit = take_turns(pairs, lambda _: _rate(full, seconds), lambda _: _rate(signature_alone, seconds))
    return Pairs(
        f"verify a code, session {session.name}", "its Ed25519 signature alone, by OpenSSL", session.aim, ours, limit
    )


def _seen(phone: LiveSession, moment: datetime) -> Callable[[], SeenChains]:
    """Return what makes a memory anew that has seen the code of `moment`: each verification would move it on."""
    code = voucher_code.parse(phone.code_at(moment))
    assert isinstance(code, voucher_code.RotatingCode)
    step = voucher_code.steps_since_epoch(moment) - phone.header.start_minute * voucher_code.STEPS_A_MINUTE
    link = (code.signed_header, code.value, phone.header.steps - 1 - step, phone.anchor)

    def remembering() -> SeenChains:
        seen = SeenChains()
        seen.remember(*link)
        return seen

    return remembering


def _rate(act: Callable[[], None], seconds: float) -> float:
    """Do `act` for about so long; return how many times a second."""
    done, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        for _ in range(20):
            act()
        done += 20
    return done / spent
