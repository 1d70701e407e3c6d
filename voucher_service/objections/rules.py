"""What may be objected to, how often, and in how many words."""

from __future__ import annotations

from typing import Final

from voucher_service.objections.errors import WordsUnfit

ABOUT: Final = ("voucher", "assisted_claim", "attendance", "certificate", "subsidy", "personal_data", "other")
A_DAY_MAX: Final = 5
WORDS_LEAST, WORDS_MOST = 5, 1000


def fit_words(words: str) -> str:
    """Return what somebody wrote, trimmed, line ends as one character. Refusals: WordsUnfit."""
    told = "\n".join(words.strip().splitlines())
    plain = all(letter.isprintable() or letter == "\n" for letter in told)
    if not plain or not WORDS_LEAST <= len(told) <= WORDS_MOST:
        raise WordsUnfit(least=WORDS_LEAST, most=WORDS_MOST)
    return told
