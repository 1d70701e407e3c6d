"""The city's one masking rule. Whatever page, notice or file shows a person shows them through these functions.

Because every publication hides the same characters, laying all of them side by side reveals no more than one of them
does. The rule leaves a name that neighbours recognise, for a notice exists so that they can object, and of the numbers
only what lets their owner tell two of their own apart: no region, no birth date, nothing that can be completed by
trying.
"""

from __future__ import annotations

import re

from voucher_service.holders.person_name import LETTER, SEPARATORS

_STAR = "*"
_WITH_LAST_LETTER_MIN = 3
_HIDDEN = re.compile(f"{LETTER.pattern}|[^{SEPARATORS}]")
"""Everything but separators, so that what is no letter is hidden too."""


def masked_name(name: str) -> str:
    """The first letter of a name and, from three letters on, the last: 张三 → 张*, 张小三 → 张*三.

    Separators of minority names stay, so that their length reads naturally: 阿依·古丽 → 阿*·*丽.
    """
    letters = _HIDDEN.findall(name)
    if len(letters) == 1:
        return _STAR
    last = letters[-1] if len(letters) >= _WITH_LAST_LETTER_MIN else _STAR
    shown = iter([*letters[:1], *_STAR * (len(letters) - 2), last])
    return _HIDDEN.sub(lambda _: next(shown), name)


def masked_id_number(id_number: str) -> str:
    """The first and last of the 18 characters: neither the county, nor the birth date, nor a run to try out."""
    return f"{id_number[:1]}{_STAR * (len(id_number) - 2)}{id_number[-1:]}"


def masked_phone(phone: str) -> str:
    """The last two digits only."""
    return f"{_STAR * (len(phone) - 2)}{phone[-2:]}"
