"""Names and mobile phones of people: what is accepted, how it is stored, and how two names are compared.

A name is kept as it stands on the ID card. Rare ideographs, their variation sequences and the middle dot of minority
names are all real names to somebody, so only what cannot be in a name is turned down.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from voucher_service.holders.errors import NameMalformed, PhoneMalformed

_LETTERS_MIN, _LETTERS_MAX = 2, 50
NAME_CHARACTERS_MAX: Final = 150
"""The longest name that is accepted: each letter with a variation selector, and separators between them."""

_COMPATIBILITY_IDEOGRAPHS = "\uf900-\ufaff\U0002f800-\U0002fa1f"
_PRIVATE_USE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_IDEOGRAPHS = (
    "\u3007"  # 〇, which Unicode files under numbers
    "\u2e80-\u2ef3\u2f00-\u2fd5"  # radicals, which some keyboards write in place of the ideograph
    "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002fffd\U00030000-\U0003fffd"
    f"{_COMPATIBILITY_IDEOGRAPHS}{_PRIVATE_USE}"
)
_LATIN = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff"
_VARIATION_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
SEPARATORS = "\u00b7\u2022\u2027\u30fb\uff65.\uff0e"
_BLANKS = " \u3000"

LETTER = re.compile(f"[{_IDEOGRAPHS}][{_VARIATION_SELECTORS}]?|[{_LATIN}]")
"""One letter of a name as a reader sees it: an ideograph with its variation selector, or a Latin letter."""

_NAME = re.compile(f"(?:{LETTER.pattern})+(?:[{SEPARATORS}{_BLANKS}](?:{LETTER.pattern})+)*")
_COMPATIBILITY = re.compile(f"([{_COMPATIBILITY_IDEOGRAPHS}])")
_HAS_PRIVATE_USE = re.compile(f"[{_PRIVATE_USE}]")
_IGNORED = re.compile(f"[\\s{_VARIATION_SELECTORS}]")
_TO_MIDDLE_DOT = str.maketrans(dict.fromkeys(SEPARATORS, "\u00b7"))
_MOBILE = re.compile(r"(?:(?:\+|00)?86)?(1[3-9][0-9]{9})")
_PHONE_PUNCTUATION = re.compile(r"[ -]")


def canonical_name(text: str) -> str:
    """The name as it will be stored: NFC, blanks around it taken off, otherwise untouched.

    Accepts 2 to 50 ideographs or Latin letters, with single separators or blanks between them. Refuses with
    NameMalformed: digits, markup, controls, bidirectional and zero-width marks, loose combining marks.
    """
    name = _composed(text.strip(_BLANKS))
    if not _NAME.fullmatch(name) or not _LETTERS_MIN <= len(LETTER.findall(name)) <= _LETTERS_MAX:
        raise NameMalformed
    return name


def skeleton(name: str) -> str:
    """What two spellings of one name have in common; compare by it, never store or show it.

    Separators become U+00B7; radicals, compatibility ideographs and full-width letters fold into the plain ones;
    blanks and variation selectors vanish.
    """
    return _IGNORED.sub("", unicodedata.normalize("NFKC", name)).translate(_TO_MIDDLE_DOT)


def has_private_use(name: str) -> bool:
    """Whether the name holds a character that only its writer's own font can show: a clerk should look at it."""
    return _HAS_PRIVATE_USE.search(name) is not None


def canonical_phone(text: str) -> str:
    """The 11 digits of a mainland mobile number, read from how people write it. Refuses with PhoneMalformed."""
    digits = _PHONE_PUNCTUATION.sub("", unicodedata.normalize("NFKC", text).strip())
    mobile = _MOBILE.fullmatch(digits)
    if mobile is None:
        raise PhoneMalformed
    return mobile[1]


def _composed(text: str) -> str:
    """NFC, except that it would replace compatibility ideographs, nine of which GBK can write and a card may show."""
    return "".join(
        part if _COMPATIBILITY.fullmatch(part) else unicodedata.normalize("NFC", part)
        for part in _COMPATIBILITY.split(text)
    )
