"""The holder tag: three keyed bytes that tie a code to one identity card without saying whose.

Bytes 0-1 are the first of HMAC(bind key, "tvq1:bind:id:" ‖ voucher id ‖ ID), byte 2 the first of
HMAC(bind key, "tvq1:bind:nm:" ‖ voucher id ‖ NAME). The bind key is known to the service and to enrolled devices only.
A tag that short proves nothing alone; it catches the wrong card at the door.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from voucher_service.signing.suites import Suite

_ID18: Final = re.compile(r"[0-9]{17}[0-9X]")
_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK_DIGITS: Final = "10X98765432"
MIDDLE_DOT: Final = "\u00b7"
_MIDDLE_DOTS: Final = dict.fromkeys(
    map(ord, "\u0387\u16eb\u2022\u2027\u2219\u22c5\u2e31\u2e33\u30fb\ua78f"), MIDDLE_DOT
)
"""What keyboards and card readers put between the parts of a minority name; NFKC has folded U+FF65 already."""


class HolderMatch(StrEnum):
    MATCH = "match"
    ID_MISMATCH = "id_mismatch"
    NAME_MISMATCH = "name_mismatch"
    """The number matches: often a rare character typed otherwise, which a person may waive on record."""
    UNCHECKED = "unchecked"


def canonical_id(id_number: str) -> str:
    """Trim and put X in upper case; ValueError unless 18 characters with a right check digit (GB 11643)."""
    canonical = id_number.strip().upper()
    if not _ID18.fullmatch(canonical):
        raise ValueError("an ID number is 17 digits and a check digit")
    total = sum(int(digit) * weight for digit, weight in zip(canonical, _ID_WEIGHTS, strict=False))
    if _ID_CHECK_DIGITS[total % 11] != canonical[17]:
        raise ValueError("the check digit of the ID number is wrong")
    return canonical


def canonical_name(name: str) -> str:
    """NFKC, without white space, every middle dot as U+00B7."""
    return "".join(unicodedata.normalize("NFKC", name).split()).translate(_MIDDLE_DOTS)


def make(suite: Suite, bind_key: bytes, voucher_id: int, id_number: str, name: str) -> bytes:
    """Return the three bytes; ValueError when the ID number is none."""
    canonical = canonical_id(id_number)
    return _id_tag(suite, bind_key, voucher_id, canonical) + _name_tag(suite, bind_key, voucher_id, name)


def compare(suite: Suite, bind_key: bytes, voucher_id: int, tag: bytes, *, id_number: str, name: str) -> HolderMatch:
    """Hold an identity card against a tag; a number with a wrong check digit matches nothing."""
    try:
        canonical = canonical_id(id_number)
    except ValueError:
        return HolderMatch.ID_MISMATCH
    if not hmac.compare_digest(_id_tag(suite, bind_key, voucher_id, canonical), tag[:2]):
        return HolderMatch.ID_MISMATCH
    if not hmac.compare_digest(_name_tag(suite, bind_key, voucher_id, name), tag[2:]):
        return HolderMatch.NAME_MISMATCH
    return HolderMatch.MATCH


def _id_tag(suite: Suite, bind_key: bytes, voucher_id: int, canonical: str) -> bytes:
    message = b"tvq1:bind:id:" + voucher_id.to_bytes(8, "big", signed=True) + canonical.encode("ascii")
    return suite.keyed_digest(bind_key, message)[:2]


def _name_tag(suite: Suite, bind_key: bytes, voucher_id: int, name: str) -> bytes:
    encoded = canonical_name(name).encode("utf-8", "surrogatepass")
    message = b"tvq1:bind:nm:" + voucher_id.to_bytes(8, "big", signed=True) + encoded
    return suite.keyed_digest(bind_key, message)[:1]
