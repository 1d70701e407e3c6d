"""Entering certificates, one or a table of them: all are judged by what was read once, and all enter or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from voucher_service.calendar import local_date
from voucher_service.certificates.errors import CertificateNumberUsed, CertificateTooLate, VoucherHasCertificate
from voucher_service.certificates.models import COUNTS, Certificate
from voucher_service.certificates.rules import canonical_issuer, canonical_number, require_days, require_match
from voucher_service.classes import service as classes
from voucher_service.database import db, keyed
from voucher_service.exams import service as exams
from voucher_service.identifiers import new_id
from voucher_service.vouchers import service as vouchers

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from voucher_service.errors import Refusal
    from voucher_service.web.access import Caller

Entry = tuple[Any, "Mapping[str, Any]"]
"""A trainee's redemption, and the certificate: issuer, number, occupation_code, level, certificate_type, examined_on
and issued_on."""


def enter_all(entries: Sequence[Entry], caller: Caller, now: datetime) -> list[Certificate]:
    """Enter the certificates of trainees of one class, in the open unit of work: all of them or none.

    A refused certificate can be followed by another. Refusals: VoucherNotInState, VoucherOnHold, CertificateTooLate,
    CertificateMismatch, CertificateDateImpossible, CertificateInFuture, CertificateBeforeExam,
    CertificateOlderThanTraining, CertificateNumberEmpty, CertificateNumberUsed, VoucherHasCertificate, ExamNotFiled,
    ExamNotPassed, ExamDayMismatch.
    """
    if not entries:
        return []
    desk = desk_of([redemption for redemption, _ in entries], now)
    entered = [_certificate(redemption, given, desk, caller) for redemption, given in entries]
    db.session.add_all(entered)
    _flush_or_refuse()
    return entered


ISSUERS_AT_ONCE: Final = 100
"""A table may name a thousand issuers, and a question with a thousand alternatives is too deep for SQLite."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What certificates of trainees of one class are judged by; `vouchers` and `holds` are by the voucher's key."""

    training_class: Any
    examined: Any
    vouchers: Mapping[tuple[int, int], Any]
    holds: Mapping[tuple[int, int], Refusal]
    now: datetime

    def require_enterable(self, redemption: Any, given: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, date]]:
        """Let pass a certificate that keeps every rule but those of its number; return its kind and its days.

        Refuses as `enter_all`, save with CertificateNumberEmpty, CertificateNumberUsed and VoucherHasCertificate.
        """
        key = (redemption.region_id, redemption.voucher_id)
        voucher = self.vouchers[key]
        vouchers.require_state(voucher, "completed")
        if (hold := self.holds.get(key)) is not None:
            raise hold
        if voucher.certify_by is not None and voucher.certify_by <= self.now:
            raise CertificateTooLate(certify_by=voucher.certify_by)
        kind = {name: given[name] for name in ("occupation_code", "level", "certificate_type")}
        days = {name: given[name] for name in ("examined_on", "issued_on")}
        require_match(self.training_class, **kind)
        require_days(self.training_class.ends_on, **days, today=local_date(self.now))
        self.examined.require_passed(redemption, given["examined_on"])
        return kind, days


def desk_of(redemptions: Sequence[Any], now: datetime) -> Desk:
    """Read what the certificates of these trainees, all of one class, are judged by. Refuses with NotFound."""
    key = (redemptions[0].class_region_id, redemptions[0].class_id)
    keys = {(redemption.region_id, redemption.voucher_id) for redemption in redemptions}
    examined = exams.examined(*key, [redemption.redemption_id for redemption in redemptions])
    return Desk(classes.get(*key), examined, vouchers.find_all(keys), vouchers.holds_on(keys), now)


@dataclass(frozen=True, slots=True)
class Taken:
    """Which of some certificates' numbers, by issuer and number, and which of their vouchers are taken already."""

    numbers: Collection[tuple[str, str]]
    vouchers: Collection[tuple[int, int]]

    def against(self, redemption: Any, issuer: str, number: str) -> Refusal | None:
        """What stands against a canonical number or a second certificate of a voucher; the constraints say it again."""
        if (issuer, number) in self.numbers:
            return CertificateNumberUsed()
        taken = (redemption.region_id, redemption.voucher_id) in self.vouchers
        return VoucherHasCertificate() if taken else None


def taken_among(numbers: Collection[tuple[str, str]], keys: Collection[tuple[int, int]]) -> Taken:
    """Ask which canonical (issuer, number) and which vouchers' keys have a certificate that counts."""
    issuers = sorted({issuer for issuer, _ in numbers})
    used: set[tuple[str, str]] = set()
    for at in range(0, len(issuers), ISSUERS_AT_ONCE):
        some = set(issuers[at : at + ISSUERS_AT_ONCE])
        asked = [(issuer, number) for issuer, number in numbers if issuer in some]
        used |= _that_count(Certificate.issuer, Certificate.number, asked)
    return Taken(used, _that_count(Certificate.region_id, Certificate.voucher_id, keys))


def _that_count(first: Any, second: Any, wanted: Collection[tuple[Any, Any]]) -> set[Any]:
    query = select(first, second).where(keyed(first, second, wanted), COUNTS)
    return {tuple(found) for found in db.session.execute(query)}


def _certificate(redemption: Any, given: Mapping[str, Any], desk: Desk, caller: Caller) -> Certificate:
    kind, days = desk.require_enterable(redemption, given)
    return Certificate(
        certificate_id=new_id(),
        region_id=redemption.region_id,
        voucher_id=redemption.voucher_id,
        institution_id=redemption.institution_id,
        issuer=canonical_issuer(given["issuer"]),
        number=canonical_number(given["number"]),
        state="entered",
        entered_by=caller.person_id or caller.subject_id,
        entered_at=desk.now,
        **kind,
        **days,
    )


def _flush_or_refuse() -> None:
    """Send the insert now, so that what is taken comes out as its refusal and not as a fault at commit."""
    try:
        db.session.flush()
    except IntegrityError as error:
        broken = _constraint(error)
        if "number" in broken:
            raise CertificateNumberUsed from error
        if "voucher" in broken:
            raise VoucherHasCertificate from error
        raise


def _constraint(error: IntegrityError) -> str:
    """Return what PostgreSQL calls the constraint, or the columns that SQLite names in its sentence."""
    diagnosis = getattr(error.orig, "diag", None)
    return str(diagnosis.constraint_name if diagnosis else error.orig)
