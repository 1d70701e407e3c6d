"""The key directory as it is published: signed by the root key, numbered, and good for a few days only.

    {"format": "tvq1-keys", "version": 1, "sequence": 7, "issued_at": "…Z", "expires_at": "…Z",
     "directory": {"keys": […], "revoked_vouchers": […]}, "root_key": "<64 hex>", "signature": "<128 hex>"}

What is signed with Ed25519, big-endian, behind the domain tag `tvq1:directory:` (15 bytes):

    u8 version = 1    u64 sequence    i64 issued_at    i64 expires_at, microseconds since the Unix epoch, UTC
    32 bytes: SHA-256 of `directory` as JSON with sorted keys, no white space, ASCII only

The directory has the revocation list and no bind keys. `sequence` grows with each change of keys or revocations, so a
verifier that remembers the last one cannot be given an older list; `expires_at` bounds how long one can be kept from
a newer. `root_key` only tells which root to look for: a verifier trusts the one that it was enrolled with.
"""

from __future__ import annotations

import hashlib
import json
import struct
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from voucher_service.clock import to_microseconds
from voucher_service.signing import key_directory
from voucher_service.signing.suites import SUITES

if TYPE_CHECKING:
    from collections.abc import Callable

    from voucher_service.signing.key_directory import KeyDirectory

FORMAT: Final = "tvq1-keys"
VERSION: Final = 1
TAG: Final = b"tvq1:directory:"
GOOD_FOR: Final = timedelta(days=7)
"""Devices off line synchronise once a day; a week survives a long weekend without the network."""

CLOCK_TOLERANCE: Final = timedelta(minutes=5)
ROOT_SUITE: Final = SUITES[1]
_STATEMENT = struct.Struct(">BQqq32s")
_MEMBERS: Final = {"format", "version", "sequence", "issued_at", "expires_at", "directory", "root_key", "signature"}


class DirectoryRefused(ValueError):
    """The published directory is forged, expired, not yet issued or older than one already seen."""


class Opened(NamedTuple):
    """A published directory that was found genuine; keep `sequence` and refuse a lower one from now on."""

    directory: KeyDirectory
    sequence: int
    expires_at: datetime


def publish(directory: KeyDirectory, root_key: bytes, sign: Callable[[bytes], bytes], now: datetime) -> dict[str, Any]:
    """Return the published form of a directory, without its bind keys, signed by the root key."""
    now = now.replace(microsecond=0)
    shown = key_directory.document_of(directory.without_bind_keys())
    statement = _statement(directory.sequence, now, now + GOOD_FOR, shown)
    return {
        "format": FORMAT,
        "version": VERSION,
        "sequence": directory.sequence,
        "issued_at": key_directory.write_instant(now),
        "expires_at": key_directory.write_instant(now + GOOD_FOR),
        "directory": shown,
        "root_key": root_key.hex(),
        "signature": sign(statement).hex(),
    }


def is_published(document: object) -> bool:
    """Say whether a document is, or claims to be, a published directory rather than a bare one."""
    return isinstance(document, dict) and "format" in document


def opened(document: Any, root_key: bytes, at: datetime, sequence_least: int = 0) -> Opened:
    """Return the directory if the root signed it and it is in force and no older than `sequence_least`.

    Raises DirectoryRefused, and ValueError when a genuine signature covers something that is no directory.
    """
    sequence, issued_at, expires_at, signature = _read(document)
    statement = _statement(sequence, issued_at, expires_at, document["directory"])
    if not ROOT_SUITE.verifier(root_key)(signature, statement):
        raise DirectoryRefused("the key directory is not signed by the root key")
    if at > expires_at:
        raise DirectoryRefused(f"the key directory expired at {key_directory.write_instant(expires_at)}")
    if at < issued_at - CLOCK_TOLERANCE:
        raise DirectoryRefused(f"the key directory was issued only at {key_directory.write_instant(issued_at)}")
    if sequence < sequence_least:
        raise DirectoryRefused(f"the key directory has number {sequence}; number {sequence_least} was seen before")
    return Opened(key_directory.read(document["directory"]), sequence, expires_at)


def _read(document: Any) -> tuple[int, datetime, datetime, bytes]:
    try:
        if document.keys() != _MEMBERS or (document["format"], document["version"]) != (FORMAT, VERSION):
            raise DirectoryRefused("this is no published key directory of a known version")
        sequence, signature = document["sequence"], bytes.fromhex(document["signature"])
        if not isinstance(sequence, int) or isinstance(sequence, bool) or not 0 <= sequence < 1 << 63:
            raise DirectoryRefused("the key directory has no number")
        issued_at, expires_at = (key_directory.read_instant(document[name]) for name in ("issued_at", "expires_at"))
    except (AttributeError, KeyError, TypeError, OverflowError) as wrong:
        raise DirectoryRefused(f"the published key directory lacks or misspells {wrong}") from wrong
    return sequence, issued_at, expires_at, signature


def _statement(sequence: int, issued_at: datetime, expires_at: datetime, shown: dict[str, Any]) -> bytes:
    text = json.dumps(shown, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode("ascii")
    digest = hashlib.sha256(text).digest()
    moments = to_microseconds(issued_at), to_microseconds(expires_at)
    return TAG + _STATEMENT.pack(VERSION, sequence, *moments, digest)
