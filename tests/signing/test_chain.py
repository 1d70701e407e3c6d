"""The chain, recomputed here from its definition, and the memory that saves walking it."""

from __future__ import annotations

from hashlib import sha256

import pytest

from tests.golden.drawing import VOUCHER, digits_of, make_directory, make_header, moment_of, open_session, with_byte
from voucher_service.signing import chain, verification, voucher_code
from voucher_service.signing.chain import SeenChains
from voucher_service.signing.errors import CodeBadSignature, CodeOutsideSession
from voucher_service.signing.live_session import LiveSession
from voucher_service.signing.voucher_code import RotatingCode

HEADER = make_header(lifetime=1)
SESSION = open_session(HEADER)
DIRECTORY = make_directory()


def next_value(index: int, value: bytes) -> bytes:
    start = HEADER.start_minute.to_bytes(3, "big")
    return sha256(b"tvq1:chain:" + VOUCHER.to_bytes(8, "big") + start + index.to_bytes(2, "big") + value).digest()[:16]


def test_it_is_what_its_definition_says() -> None:
    value = SESSION.y0
    for index in range(120):
        shown = voucher_code.parse(SESSION.code_of_step(119 - index))
        assert isinstance(shown, RotatingCode)
        assert shown.value == value
        value = next_value(index, value)
    assert SESSION.anchor == value


def test_a_phone_shows_the_step_of_the_moment_and_nothing_outside_its_session() -> None:
    assert SESSION.code_at(moment_of(5, seconds=29)) == SESSION.code_of_step(5)
    for outside in (moment_of(0, seconds=-1), moment_of(120)):
        with pytest.raises(CodeOutsideSession):
            SESSION.code_at(outside)


def verify(session: LiveSession, step: int, seen: SeenChains) -> int | None:
    return verification.verify(session.code_of_step(step), DIRECTORY, moment_of(step), seen=seen).step


def test_steps_in_any_order_are_verified_over_links_seen_before() -> None:
    seen = SeenChains()
    for step in (60, 10, 11, 119, 0, 60, 118):
        assert verify(SESSION, step, seen) == step
    assert len(seen) == 1


def test_a_link_seen_before_saves_the_walk() -> None:
    seen, hashed = SeenChains(), []

    def digest(data: bytes) -> bytes:
        hashed.append(data)
        return sha256(data).digest()

    verify(SESSION, 100, seen)
    value = chain.value_at(SESSION.y0, 18, HEADER, digest)
    hashed.clear()
    anchor = seen.anchor_from(HEADER.to_bytes(), value, 18, chain.link_prefix(HEADER.to_bytes()), digest)
    assert anchor == SESSION.anchor
    assert len(hashed) == 1


@pytest.mark.parametrize("step", [59, 60, 61])
def test_an_altered_value_is_refused_whatever_was_seen(step: int) -> None:
    seen = SeenChains()
    verify(SESSION, 60, seen)
    altered = digits_of(with_byte(voucher_code.to_bytes(SESSION.code_of_step(step)), 25, 0))
    with pytest.raises(CodeBadSignature):
        verification.verify(altered, DIRECTORY, moment_of(step), seen=seen)


def test_the_memory_is_bounded_and_forgets_the_oldest() -> None:
    seen = SeenChains(sessions_max=2)
    sessions = [open_session(make_header(lifetime=1, voucher_id=voucher_id)) for voucher_id in (1, 2, 3)]
    for session in (sessions[0], sessions[1], sessions[0], sessions[2]):
        verify(session, 1, seen)
    assert len(seen) == 2
    prefixes = [chain.link_prefix(session.header.to_bytes()) for session in sessions]
    remembered = [
        seen.anchor_from(session.header.to_bytes(), session.y0, 0, prefix, lambda data: sha256(data).digest())
        for session, prefix in zip(sessions, prefixes, strict=True)
    ]
    assert [anchor is not None for anchor in remembered] == [True, False, True]
