"""Does the certificate belong to this training? Pure comparisons, each failing field named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from voucher_service.certificates.errors import CertificateMismatch, CertificateOlderThanTraining

if TYPE_CHECKING:
    from datetime import date


class Training(Protocol):
    occupation_code: str
    level: str
    certificate_type: str
    ends_on: date


def require_match(
    training: Training, *, occupation_code: str, level: str, certificate_type: str, examined_on: date, issued_on: date
) -> None:
    """Raise CertificateMismatch or CertificateOlderThanTraining unless the certificate follows from the training."""
    given = {"occupation_code": occupation_code, "level": level, "certificate_type": certificate_type}
    for field, value in given.items():
        if getattr(training, field) != value:
            raise CertificateMismatch(field=field)
    if issued_on < examined_on or examined_on < training.ends_on:
        raise CertificateOlderThanTraining


def canonical_number(text: str) -> str:
    """One spelling for each number: no blanks or hyphens, letters in upper case."""
    return "".join(text.split()).replace("-", "").upper()
