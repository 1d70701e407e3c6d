"""The bytes of a device's log of off-line scans, version 1: each entry names the one before it and is signed.

    off len field
     0   18  "tvq1:offline-scan:"
    18    1  version, 1
    19    8  device id
    27    4  number: 1, 2, 3 … without a gap
    31   32  SHA-256 of the entry before; zeros in entry 1
    63   16  nonce, random: the scan's idempotency key, on line and off line, is its 32 hex digits
    79    8  the device's clock, milliseconds since 1970: evidence, never decisive
    87    8  class id
    95    8  id of the clerk who was logged in
   103   32  SHA-256 over what was read from the identity card (`person_digest`); zeros if none was
   135    1  length of the verdict
   136    n  the device's verdict: "ok" or the code of the refusal that it showed
   136+n     the code as it was read, ASCII

Integers are big-endian, ids signed. The device signs the whole entry, ECDSA on P-256 with SHA-256. Nothing in an entry
is a person's data. Three more messages carry the same key's signature: the enrolment (institutions/devices.py),

    upload   "tvq1:offline-upload:" ‖ device id (8) ‖ nonce (32) ‖ SHA-256 of the entries' digests one after another
    sync     "tvq1:offline-sync:" ‖ device id (8) ‖ nonce (32) ‖ number (4) and digest (32) of the log's last entry
"""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass
from typing import Final

_TAG: Final = b"tvq1:offline-scan:"
_FIXED: Final = struct.Struct(">18sBqI32s16sQqq32sB")
_VERSION: Final = 1
_VERDICT: Final = re.compile(rb"[a-z_]{2,40}")
_CODE: Final = re.compile(rb"[\x20-\x7e]{1,600}")
START: Final = bytes(32)
"""What entry 1 names as the entry before it, and the digest of a log that is empty."""
NOBODY: Final = bytes(32)
"""The person's digest of an entry that was refused before a card was read."""
PASSED: Final = "ok"


@dataclass(frozen=True, slots=True)
class Entry:
    """One scan as the device wrote it down; `scanned_at_ms` is the device's own clock."""

    device_id: int
    number: int
    previous: bytes
    nonce: bytes
    scanned_at_ms: int
    class_id: int
    clerk_id: int
    person_digest: bytes
    verdict: str
    code: str

    def to_bytes(self) -> bytes:
        verdict = self.verdict.encode("ascii")
        fixed = _FIXED.pack(
            _TAG,
            _VERSION,
            self.device_id,
            self.number,
            self.previous,
            self.nonce,
            self.scanned_at_ms,
            self.class_id,
            self.clerk_id,
            self.person_digest,
            len(verdict),
        )
        return fixed + verdict + self.code.encode("ascii")

    @classmethod
    def from_bytes(cls, data: bytes) -> Entry:
        """Read one entry; ValueError for anything that `to_bytes` does not write."""
        if len(data) < _FIXED.size:
            raise ValueError("an entry is longer")
        tag, version, device, number, previous, nonce, at_ms, class_id, clerk, person, length = _FIXED.unpack_from(data)
        verdict, code = data[_FIXED.size : _FIXED.size + length], data[_FIXED.size + length :]
        if (tag, version) != (_TAG, _VERSION) or not _VERDICT.fullmatch(verdict) or not _CODE.fullmatch(code):
            raise ValueError("this is no entry of version 1")
        told = (verdict.decode("ascii"), code.decode("ascii"))
        entry = cls(device, number, previous, nonce, at_ms, class_id, clerk, person, *told)
        if not 1 <= entry.number < 1 << 31 or entry.scanned_at_ms >= 1 << 50:
            raise ValueError("a number or a clock is beyond what is kept")
        return entry

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.to_bytes()).digest()


def person_digest(nonce: bytes, *particulars: str) -> bytes:
    """Commit to the card's number, its name, how it was read and the waiver's reason, in this order, 16-bit lengths."""
    encoded = (text.encode("utf-8", "surrogatepass") for text in particulars)
    framed = b"".join(len(text).to_bytes(2, "big") + text for text in encoded)
    return hashlib.sha256(b"tvq1:offline-person:" + nonce + framed).digest()


def upload_message(device_id: int, nonce: bytes, digests: list[bytes]) -> bytes:
    told = hashlib.sha256(b"".join(digests)).digest()
    return b"tvq1:offline-upload:" + device_id.to_bytes(8, "big", signed=True) + nonce + told


def sync_message(device_id: int, nonce: bytes, number: int, digest: bytes) -> bytes:
    head = number.to_bytes(4, "big") + digest
    return b"tvq1:offline-sync:" + device_id.to_bytes(8, "big", signed=True) + nonce + head
