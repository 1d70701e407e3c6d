"""The rotating code of a session: what the screen shows, as a link in a picture and as eight digits.

    off len field
     0   1  version, 1
     1   8  class id, signed big-endian
     9   2  session number
    11   4  step: whole `step_seconds` since 1970
    15   8  tag: bytes 0-7 of HMAC-SHA-256, under the session's secret, of "tvq1:roll-code:" and bytes 0-14

The digits are bytes 8-15 of the same HMAC modulo 10^8, so that neither form gives the other away. The secret is
HMAC-SHA-256, under the service's session key, of "tvq1:roll-secret:", region (4), class id (8), session number (2) and
the 16 bytes that were drawn when the session was first called: a stolen database yields no code.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Final, NamedTuple

from voucher_service.clock import from_microseconds, to_microseconds

VERSION: Final = 1
LENGTH: Final = 23
DIGITS: Final = 8
_SIGNED: Final = 15
_STEP_LENGTH: Final = 4
_SECOND: Final = 1_000_000


class RollCode(NamedTuple):
    """One code as it stands on the screen during one step."""

    class_id: int
    session_no: int
    step: int
    tag: bytes
    digits: str

    def to_bytes(self) -> bytes:
        return _header(self.class_id, self.session_no, self.step) + self.tag


class Read(NamedTuple):
    """What a code says of itself before anybody has looked whether it is true."""

    class_id: int
    session_no: int
    step: int
    tag: bytes


def secret_of(session_key: bytes, region_id: int, class_id: int, session_no: int, salt: bytes) -> bytes:
    """Return the 32 bytes from which one session's codes are made."""
    told = region_id.to_bytes(4, "big") + class_id.to_bytes(8, "big", signed=True) + session_no.to_bytes(2, "big")
    return hmac.digest(session_key, b"tvq1:roll-secret:" + told + salt, "sha256")


def make(secret: bytes, class_id: int, session_no: int, step: int) -> RollCode:
    mac = hmac.digest(secret, b"tvq1:roll-code:" + _header(class_id, session_no, step), "sha256")
    digits = f"{int.from_bytes(mac[8:16], 'big') % 10**DIGITS:0{DIGITS}d}"
    return RollCode(class_id, session_no, step, mac[:8], digits)


def read(code: bytes) -> Read:
    """Take a code apart; ValueError unless it has this version's shape."""
    if len(code) != LENGTH or code[0] != VERSION:
        raise ValueError("not a sign-in code of version 1")
    class_id, session_no = int.from_bytes(code[1:9], "big", signed=True), int.from_bytes(code[9:11], "big")
    return Read(class_id, session_no, int.from_bytes(code[11:_SIGNED], "big"), code[_SIGNED:])


def is_genuine(secret: bytes, told: Read) -> bool:
    """Whether the session's secret made this code, whenever that was."""
    return hmac.compare_digest(make(secret, told.class_id, told.session_no, told.step).tag, told.tag)


def step_at(moment: datetime, step_seconds: int) -> int:
    return to_microseconds(moment) // (step_seconds * _SECOND)


def end_of_step(step: int, step_seconds: int) -> datetime:
    return from_microseconds((step + 1) * step_seconds * _SECOND)


def _header(class_id: int, session_no: int, step: int) -> bytes:
    return (
        bytes((VERSION,))
        + class_id.to_bytes(8, "big", signed=True)
        + session_no.to_bytes(2, "big")
        + step.to_bytes(_STEP_LENGTH, "big")
    )
