"""Identifiers: 64 random bits, a signed BIGINT in the database and 16 lower-case hex digits outside.

Random and never sequential, so that an id tells nothing about how many exist and cannot be guessed along.
"""

from __future__ import annotations

import re
import secrets

_HEX = re.compile(r"[0-9a-f]{16}")


def new_id() -> int:
    """Return a fresh identifier in the signed 64-bit range; never 0."""
    while (drawn := secrets.randbits(64)) == 0:
        pass
    return to_signed(drawn)


def to_signed(unsigned: int) -> int:
    """Fold 0..2**64-1 onto the signed 64-bit range that BIGINT holds."""
    return unsigned - (1 << 64) if unsigned >> 63 else unsigned


def to_unsigned(signed: int) -> int:
    return signed & 0xFFFF_FFFF_FFFF_FFFF


def to_hex(identifier: int) -> str:
    return f"{to_unsigned(identifier):016x}"


def from_hex(text: str) -> int:
    """Read 16 lower-case hex digits; anything else raises ValueError."""
    if not _HEX.fullmatch(text):
        message = "an identifier is 16 lower-case hex digits"
        raise ValueError(message)
    return to_signed(int(text, 16))
