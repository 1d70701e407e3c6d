"""The key directory: which public key a key id stands for, while it is in force, and which vouchers are revoked.

It is one JSON file, read by every verifier:

    {"keys": [{"kid": 1, "suite": 1, "public_key": "<hex>", "bind_key": "<hex>", "not_before": "…Z",
               "not_after": "…Z", "status": "active|retired|revoked"}],
     "revoked_vouchers": ["<16 hex>"]}

A retired key signs no more and still verifies. `bind_key` is left out for verifiers that may not check identity cards.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from voucher_service.identifiers import from_hex, to_hex
from voucher_service.signing.errors import CodeKeyRevoked, CodeSuiteMismatch, CodeUnknownKey
from voucher_service.signing.suites import SUITES, Suite, SuiteUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable


class KeyStatus(StrEnum):
    ACTIVE = "active"
    RETIRED = "retired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One entry. `verifies` judges (signature, message); None when this installation lacks the suite's library."""

    kid: int
    suite: Suite
    public_key: bytes
    bind_key: bytes | None = field(repr=False)
    not_before: datetime
    not_after: datetime
    status: KeyStatus
    verifies: Callable[[bytes, bytes], bool] | None = field(repr=False, compare=False)

    def is_in_force(self, at: datetime) -> bool:
        return self.status is not KeyStatus.REVOKED and self.not_before <= at <= self.not_after


@dataclass(frozen=True, slots=True)
class KeyDirectory:
    keys: dict[int, PublicKey]
    revoked_vouchers: frozenset[int]
    """Voucher ids, signed 64-bit."""

    sequence: int = 0
    """How many changes led here; 0 for a directory that no ring keeps."""

    def key_for(self, kid: int, suite: int, at: datetime) -> PublicKey:
        """Return the key in force; raises CodeUnknownKey, CodeSuiteMismatch, CodeKeyRevoked."""
        key = self.keys.get(kid)
        if key is None:
            raise CodeUnknownKey
        if key.suite.number != suite:
            raise CodeSuiteMismatch
        if not key.is_in_force(at):
            raise CodeKeyRevoked
        return key

    def with_key(self, key: PublicKey) -> KeyDirectory:
        return replace(self, keys={**self.keys, key.kid: key})

    def with_revoked_voucher(self, voucher_id: int) -> KeyDirectory:
        return replace(self, revoked_vouchers=self.revoked_vouchers | {voucher_id})

    def without_bind_keys(self) -> KeyDirectory:
        return replace(self, keys={kid: replace(key, bind_key=None) for kid, key in self.keys.items()})


EMPTY = KeyDirectory(keys={}, revoked_vouchers=frozenset())


def make_key(
    kid: int,
    suite: Suite,
    public_key: bytes,
    bind_key: bytes | None,
    *,
    not_before: datetime,
    not_after: datetime,
    status: KeyStatus = KeyStatus.ACTIVE,
) -> PublicKey:
    """Build an entry with its judge; ValueError when the bytes are no public key of the suite."""
    try:
        verifies = suite.verifier(public_key)
    except SuiteUnavailable:
        verifies = None
    return PublicKey(kid, suite, public_key, bind_key, not_before, not_after, status, verifies)


def load(text: str | bytes) -> KeyDirectory:
    """Read a directory; ValueError when it is none, or when a key id stands for two keys."""
    return read(json.loads(text))


def read(document: Any) -> KeyDirectory:
    """As `load`, from the parsed JSON."""
    try:
        entries = [_read_key(entry) for entry in document["keys"]]
        revoked = frozenset(from_hex(voucher.lower()) for voucher in document.get("revoked_vouchers", []))
        sequence = int(document.get("sequence", 0))
    except (KeyError, TypeError, AttributeError) as wrong:
        raise ValueError(f"the key directory lacks or misspells {wrong}") from wrong
    keys = {key.kid: key for key in entries}
    if len(keys) != len(entries):
        raise ValueError("the key directory names a key id twice")
    return KeyDirectory(keys=keys, revoked_vouchers=revoked, sequence=sequence)


def dump(directory: KeyDirectory) -> str:
    """Write a directory as `load` reads it, in the order of the key ids."""
    numbered = {"sequence": directory.sequence} if directory.sequence else {}
    return json.dumps({**document_of(directory), **numbered}, indent=2) + "\n"


def document_of(directory: KeyDirectory) -> dict[str, Any]:
    """Return the two members that every verifier reads."""
    return {
        "keys": [_write_key(key) for _, key in sorted(directory.keys.items())],
        "revoked_vouchers": sorted(map(to_hex, directory.revoked_vouchers)),
    }


def read_instant(text: str) -> datetime:
    """Read RFC 3339; ValueError without an offset."""
    moment = datetime.fromisoformat(text.upper())
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC")
    return moment.astimezone(UTC)


def write_instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _read_key(entry: dict[str, Any]) -> PublicKey:
    bind_key = entry.get("bind_key")
    return make_key(
        kid=entry["kid"],
        suite=SUITES[entry["suite"]],
        public_key=bytes.fromhex(entry["public_key"]),
        bind_key=bytes.fromhex(bind_key) if bind_key else None,
        not_before=read_instant(entry["not_before"]),
        not_after=read_instant(entry["not_after"]),
        status=KeyStatus(entry["status"]),
    )


def _write_key(key: PublicKey) -> dict[str, Any]:
    entry: dict[str, Any] = {"kid": key.kid, "suite": key.suite.number, "public_key": key.public_key.hex()}
    if key.bind_key is not None:
        entry["bind_key"] = key.bind_key.hex()
    entry["not_before"] = write_instant(key.not_before)
    entry["not_after"] = write_instant(key.not_after)
    entry["status"] = key.status.value
    return entry
