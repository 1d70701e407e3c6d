"""Reading what a form sent: identifiers, keys, numbers, days; what cannot be read is refused by its field's name."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import date, datetime, timedelta

from flask import request

from voucher_service.calendar import start_of_day
from voucher_service.errors import InvalidInput
from voucher_service.web import current
from voucher_service.web.idempotency import IdempotencyKeyMissing

SEE_OTHER = 303
"""After a form, so that reloading the page sends nothing again."""

_CODE_CHARACTERS_MAX = 40
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""What nobody can see in a line. Ideographs newer than this Python, or of a private font, are none of it."""
_NONCE = re.compile(r"[0-9a-f]{32}")
_WHOLE = re.compile(r"[0-9]{1,5}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d", re.ASCII)


now, identifier = current.now, current.identifier
"""Pages ask the same two things of their requests as the API does."""


def nonce() -> str:
    """Return the form's own idempotency key; refuses with IdempotencyKeyMissing."""
    found = request.form.get("nonce", "")
    if not _NONCE.fullmatch(found):
        raise IdempotencyKeyMissing
    return found


def digest() -> bytes:
    """Return 32 bytes that two forms share only if they say the same at the same address."""
    told = sorted((name, value) for name, value in request.form.items() if name != "csrf_token")
    return hashlib.sha256(repr((request.path, told)).encode()).digest()


def line(name: str, most: int, least: int = 1) -> str:
    """Read one line of text, in any letter that there is or will be; refuses with InvalidInput."""
    text = request.form.get(name, "").strip()
    if not least <= len(text) <= most or any(unicodedata.category(character) in _UNSEEN for character in text):
        raise InvalidInput({name: [f"{least}-{most}"]})
    return text


def one_of(name: str, choices: tuple[str, ...]) -> str:
    """Read what was chosen; refuses with InvalidInput."""
    given = request.form.get(name, "")
    if given not in choices:
        raise InvalidInput({name: list(choices)})
    return given


def typed_code() -> str:
    """Read the digits of a code as they were typed or pasted: full-width, in groups, with blanks around them."""
    typed = unicodedata.normalize("NFKC", request.form.get("code", "")[:_CODE_CHARACTERS_MAX])
    return "".join(typed.replace("-", " ").split())


def scanned_code() -> str:
    """Read a voucher's digits as a scanner box types them, through an input method that writes full-width, perhaps."""
    return "".join(unicodedata.normalize("NFKC", line("code", 600)).split())


def whole(name: str) -> int:
    """Read a whole number of at most five digits; refuses with InvalidInput."""
    text = request.form.get(name, "").strip()
    if not _WHOLE.fullmatch(text):
        raise InvalidInput({name: ["0-99999"]})
    return int(text)


def day(name: str) -> date:
    """Read a day of this century, YYYY-MM-DD; refuses with InvalidInput."""
    return day_of(name, request.form.get(name, ""))


def day_of(name: str, text: str) -> date:
    """Read a day of this century that field `name` holds; refuses with InvalidInput."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput({name: ["YYYY-MM-DD"]}) from None
    if not 2000 <= found.year < 2100:  # noqa: PLR2004 - near the ends of the calendar a time zone would lead out of it
        raise InvalidInput({name: ["2000-2099"]})
    return found


def moment(name: str) -> datetime:
    """Read a moment on the city's clock to the minute, YYYY-MM-DDTHH:MM; refuses with InvalidInput."""
    text = request.form.get(name, "")
    if not _MOMENT.fullmatch(text):
        raise InvalidInput({name: ["YYYY-MM-DDTHH:MM"]})
    hours, minutes = int(text[11:13]), int(text[14:])
    return start_of_day(day_of(name, text[:10])) + timedelta(hours=hours, minutes=minutes)


def is_digest(text: str) -> bool:
    """Whether a text is a SHA-256 in lower-case hex."""
    return _DIGEST.fullmatch(text) is not None


def our_page(wanted: str, otherwise: str) -> str:
    """Return an address that was handed in if it is one of ours: a link must not lead a session elsewhere."""
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if ours else otherwise
