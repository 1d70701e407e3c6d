"""Does the certificate belong to this training? Pure comparisons, each failing field and day named."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from datetime import date
from typing import Any, Final, Protocol

from voucher_service.certificates.errors import (
    CertificateBeforeExam,
    CertificateDateImpossible,
    CertificateInFuture,
    CertificateMismatch,
    CertificateNumberEmpty,
    CertificateOlderThanTraining,
)

FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2099, 12, 31)
"""A certificate of a subsidised training is of this century; near the calendar's own ends no day can be reckoned."""


class Training(Protocol):
    occupation_code: str
    level: str
    certificate_type: str
    ends_on: date


def require_match(training: Training, *, occupation_code: str, level: str, certificate_type: str) -> None:
    """Raise CertificateMismatch unless the certificate is of the training's work, level and kind."""
    given = {"occupation_code": occupation_code, "level": level, "certificate_type": certificate_type}
    for field, value in given.items():
        if getattr(training, field) != value:
            raise CertificateMismatch(field=field)


def require_days(ends_on: date, *, examined_on: date, issued_on: date, today: date) -> None:
    """Raise unless the days follow one another: training, exam, certificate, today; some may be one day.

    Refusals: CertificateDateImpossible, CertificateInFuture, CertificateBeforeExam, CertificateOlderThanTraining.
    """
    for field, day in (("examined_on", examined_on), ("issued_on", issued_on)):
        if not FIRST_DAY <= day <= LAST_DAY:
            raise CertificateDateImpossible(field=field, day=_text(day), first=_text(FIRST_DAY), last=_text(LAST_DAY))
        if day > today:
            raise CertificateInFuture(field=field, day=_text(day), today=_text(today))
    if issued_on < examined_on:
        raise CertificateBeforeExam(examined_on=_text(examined_on), issued_on=_text(issued_on))
    if examined_on < ends_on:
        raise CertificateOlderThanTraining(examined_on=_text(examined_on), ends_on=_text(ends_on))


def differing(entered: Any, record: Any, occupation_names: Collection[str], *, same_name: bool) -> tuple[str, ...]:
    """The fields in which a register's record is not what was entered; an occupation may go by its code or its name."""
    fields = ("id_number", "level", "certificate_type", "examined_on", "issued_on")
    found = [field for field in fields if getattr(entered, field) != getattr(record, field)]
    if record.occupation not in occupation_names:
        found.append("occupation")
    return tuple(sorted(found if same_name else [*found, "name"]))


def canonical_number(text: str) -> str:
    """One spelling for each number: no blanks, hyphens or full-width forms, letters in upper case.

    Refusals: CertificateNumberEmpty.
    """
    number = "".join(letter for letter in unicodedata.normalize("NFKC", text) if letter.isalnum() or letter in "()/.")
    if not any(letter.isalnum() for letter in number):
        raise CertificateNumberEmpty
    return number.upper()


def canonical_issuer(text: str) -> str:
    """One spelling for each issuer: the number is unique at its issuer, so a blank more may not make another one."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _text(day: date) -> str:
    return day.isoformat()
