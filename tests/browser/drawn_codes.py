"""Codes for the two verifiers to disagree on: genuine ones under keys drawn for the run, and mutations of them."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from voucher_service.signing import chain, holder_tag, key_directory, voucher_code
from voucher_service.signing.live_session import LiveSession
from voucher_service.signing.suites import SUITES
from voucher_service.signing.voucher_code import CodeType, Header, StaticCode

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

START = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
PERSON = ("000000199001010018", "张三试")
KIDS = {1: 1, 2: 3}
"""Keys of this run by key id, with their suites."""
REVOKED_VOUCHER = 0x00000000000000A7


class Signer:
    """Keys drawn for this run, and the directory that lists them."""

    def __init__(self) -> None:
        self.secrets = {kid: SUITES[suite].new_secret() for kid, suite in KIDS.items()}
        self.bind_key = secrets.token_bytes(32)

    @property
    def directory_text(self) -> str:
        keys = {
            kid: key_directory.make_key(
                kid,
                SUITES[suite],
                SUITES[suite].public_key(self.secrets[kid]),
                self.bind_key,
                not_before=START - timedelta(days=1),
                not_after=START + timedelta(days=400),
            )
            for kid, suite in KIDS.items()
        }
        return key_directory.dump(key_directory.KeyDirectory(keys, frozenset({REVOKED_VOUCHER})))

    def sign(self, kid: int, message: bytes) -> bytes:
        return SUITES[KIDS[kid]].signer(self.secrets[kid])(message)

    def make_header(self, kid: int = 1, code_type: CodeType = CodeType.ROTATING, **changed: Any) -> Header:
        header = Header(
            code_type=code_type,
            suite=KIDS[kid],
            flags=0,
            kid=kid,
            voucher_id=0x0123456789ABCDEF,
            programme_number=411200,
            start_minute=voucher_code.minutes_since_epoch(START),
            lifetime=1,
            amount_yuan=0,
            holder_tag=bytes(3),
        )._replace(**changed)
        tag = holder_tag.make(SUITES[header.suite], self.bind_key, header.voucher_id, *PERSON)
        return header._replace(holder_tag=tag)

    def open_session(self, header: Header) -> LiveSession:
        y0 = secrets.token_bytes(16)
        anchor = chain.anchor_of(y0, header, SUITES[header.suite].digest)
        return LiveSession(y0, header, self.sign(header.kid, voucher_code.rotating_message(header.to_bytes(), anchor)))

    def print_code(self, header: Header) -> str:
        signature = self.sign(header.kid, voucher_code.static_message(header.to_bytes()))
        return voucher_code.to_digits(StaticCode(header, header.to_bytes(), signature).to_bytes())


class Mutator:
    """Draws questions that are almost genuine: most of a code stands, so that the later questions are reached too."""

    def __init__(self, draw: random.Random, signer: Signer) -> None:
        self._random, self._signer = draw, signer
        self._genuine = [self._make_genuine() for _ in range(40)]
        self._kinds: list[Callable[[bytes], str]] = [
            self._flip_anywhere,
            self._flip_anywhere,
            self._flip_past_the_cheap_questions,
            self._flip_past_the_cheap_questions,
            self._flip_past_the_cheap_questions,
            self._overwrite_header_byte,
            self._change_a_digit,
            self._change_the_text,
            self._change_the_kind,
        ]

    def draw(self) -> dict[str, Any]:
        draw = self._random
        if draw.random() < 0.03:
            code, at = self._make_genuine()
        else:
            code, at = draw.choice(self._genuine)
        digits = draw.choice(self._kinds)(code) if draw.random() < 0.97 else voucher_code.to_digits(code)
        if draw.random() < 0.1:
            at += timedelta(milliseconds=draw.choice([1, 1000, 30_000, 3_600_000]) * draw.randint(-130, 130))
        card = draw.choice([PERSON, PERSON, (PERSON[0], "王五试"), ("00000019900101019X", PERSON[1])])
        shown = draw.random() < 0.3
        return {
            "digits": digits,
            "at": key_directory.write_instant(at),
            "offline": draw.random() < 0.4,
            "id": card[0] if shown else None,
            "name_given": card[1] if shown else None,
        }

    def _make_genuine(self) -> tuple[bytes, datetime]:
        """A genuine code early in its session, whose chain is short, and a moment at which it is shown."""
        draw = self._random
        voucher_id = draw.choice([draw.getrandbits(63), -draw.getrandbits(63) - 1, REVOKED_VOUCHER])
        fields = {
            "kid": draw.choice(list(KIDS)),
            "flags": draw.randrange(8),
            "voucher_id": voucher_id,
            "programme_number": draw.getrandbits(24),
            "amount_yuan": draw.getrandbits(16),
        }
        if draw.random() < 0.25:
            header = self._signer.make_header(code_type=CodeType.STATIC, lifetime=draw.randint(1, 255), **fields)
            at = START + timedelta(seconds=draw.randrange(header.lifetime * 86400))
            return voucher_code.to_bytes(self._signer.print_code(header)), at
        session = self._signer.open_session(self._signer.make_header(lifetime=draw.choice([1, 2, 72]), **fields))
        step = draw.randrange(12)
        at = START + step * voucher_code.STEP + timedelta(milliseconds=draw.randrange(30_000))
        return voucher_code.to_bytes(session.code_of_step(step)), at

    def _flip_anywhere(self, code: bytes) -> str:
        return self._flip(code, range(len(code)))

    def _flip_past_the_cheap_questions(self, code: bytes) -> str:
        """In the voucher id, the programme, the amount, the holder tag, the chain value or the signature."""
        return self._flip(code, [*range(4, 15), *range(19, 24), *range(25, len(code))])

    def _flip(self, code: bytes, offsets: range | list[int]) -> str:
        flipped = bytearray(code)
        for _ in range(self._random.choice([1, 1, 1, 2, 5])):
            flipped[self._random.choice(offsets)] ^= 1 << self._random.randrange(8)
        return voucher_code.to_digits(bytes(flipped))

    def _overwrite_header_byte(self, code: bytes) -> str:
        """Also the step byte, and small numbers more often than their share."""
        offset, byte = self._random.randrange(25), self._random.choice([0, 1, 2, 3, 72, 73, 255, None])
        written = self._random.randrange(256) if byte is None else byte
        return voucher_code.to_digits(code[:offset] + bytes([written]) + code[offset + 1 :])

    def _change_a_digit(self, code: bytes) -> str:
        digits, place = voucher_code.to_digits(code), self._random.randrange(200)
        return digits[:place] + self._random.choice("0123456789") + digits[place + 1 :]

    def _change_the_text(self, code: bytes) -> str:
        """Characters that are no ASCII digits, lengths that are none, and numbers that overflow."""
        digits = voucher_code.to_digits(code)
        place = self._random.randrange(len(digits))
        put = self._random.choice(["", "0", "00", " ", "-", "+", "_", "e", ".", "a", "０", "٣", "²", "𝟘", "\x00"])
        return self._random.choice(
            [
                digits[:place] + put + digits[place + 1 :],
                digits[:place] + put + digits[place:],
                digits[:place],
                "9" + digits[1:],
                "9" * self._random.choice([63, 212, 253]),
                digits[:63],
                digits[:212],
            ]
        )

    def _change_the_kind(self, code: bytes) -> str:
        """Any first byte, and list codes, over the bytes of a code."""
        first = bytes([self._random.choice([self._random.randrange(256), 0b001_01_000 | self._random.randrange(8)])])
        listed = bytes([0b001_10_000 | self._random.randrange(8)]) + code[4:12] + code[24:41]
        return voucher_code.to_digits(self._random.choice([first + code[1:], listed]))
