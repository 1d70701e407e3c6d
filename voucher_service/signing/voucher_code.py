"""The bytes of a voucher code, layout TVQ/1, and their decimal text.

Integers are big-endian; the text is the bytes as one decimal number, zero-padded to the length of its type.

    off len  field
      0   1  bits 7-5 version 1 | bits 4-3 type: 0 static, 1 rotating, 2 list | bits 2-0 suite
      1   1  flags: bit 0 sandbox, 1 face value present, 2 on-site identity check; bits 3-7 are 0
      2   2  key id
      4   8  voucher id
     12   3  programme number
     15   3  start, minutes since 2024-01-01T00:00:00Z
     18   1  lifetime: hours 1-72 (rotating), days 1-255 (static)
     19   2  face value in yuan, 0 when not disclosed
     21   3  holder tag                          -- here the 24-byte header ends
     24  64  static: the signature                         88 bytes, 212 digits
     24   1  rotating: step modulo 256
     25  16  rotating: chain value
     41  64  rotating: the signature                      105 bytes, 253 digits

A list code is byte 0, voucher id, step and chain value: 26 bytes, 63 digits.
Signed are "tvq1:rotating:" ‖ header ‖ anchor, and "tvq1:static:" ‖ header.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Final, NamedTuple

from voucher_service.signing.errors import CodeMalformed, CodeReservedBits, CodeUnsupported

EPOCH: Final = datetime(2024, 1, 1, tzinfo=UTC)
STEP: Final = timedelta(seconds=30)
_MINUTE: Final = timedelta(minutes=1)
STEPS_A_MINUTE: Final = 2
STEPS_AN_HOUR: Final = 120
STEPS_A_DAY: Final = 2880
ROTATING_HOURS_MAX: Final = 72
VERSION: Final = 1

SANDBOX: Final = 0b001
FACE_VALUE_PRESENT: Final = 0b010
ON_SITE_CHECK: Final = 0b100
_RESERVED_FLAGS: Final = 0b1111_1000

_HEADER: Final = struct.Struct(">BBHq3s3sBH3s")
HEADER_LENGTH: Final = _HEADER.size
_ROTATING: Final = struct.Struct(">24sB16s64s")
_STATIC: Final = struct.Struct(">24s64s")
_LIST: Final = struct.Struct(">BqB16s")


class CodeType(IntEnum):
    STATIC = 0
    ROTATING = 1
    LIST = 2

    @property
    def letter(self) -> str:
        return "SRL"[self]


_BYTES: Final = {253: _ROTATING.size, 212: _STATIC.size, 63: _LIST.size}
_DIGITS: Final = {length: digits for digits, length in _BYTES.items()}
_KINDS: Final = {
    VERSION << 5 | code_type << 3 | suite: (length, code_type, suite)
    for code_type, length in (
        (CodeType.STATIC, _STATIC.size),
        (CodeType.ROTATING, _ROTATING.size),
        (CodeType.LIST, _LIST.size),
    )
    for suite in (1, 2, 3)
}
"""First byte to the only length, type and suite that it may stand for; anything else is unsupported."""


class Header(NamedTuple):
    """What the city says about a voucher, and signs; no person is in it but for the keyed holder tag."""

    code_type: CodeType
    suite: int
    flags: int
    kid: int
    voucher_id: int
    """Signed 64-bit."""
    programme_number: int
    start_minute: int
    """Minutes since `EPOCH`: of the session (rotating) or of the issue (static)."""
    lifetime: int
    """Hours of a rotating code, days of a static one."""
    amount_yuan: int
    holder_tag: bytes

    @property
    def start(self) -> datetime:
        return EPOCH + self.start_minute * _MINUTE

    @property
    def steps(self) -> int:
        """Length of the session in steps of 30 s."""
        return self.lifetime * (STEPS_AN_HOUR if self.code_type is CodeType.ROTATING else STEPS_A_DAY)

    def to_bytes(self) -> bytes:
        """Return the 24 bytes; struct.error or OverflowError when a field does not fit."""
        return _HEADER.pack(
            VERSION << 5 | self.code_type << 3 | self.suite,
            self.flags,
            self.kid,
            self.voucher_id,
            self.programme_number.to_bytes(3, "big"),
            self.start_minute.to_bytes(3, "big"),
            self.lifetime,
            self.amount_yuan,
            self.holder_tag,
        )

    @classmethod
    def from_bytes(cls, header: bytes) -> Header:
        """Read 24 bytes whose first is known to be supported; raises CodeReservedBits."""
        first, flags, kid, voucher_id, programme, start, lifetime, amount, tag = _HEADER.unpack(header)
        if flags & _RESERVED_FLAGS:
            raise CodeReservedBits
        _, code_type, suite = _KINDS[first]
        from_bytes = int.from_bytes
        return cls(
            code_type, suite, flags, kid, voucher_id, from_bytes(programme), from_bytes(start), lifetime, amount, tag
        )


class RotatingCode(NamedTuple):
    header: Header
    signed_header: bytes
    step_byte: int
    value: bytes
    """The chain value of this step, 16 bytes."""
    signature: bytes

    def to_bytes(self) -> bytes:
        return _ROTATING.pack(self.signed_header, self.step_byte, self.value, self.signature)


class StaticCode(NamedTuple):
    header: Header
    signed_header: bytes
    signature: bytes

    def to_bytes(self) -> bytes:
        return _STATIC.pack(self.signed_header, self.signature)


class ListCode(NamedTuple):
    suite: int
    voucher_id: int
    step_byte: int
    value: bytes

    def to_bytes(self) -> bytes:
        first = VERSION << 5 | CodeType.LIST << 3 | self.suite
        return _LIST.pack(first, self.voucher_id, self.step_byte, self.value)


def rotating_message(signed_header: bytes, anchor: bytes) -> bytes:
    return b"tvq1:rotating:" + signed_header + anchor


def static_message(signed_header: bytes) -> bytes:
    return b"tvq1:static:" + signed_header


def steps_since_epoch(moment: datetime) -> int:
    return (moment - EPOCH) // STEP


def minutes_since_epoch(moment: datetime) -> int:
    return (moment - EPOCH) // _MINUTE


def to_digits(code: bytes) -> str:
    """Write the bytes of a code as its decimal text."""
    return str(int.from_bytes(code)).zfill(_DIGITS[len(code)])


def to_bytes(digits: str) -> bytes:
    """Read decimal text; raises CodeMalformed."""
    length = _BYTES.get(len(digits))
    if length is None or not digits.isascii() or not digits.isdigit():
        raise CodeMalformed
    try:
        return int(digits).to_bytes(length)
    except OverflowError:
        raise CodeMalformed from None


def parse(digits: str) -> RotatingCode | StaticCode | ListCode:
    """Read a code's text; raises CodeMalformed, CodeUnsupported, CodeReservedBits."""
    code = to_bytes(digits)
    kind = _KINDS.get(code[0])
    if kind is None or kind[0] != len(code):
        raise CodeUnsupported
    if kind[1] is CodeType.ROTATING:
        signed_header, step_byte, value, signature = _ROTATING.unpack(code)
        return RotatingCode(Header.from_bytes(signed_header), signed_header, step_byte, value, signature)
    if kind[1] is CodeType.STATIC:
        signed_header, signature = _STATIC.unpack(code)
        return StaticCode(Header.from_bytes(signed_header), signed_header, signature)
    _, voucher_id, step_byte, value = _LIST.unpack(code)
    return ListCode(kind[2], voucher_id, step_byte, value)
