"""A Chinese page speaks Chinese: no English half sentences, no codes of ours, no moments as machines write them."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faces.walking import Walk

IN_BOTH = {
    "rules.list_rules",
    "rules.show_check",
    "ledger_pages.show_ledger",
    "ledger_pages.show_receipt",
    "problems.list_problems",
    "problems.show_problem",
    "scan_pages.show_english_shell",
}
"""Pages that say everything in both languages, for readers from elsewhere."""
UNSPOKEN = re.compile(
    r'<(script|style|svg|code)\b.*?</\1>|<a href="/problems/[^>]*>.*?</a>|<[^>]*\slang="en".*?>.*?<', re.DOTALL
)
FOREIGN = re.compile(
    r"\b[A-Za-z]+ [a-z]+ [a-z]+\b"  # three words of English
    r"|\b[a-z]+(?:_[a-z]+)+\b"  # a code
    r"|\d{4}-\d\d-\d\dT\d\d"  # a moment for machines
    r"|千分之|\b(?:None|True|False)\b"
)


def foreign(html: str) -> list[str]:
    """What does not belong into a Chinese page."""
    words = UNSPOKEN.sub(" <", html.split("<main", 1)[-1].split("</main>", maxsplit=1)[0])
    return [unescape(found[0]) for found in FOREIGN.finditer(re.sub(r"<[^>]*>?", "\n", f"<{words}"))]


def test_what_is_foreign_is_found() -> None:
    for words in (
        "Effectively used = redeemed for a seat",
        "状态 in_session",
        "2026-03-09T01:00",
        "千分之600",
        "第 None 次",
    ):
        assert foreign(f"<body><main id='main'><p>{words}</p></main>"), words
    for words in ("xlsx 或 csv", "<code>in_session</code>", '<button lang="en">go on then</button>', "R17b · SHA-256"):
        assert foreign(f"<body><main id='main'><p>{words}</p></main>") == [], words


def test_chinese_pages_speak_chinese(walk: Walk) -> None:
    pages = [page for page in walk.pages if page.endpoint not in IN_BOTH]
    assert len({page.endpoint for page in pages}) > 50
    assert [(page.role, page.path, found) for page in pages if (found := foreign(page.html))] == []
